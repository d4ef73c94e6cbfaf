import type { StoreConfiguration } from "../config/configuration.ts";
import type { Clock, Store } from "../ports.ts";
import type { CopyReport } from "../store/copy-store.ts";
import type { Database } from "../store/database.ts";

/**
 * Opens the configured database. Each is loaded only when it is the one.
 *
 * @throws DoorbellError `store` or `store-full`, naming the setting to change.
 */
export async function openStore(configuration: StoreConfiguration, clock: Clock): Promise<Store> {
  if (configuration.kind === "postgres") {
    const { openPostgresStore } = await import("../store/open-postgres-store.ts");
    return openPostgresStore({ url: configuration.url, clock });
  }
  const { openSqliteStore } = await import("../store/open-sqlite-store.ts");
  return openSqliteStore(configuration.path, { clock });
}

/**
 * Copies all that one configured database holds into another, which must be empty.
 *
 * @throws DoorbellError `store` or `store-full`; the target then is as it was.
 */
export async function copyConfiguredStore(
  from: StoreConfiguration,
  to: StoreConfiguration,
  clock: Clock,
): Promise<CopyReport> {
  const { copyStore } = await import("../store/copy-store.ts");
  const source = await openDatabase(from, clock);
  try {
    const target = await openDatabase(to, clock);
    try {
      return await copyStore(source, target, clock.now());
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function openDatabase(configuration: StoreConfiguration, clock: Clock): Promise<Database> {
  if (configuration.kind === "postgres") {
    const { openPostgres } = await import("../store/postgres-database.ts");
    return openPostgres({ url: configuration.url, clock });
  }
  const { openSqlite } = await import("../store/sqlite-database.ts");
  return openSqlite(configuration.path, { clock });
}
