import { connectAzure } from "../azure/azure-connection.ts";
import { HubClient } from "../azure/event-hub-client.ts";
import type { AzureConfiguration } from "../config/configuration.ts";
import type { Duration } from "../domain/instant.ts";
import type { Clock } from "../ports.ts";

/** What Event Hubs are read with besides their configuration. */
interface HubSurroundings {
  readonly wall: Clock;
  /** Certificates (PEM) to trust for signing in instead of those that Node.js trusts; null for those. */
  readonly ca: string | null;
  /** For how long it is waited for events before it is told that there are none. */
  readonly wait: Duration;
}

/** Prepares the reading of every configured Event Hub; nothing is sent yet. */
export function hubClients(
  { cloud, eventHubs }: Pick<AzureConfiguration, "cloud" | "eventHubs">,
  { wall, ca, wait }: HubSurroundings,
): readonly HubClient[] {
  return eventHubs.map(({ namespace, hub, consumerGroup, access }, index) => {
    const setting = `azure.event-hubs[${index}]`;
    const of = { namespace, hub, consumerGroup, setting, wait };
    if (access.kind === "connection-string") {
      return new HubClient({ ...of, access });
    }
    // A credential keeps one token, and those of Event Hubs are none for Azure Resource Manager.
    const { credential } = connectAzure({ ...access, cloud, ca, setting }, wall);
    return new HubClient({ ...of, access: { kind: "token", credential } });
  });
}
