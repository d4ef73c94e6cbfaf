import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { onTestFinished } from "vitest";
import { TempFolder } from "./exports.ts";
import { runHere } from "./program.ts";
import type { Run, RunOptions } from "./program.ts";

/** A folder with a configuration that watches nothing, and a store of its own. */
export class Archive {
  readonly folder = new TempFolder();
  readonly database = join(this.folder.path, "doorbell.db");
  readonly #configuration: string;

  /** Gone when the test ends. */
  constructor(more = "") {
    onTestFinished(() => {
      this.folder.remove();
    });
    const text = `store: { kind: sqlite, path: doorbell.db }\nzone: UTC\n${more}`;
    this.#configuration = this.folder.file("doorbell.yaml", text);
  }

  async run(words: readonly string[], options: RunOptions = {}): Promise<Run> {
    return runHere([...words, "--config", this.#configuration], options);
  }

  /** How many rows a table has. */
  count(table: string): unknown {
    const database = new DatabaseSync(this.database, { readOnly: true });
    const row = database.prepare(`select count(*) as count from ${table}`).get();
    database.close();
    return row?.["count"];
  }

  /** Runs SQL on the store while nobody else does. */
  sql(text: string): void {
    const database = new DatabaseSync(this.database);
    database.exec(text);
    database.close();
  }
}
