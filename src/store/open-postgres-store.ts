import type { Store } from "../ports.ts";
import { DatabaseStore } from "./database-store.ts";
import { openPostgres } from "./postgres-database.ts";
import type { PostgresOptions } from "./postgres-database.ts";

/**
 * Opens the store in a PostgreSQL database, which several replicas may share.
 *
 * @throws DoorbellError `store` or `store-full`, naming `store.url`.
 */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  return new DatabaseStore(await openPostgres(options), options.clock);
}
