import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { SqliteDatabase, SqliteStatement } from "kysely";
import { fromStoredText, toStoredText } from "./stored-text.ts";

const MOST_STATEMENTS = 500;
const NO_CHANGE = { changes: 0, lastInsertRowid: 0 };

/** Gives Kysely's SQLite dialect the object that it wants, on Node's own SQLite. */
export class NodeSqlite implements SqliteDatabase {
  readonly #database: DatabaseSync;
  readonly #begin: string;
  readonly #statements = new Map<string, SqliteStatement>();

  /**
   * @param use transactions that may write take the lock at once: SQLite does not let one that has read
   *   write any more when another process has written since.
   */
  constructor(database: DatabaseSync, use: "writes" | "reads") {
    this.#database = database;
    this.#begin = use === "writes" ? "begin immediate" : "begin";
  }

  prepare(sql: string): SqliteStatement {
    const known = this.#statements.get(sql);
    if (known !== undefined) {
      this.#statements.delete(sql);
      this.#statements.set(sql, known);
      return known;
    }
    const statement = this.#newStatement(sql);
    if (this.#statements.size >= MOST_STATEMENTS) {
      const [oldest] = this.#statements.keys();
      this.#statements.delete(oldest ?? sql);
    }
    this.#statements.set(sql, statement);
    return statement;
  }

  close(): void {
    this.#statements.clear();
    if (this.#database.isOpen) {
      this.#database.close();
    }
  }

  #newStatement(sql: string): SqliteStatement {
    if (sql === "rollback") {
      return rollbackOf(this.#database);
    }
    return statementOf(this.#database.prepare(sql === "begin" ? this.#begin : sql));
  }
}

/** A full disk makes SQLite roll back by itself; Kysely's own rollback must not hide why. */
function rollbackOf(database: DatabaseSync): SqliteStatement {
  return {
    reader: false,
    all: () => [],
    run: () => {
      if (database.isTransaction) {
        database.exec("rollback");
      }
      return NO_CHANGE;
    },
    iterate: () => [].values(),
  };
}

function statementOf(statement: StatementSync): SqliteStatement {
  const all = (parameters: readonly unknown[]): Record<string, unknown>[] =>
    statement.all(...parameters.map(toBound)).map(fromRow);
  return {
    reader: statement.columns().length > 0,
    all,
    run: (parameters) => statement.run(...parameters.map(toBound)),
    iterate: (parameters) => all(parameters).values(),
  };
}

function toBound(value: unknown): SQLInputValue {
  if (typeof value === "string") {
    return toStoredText(value);
  }
  if (
    value === null ||
    typeof value === "number" ||
    typeof value === "bigint" ||
    value instanceof Uint8Array
  ) {
    return value;
  }
  throw new TypeError(`SQLite cannot store a ${typeof value}`);
}

/** Decodes the texts of a row. */
export function fromRow(row: Record<string, unknown>): Record<string, unknown> {
  for (const [name, value] of Object.entries(row)) {
    if (typeof value === "string") {
      row[name] = fromStoredText(value);
    }
  }
  return row;
}
