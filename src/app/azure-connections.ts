import { connectAzure } from "../azure/azure-connection.ts";
import type { AzureConnection } from "../azure/azure-connection.ts";
import { LogAnalyticsReader } from "../azure/log-analytics-reader.ts";
import type { ActivityTable } from "../azure/log-analytics-reader.ts";
import type { AzureConfiguration } from "../config/configuration.ts";
import type { Duration } from "../domain/instant.ts";
import type { Clock } from "../ports.ts";

/** A configured tenant that can be read, with its Azure subscriptions. */
export interface ConnectedTenant {
  readonly connection: AzureConnection;
  /** Key of the tenant in the configuration, such as `azure.tenants[0]`. */
  readonly setting: string;
  readonly subscriptions: readonly string[];
  /** null when no workspace is read. */
  readonly workspace: ConnectedWorkspace | null;
}

/** A Log Analytics workspace that can be queried, shared by all feeds that read it. */
export interface ConnectedWorkspace {
  readonly table: ActivityTable;
  /** How far back it is read. */
  readonly backTo: Duration;
}

/** Prepares the reading of every configured tenant; nothing is sent yet. */
export function connectedTenants(
  { cloud, tenants }: AzureConfiguration,
  { clock, wall, ca }: { readonly clock: Clock; readonly wall: Clock; readonly ca: string | null },
): readonly ConnectedTenant[] {
  return tenants.map(({ id: tenantId, credential, subscriptions, logAnalytics }, index) => {
    const setting = `azure.tenants[${index}]`;
    const settings = { cloud, tenantId, credential, ca, setting };
    const connection = connectAzure(settings, wall);
    const service = { ...cloud, resourceManager: cloud.logAnalytics, audience: cloud.logAnalytics };
    const workspace =
      logAnalytics === null
        ? null
        : {
            table: new LogAnalyticsReader(
              logAnalytics.workspace,
              connectAzure({ ...settings, cloud: service }, wall),
              clock,
            ),
            backTo: logAnalytics.backTo,
          };
    return { connection, setting, subscriptions, workspace };
  });
}
