import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Kysely, SqliteDialect, sql } from "kysely";
import { DoorbellError } from "../errors.ts";
import type { Clock } from "../ports.ts";
import type { Database, Work } from "./database.ts";
import { migrate } from "./migrations.ts";
import { NodeSqlite } from "./node-sqlite.ts";
import { OneByOne } from "./one-by-one.ts";
import type { Schema } from "./schema.ts";
import { isSqliteBusy, sqliteFault } from "./sqlite-fault.ts";
import { TurnsForOthers } from "./turns-for-others.ts";

/** Older ones can damage a write-ahead log that two processes write: https://sqlite.org/wal.html#walresetbug */
const OLDEST_SQLITE = [3, 51, 3] as const;
/** `Door` in ASCII: marks the file as ours, in SQLite's `application_id`. */
const APPLICATION_ID = 0x446f6f72;
const IN_MEMORY = ":memory:";
/** How long SQLite itself waits for a lock: short, because it holds up the whole program meanwhile. */
const BUSY_TIMEOUT = 50;
/** How often, and after what pause in ms, a lock is asked for again: about 12 s in all. */
const MOST_ATTEMPTS = 80;
const PAUSE = 100;

/** How to open a SQLite database. */
export interface SqliteOptions {
  readonly clock: Clock;
  /** How often a locked database is tried; 80 by default, which is about 12 s. */
  readonly attempts?: number;
}

/**
 * Opens, or creates, the database in a file; `:memory:` for one that ends with the process.
 *
 * @throws DoorbellError `store` or `store-full`, naming `store.path`.
 */
export async function openSqlite(path: string, options: SqliteOptions): Promise<Database> {
  requireVersion(libraryVersion());
  const file = path === IN_MEMORY ? path : resolve(path);
  const attempts = options.attempts ?? MOST_ATTEMPTS;
  const opened = await patiently(file, options.clock, attempts, async () => {
    const connections = await connect(file);
    try {
      await connections.writer.transaction().execute(async (db) => {
        await sql.raw(`pragma application_id = ${APPLICATION_ID}`).execute(db);
        await migrate(db, "sqlite", "store.path");
      });
      return connections;
    } catch (error) {
      await connections.close();
      throw error;
    }
  });
  const within =
    (connection: Kysely<Schema>) =>
    async <T>(work: Work<T>): Promise<T> =>
      patiently(file, options.clock, attempts, async () => connection.transaction().execute(work));
  // Reads go on without: one that lasts would keep the write-ahead log from being emptied.
  const write = within(
    path === IN_MEMORY
      ? opened.writer
      : opened.writer.withPlugin(new TurnsForOthers(options.clock)),
  );
  const alone = new OneByOne();
  return {
    kind: "sqlite",
    description: path === IN_MEMORY ? "SQLite in memory" : `SQLite in ${file}`,
    read: within(opened.reader),
    write,
    writeAlone: async (work) => alone.run(async () => write(work)),
    close: opened.close,
  };
}

interface Connections {
  readonly writer: Kysely<Schema>;
  /** One of its own, so that questions need not wait for a page that is being stored. */
  readonly reader: Kysely<Schema>;
  readonly close: () => Promise<void>;
}

async function connect(file: string): Promise<Connections> {
  if (file === IN_MEMORY) {
    const only = connectionOn(openFile(file), "writes");
    return { writer: only.kysely, reader: only.kysely, close: only.close };
  }
  makeForOwnerOnly(file);
  const writer = connectionOn(openFile(file), "writes", (database) => {
    requireOwn(database, file);
    database.exec("pragma journal_mode = wal");
  });
  try {
    const reader = connectionOn(openFile(file), "reads", (database) => {
      database.exec("pragma query_only = on");
    });
    const close = async (): Promise<void> => {
      await reader.close();
      await writer.close();
    };
    return { writer: writer.kysely, reader: reader.kysely, close };
  } catch (error) {
    await writer.close();
    throw error;
  }
}

function connectionOn(
  database: DatabaseSync,
  use: "writes" | "reads",
  prepare?: (database: DatabaseSync) => void,
): { readonly kysely: Kysely<Schema>; readonly close: () => Promise<void> } {
  const adapter = new NodeSqlite(database, use);
  try {
    database.exec("pragma synchronous = full");
    prepare?.(database);
  } catch (error) {
    adapter.close();
    throw error;
  }
  const kysely = new Kysely<Schema>({ dialect: new SqliteDialect({ database: adapter }) });
  return {
    kysely,
    close: async () => {
      await kysely.destroy();
      adapter.close();
    },
  };
}

function openFile(file: string): DatabaseSync {
  return new DatabaseSync(file, { timeout: BUSY_TIMEOUT, enableForeignKeyConstraints: true });
}

/** What is in it says who connects from where: no one else on the machine needs to read it. */
function makeForOwnerOnly(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    closeSync(openSync(file, "a", 0o600));
  } catch (error) {
    throw new DoorbellError(
      "store",
      `The database ${file} cannot be opened: store.path must name a file in a folder that Doorbell's user may write.`,
      { cause: error },
    );
  }
}

/** @throws DoorbellError `store` when the file holds the tables of another program. */
function requireOwn(database: DatabaseSync, file: string): void {
  const { application_id: application } = database.prepare("pragma application_id").get() ?? {};
  const tables = database.prepare("select name from sqlite_schema limit 1").all();
  if (tables.length > 0 && application !== APPLICATION_ID) {
    throw new DoorbellError(
      "store",
      `The database ${file} belongs to another program: set store.path to another file.`,
    );
  }
}

function libraryVersion(): string {
  const memory = new DatabaseSync(IN_MEMORY);
  const { version } = memory.prepare("select sqlite_version() as version").get() ?? {};
  memory.close();
  return String(version);
}

/** @throws DoorbellError `store` when SQLite is too old to be trusted with two writers. */
export function requireVersion(version: string): void {
  const parts = version.split(".").map(Number);
  const difference = OLDEST_SQLITE.map((oldest, index) => (parts[index] ?? 0) - oldest).find(
    (one) => one !== 0,
  );
  if (difference !== undefined && !(difference > 0)) {
    throw new DoorbellError(
      "store",
      `This Node.js carries SQLite ${version}, which can damage a database that two programs write: run Doorbell with a Node.js whose SQLite is ${OLDEST_SQLITE.join(".")} or newer, or set store.url to a PostgreSQL.`,
    );
  }
}

/** Runs it again while another program holds the lock, and says what went wrong. */
async function patiently<T>(
  file: string,
  clock: Clock,
  attempts: number,
  run: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (!isSqliteBusy(error) || attempt >= attempts) {
        throw sqliteFault(error, file);
      }
      await clock.sleep(PAUSE);
    }
  }
}
