import { connectAzure } from "../azure/azure-connection.ts";
import type { AzureConnection } from "../azure/azure-connection.ts";
import type { AzureConfiguration } from "../config/configuration.ts";
import type { Clock } from "../ports.ts";

/** A configured tenant that can be read, with its Azure subscriptions. */
export interface ConnectedTenant {
  readonly connection: AzureConnection;
  /** Key of the tenant in the configuration, such as `azure.tenants[0]`. */
  readonly setting: string;
  readonly subscriptions: readonly string[];
}

/** Prepares the reading of every configured tenant; nothing is sent yet. */
export function connectedTenants(
  { cloud, tenants }: AzureConfiguration,
  { wall, ca }: { readonly wall: Clock; readonly ca: string | null },
): readonly ConnectedTenant[] {
  return tenants.map(({ id: tenantId, credential, subscriptions }, index) => {
    const setting = `azure.tenants[${index}]`;
    const connection = connectAzure({ cloud, tenantId, credential, ca, setting }, wall);
    return { connection, setting, subscriptions };
  });
}
