import { ActivityLogBackfill } from "../azure/activity-log-backfill.ts";
import { ActivityLogFeed } from "../azure/activity-log-feed.ts";
import { ArmReader } from "../azure/arm-reader.ts";
import type { AzureConnection } from "../azure/azure-connection.ts";
import { EventHubPartitions } from "../azure/event-hub-partitions.ts";
import { LiveFeed } from "../azure/live-feed.ts";
import { LogAnalyticsBackfill } from "../azure/log-analytics-backfill.ts";
import { tablePurpose } from "../azure/log-analytics-reader.ts";
import { AzureLiveState } from "../azure/live-state.ts";
import type { SubscriptionReader } from "../azure/live-state.ts";
import { logPurpose, MonitorLogReader } from "../azure/monitor-log-reader.ts";
import { QueryTurns } from "../azure/query-turns.ts";
import { ReadBudget } from "../azure/read-budget.ts";
import { RuleInterner } from "../azure/rule-interner.ts";
import type { AzureConfiguration } from "../config/configuration.ts";
import { SECOND } from "../domain/instant.ts";
import type { Duration } from "../domain/instant.ts";
import type { ActivitySource, Clock, LiveState, RandomSource, SourceGroup } from "../ports.ts";
import { connectedTenants } from "./azure-connections.ts";
import { hubClients } from "./event-hubs.ts";

/** A connection that broke off shows when no event came for so long. */
const HUB_WAIT: Duration = 5 * SECOND;

/** What reads Azure, as configured. */
export interface AzureFeeds {
  readonly sources: readonly ActivitySource[];
  /** Event Hubs, whose partitions become known when they are read. */
  readonly groups: readonly SourceGroup[];
  /** null when the configuration turns live state off. */
  readonly live: LiveState | null;
}

/** What the feeds are built with besides their configuration. */
export interface AzureSurroundings {
  /** The program's clock, which may run faster than real time. */
  readonly clock: Clock;
  /** Real time, for tokens and the limits of calls. */
  readonly wall: Clock;
  readonly random: RandomSource;
  /** Certificates (PEM) to trust instead of those that Node.js trusts; null for those. */
  readonly ca: string | null;
}

/**
 * Builds the feeds of every configured Azure subscription, each with its own retries and its own budget
 * of calls, so that none holds up another. Nothing is sent yet.
 */
export function azureFeeds(
  configuration: AzureConfiguration,
  surroundings: AzureSurroundings,
): AzureFeeds {
  const { clock, wall, random, ca } = surroundings;
  const rules = new RuleInterner();
  const readers = new Map<string, SubscriptionReader>();
  const tenants = connectedTenants(configuration, { clock, wall, ca });
  const sources = tenants.flatMap(({ connection, setting, subscriptions, workspace }) => {
    // A workspace counts queries apart from what Azure Resource Manager counts.
    const queries = {
      clock,
      wall,
      random,
      rules,
      budget: new ReadBudget(),
      turns: new QueryTurns(),
    };
    return subscriptions.flatMap((azureSubscription) => {
      const calls = { clock, wall, budget: new ReadBudget() };
      const reader = { ...calls, reader: new ArmReader(connection, clock) };
      readers.set(azureSubscription, reader);
      const live = new LiveFeed({ ...reader, azureSubscription, random, rules });
      return [
        ...logSources(azureSubscription, connection),
        ...tableSources(azureSubscription),
        ...(configuration.liveState ? [live] : []),
      ];

      function logSources(id: string, through: AzureConnection): readonly ActivitySource[] {
        const parts = {
          ...calls,
          random,
          rules,
          reader: new MonitorLogReader(id, through, clock),
          purpose: logPurpose(id, setting),
        };
        const feed = new ActivityLogFeed(parts, configuration);
        return configuration.backfill > 0
          ? [feed, new ActivityLogBackfill(parts, configuration.backfill)]
          : [feed];
      }

      function tableSources(id: string): readonly ActivitySource[] {
        if (workspace === null) {
          return [];
        }
        const { table, backTo } = workspace;
        const purpose = tablePurpose(table.workspace, id, setting);
        const reach = { back: backTo, recent: configuration.backfill };
        return [new LogAnalyticsBackfill({ ...queries, table, purpose }, reach)];
      }
    });
  });
  const groups = hubClients(configuration, { wall, ca, wait: HUB_WAIT }).map(
    (client) => new EventHubPartitions({ client, clock, random, rules }),
  );
  return {
    sources,
    groups,
    live: configuration.liveState ? new AzureLiveState(readers, rules) : null,
  };
}
