import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ActivityLogFeed } from "../src/azure/activity-log-feed.ts";
import type { LogReader } from "../src/azure/activity-log-page.ts";
import { logPurpose } from "../src/azure/monitor-log-reader.ts";
import { ReadBudget } from "../src/azure/read-budget.ts";
import { RuleInterner } from "../src/azure/rule-interner.ts";
import { HOUR, MINUTE, SECOND } from "../src/domain/instant.ts";
import { subscriptionLease } from "../src/domain/lease-name.ts";
import { IngestService } from "../src/ingest/ingest-service.ts";
import { LeaseKeeper } from "../src/ingest/lease-keeper.ts";
import type { Clock, Store } from "../src/ports.ts";
import { openSqliteStore } from "../src/store/open-sqlite-store.ts";
import { ManualClock } from "../test/fakes/manual-clock.ts";
import { machineLine } from "./report.ts";
import { subscriptionId } from "./scale-story.ts";

const HELP = `Measures a start with many Azure subscriptions in which nothing happens: calls, leases, memory, processor.

npm run bench -- scale start [OPTIONS]

  --subscriptions N   Azure subscriptions (default 1000)
  --minutes N         how long, in simulated time (default 10)

Time is simulated, and Azure answers each call after 200 ms with an empty page.
`;

const START = Date.UTC(2026, 10, 25, 12);
const ANSWER = 200;
const SCHEDULE = { poll: MINUTE, overlap: 30 * MINUTE, sweep: HOUR };

/** Starts with many Azure subscriptions; the parameters are those behind `scale start`. */
export async function scaleStart(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      subscriptions: { type: "string", default: "1000" },
      minutes: { type: "string", default: "10" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  process.stdout.write(`${machineLine()}\n`);
  const [subscriptions, minutes] = [Number(values.subscriptions), Number(values.minutes)];
  const folder = mkdtempSync(join(tmpdir(), "doorbell-scale-"));
  const clock = new ManualClock(START);
  const store = await openSqliteStore(join(folder, "scale.db"), { clock });
  try {
    say(await takeover(store, subscriptions));
    say(await quiet(store, clock, subscriptions, minutes));
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What it costs to take all leases at once, as after a kill, and to renew them each second. */
async function takeover(store: Store, subscriptions: number): Promise<Record<string, number>> {
  const names = Array.from({ length: subscriptions }, (_, number) =>
    subscriptionLease(subscriptionId(number)),
  );
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const began = process.cpuUsage();
    await work();
    return Number(cpuSince(began).toFixed(1));
  };
  const one = "replica-one";
  await store.keepAlive(one, subscriptions, 3 * SECOND);
  const msToTakeAll = await timed(async () => store.takeLeases(one, names));
  const msToRenew = await timed(async () => store.keepAlive(one, subscriptions, 3 * SECOND));
  await store.leave(one);
  return { leases: subscriptions, msToTakeAll, msToRenew };
}

/** Feeds of all of them, on one process, while nothing happens. */
async function quiet(
  store: Store,
  clock: ManualClock,
  subscriptions: number,
  minutes: number,
): Promise<Record<string, number>> {
  const before = process.memoryUsage().rss;
  let calls = 0;
  let inHand = 0;
  let mostInHand = 0;
  const rules = new RuleInterner();
  const random = { next: () => ((calls * 7_919) % 1_000) / 1_000 };
  const reader: LogReader = {
    page: async () => {
      calls += 1;
      inHand += 1;
      mostInHand = Math.max(mostInHand, inHand);
      await clock.sleep(ANSWER);
      inHand -= 1;
      return { rows: [], next: null, remainingReads: null };
    },
  };
  const leases = new LeaseKeeper({
    store,
    owner: "replica-two",
    wall: clock,
    random,
    onChange: () => undefined,
    onProblem: say,
  });
  const ingest = new IngestService({
    store,
    route: async () => [],
    leases,
    clock,
    wall: clock,
    random,
    isWorkingTime: null,
    onStored: () => undefined,
    onProblem: say,
  });
  const stop = new AbortController();
  const began = process.cpuUsage();
  const running = [
    leases.run(stop.signal),
    ingest.keepTime(MINUTE / 4, stop.signal),
    ...Array.from({ length: subscriptions }, async (_, number) => {
      const id = subscriptionId(number);
      const wall: Clock = clock;
      const purpose = logPurpose(id, "azure.tenants[0]");
      const parts = { reader, clock, wall, budget: new ReadBudget(), purpose, random, rules };
      return ingest.follow(new ActivityLogFeed(parts, SCHEDULE), stop.signal);
    }),
  ];
  await clock.runTo(START + minutes * MINUTE);
  const busy = cpuSince(began);
  const rss = process.memoryUsage().rss - before;
  stop.abort();
  await clock.through(Promise.all(running));
  return {
    subscriptions,
    minutes,
    calls,
    callsPerSubscriptionAndHour: Math.round((calls / subscriptions) * (60 / minutes)),
    mostCallsAtOnce: mostInHand,
    processorMsPerCall: Number((busy / calls).toFixed(2)),
    processorShare: Number((busy / (minutes * MINUTE)).toFixed(3)),
    kibibytesPerSubscription: Math.round(rss / 1024 / subscriptions),
  };
}

function cpuSince(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1_000;
}

function say(what: string | Record<string, number>): void {
  process.stdout.write(`${typeof what === "string" ? what : JSON.stringify(what)}\n`);
}
