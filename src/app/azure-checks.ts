import {
  INTERFACES,
  JIT_POLICIES,
  listPath,
  MACHINES,
  NSGS,
  purposeOf,
} from "../azure/arm-listing.ts";
import { ArmReader } from "../azure/arm-reader.ts";
import { tablePurpose } from "../azure/log-analytics-reader.ts";
import { MeteredCalls } from "../azure/metered-calls.ts";
import type { Metered } from "../azure/metered-calls.ts";
import { logPurpose, MonitorLogReader } from "../azure/monitor-log-reader.ts";
import type { CallPurpose } from "../azure/azure-fault.ts";
import { ReadBudget } from "../azure/read-budget.ts";
import type { AzureConfiguration } from "../config/configuration.ts";
import type { ReadSpan } from "../domain/feed.ts";
import { HOUR, isoUtc, SECOND } from "../domain/instant.ts";
import type { Duration } from "../domain/instant.ts";
import { DoorbellError } from "../errors.ts";
import { limited, TimeIsOver } from "../azure/time-limit.ts";
import { connectedTenants } from "./azure-connections.ts";
import type { AzureSurroundings } from "./azure-feeds.ts";
import { hubClients } from "./event-hubs.ts";

/** What one check found. */
export interface Check {
  /** What was checked, such as `Activity Log of <subscription>`. */
  readonly what: string;
  /** `failed`: Doorbell cannot do its work. `limited`: it works, and says what it cannot check. */
  readonly result: "passed" | "limited" | "failed";
  /** What to do, or what is worth knowing, in one line; null when there is nothing. */
  readonly advice: string | null;
}

const CHECK_LIMIT: Duration = 20 * SECOND;

const PASSED: Omit<Check, "what"> = { result: "passed", advice: null };

/** Makes one small call for each permission in each configured Azure subscription. */
export async function* checkAzure(
  configuration: AzureConfiguration,
  { clock, wall, ca }: AzureSurroundings,
): AsyncGenerator<Check, void, undefined> {
  if (configuration.tenants.length + configuration.eventHubs.length === 0) {
    const advice =
      "No Azure subscription is watched: name tenants and their subscriptions in azure.tenants, or a stream in azure.event-hubs.";
    yield { what: "Azure", result: "failed", advice };
  }
  const tenants = connectedTenants(configuration, { clock, wall, ca });
  for (const { connection, setting, subscriptions, workspace } of tenants) {
    for (const subscription of subscriptions) {
      const calls = new MeteredCalls({ clock, wall, budget: new ReadBudget() });
      const log = new MonitorLogReader(subscription, connection, clock);
      const query = {
        provider: "Microsoft.Security",
        from: clock.now() - HOUR,
        to: clock.now(),
      } as const;
      const purpose = logPurpose(subscription, setting);
      yield await check(calls, purpose, async (signal) => log.page(query, null, signal), "failed");
      if (configuration.liveState) {
        const reader = new ArmReader(connection, clock);
        for (const kind of [NSGS, JIT_POLICIES, INTERFACES, MACHINES]) {
          const wanted = purposeOf(kind, subscription, setting);
          const read = async (signal: AbortSignal) =>
            reader.page(listPath(kind, subscription), kind.apiVersion, null, wanted, signal);
          yield await check(calls, wanted, read, "limited");
        }
      }
      if (workspace !== null) {
        const { table, backTo } = workspace;
        const wanted = tablePurpose(table.workspace, subscription, setting);
        const span = { from: clock.now() - backTo, to: clock.now() };
        const read = async (signal: AbortSignal) => table.days(wanted, span, signal);
        yield await check(calls, wanted, read, "limited", ({ days }) => oldestRow(days));
      }
    }
  }
}

/** Asks every configured Event Hub how it stands, and begins to read each partition. */
export async function* checkEventHubs(
  configuration: AzureConfiguration,
  { wall, ca }: AzureSurroundings,
): AsyncGenerator<Check, void, undefined> {
  for (const client of hubClients(configuration, { wall, ca, wait: SECOND })) {
    const { namespace, hub, consumerGroup } = client.identity;
    const what = `Event Hub ${hub} of ${namespace}, consumer group ${consumerGroup}`;
    try {
      const partitions = await limited(
        async (signal) => client.tryOut(signal),
        CHECK_LIMIT,
        wall,
        new AbortController().signal,
      );
      const many = partitions === 1 ? "1 partition" : `${partitions} partitions`;
      yield { what: `${what}: ${many}`, result: "passed", advice: null };
    } catch (error) {
      if (!(error instanceof TimeIsOver) && !(error instanceof DoorbellError)) {
        throw error;
      }
      const advice =
        error instanceof TimeIsOver
          ? `${namespace} does not answer: AMQP over TLS, port 5671, must be open to it.`
          : error.message;
      yield { what, result: "failed", advice };
    } finally {
      await client.close();
    }
  }
}

async function check<T extends Metered>(
  calls: MeteredCalls,
  purpose: CallPurpose,
  call: (signal: AbortSignal) => Promise<T>,
  ifNot: "limited" | "failed",
  judge: (answer: T) => Omit<Check, "what"> = () => PASSED,
): Promise<Check> {
  const what = `${purpose.what} of Azure subscription ${purpose.azureSubscription}`;
  try {
    const answer = await calls.make(purpose, call, new AbortController().signal, CHECK_LIMIT);
    return { what, ...judge(answer) };
  } catch (error) {
    if (error instanceof DoorbellError) {
      return { what, result: ifNot, advice: error.message };
    }
    throw error;
  }
}

function oldestRow(days: readonly ReadSpan[]): Omit<Check, "what"> {
  const [first] = days;
  return first === undefined
    ? {
        result: "limited",
        advice:
          "it holds nothing of this Azure subscription: send the Activity Log there with a diagnostic setting.",
      }
    : { result: "passed", advice: `its oldest row is of ${isoUtc(first.from)}` };
}
