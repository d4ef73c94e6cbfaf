import type { StoreConfiguration } from "../config/configuration.ts";
import type { Clock, Store } from "../ports.ts";

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
