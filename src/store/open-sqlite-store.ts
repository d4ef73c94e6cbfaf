import type { Store } from "../ports.ts";
import { DatabaseStore } from "./database-store.ts";
import { openSqlite } from "./sqlite-database.ts";
import type { SqliteOptions } from "./sqlite-database.ts";

/**
 * Opens, or creates, the store in a SQLite file; `:memory:` for one that ends with the process.
 *
 * @throws DoorbellError `store` or `store-full`, naming `store.path`.
 */
export async function openSqliteStore(path: string, options: SqliteOptions): Promise<Store> {
  return new DatabaseStore(await openSqlite(path, options), options.clock);
}
