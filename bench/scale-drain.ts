import { parseArgs } from "node:util";
import { HOUR, MINUTE, SECOND } from "../src/domain/instant.ts";
import type { Instant } from "../src/domain/instant.ts";
import { notificationRouter } from "../src/notify/notification-router.ts";
import { OutboxWorker } from "../src/notify/outbox-worker.ts";
import type { Store } from "../src/ports.ts";
import { openSqliteStore } from "../src/store/open-sqlite-store.ts";
import { ManualClock } from "../test/fakes/manual-clock.ts";
import { NO_CHANGE } from "../test/fakes/no-change.ts";
import {
  LIMITS,
  LimitedChat,
  NIGHT,
  openingsOf,
  subscriptionsOf,
} from "../test/notify/patch-night.ts";
import { machineLine } from "./report.ts";

const HELP = `Measures a patch night: requests, the notifications that follow, and how long a platform takes them.

npm run bench -- scale drain [OPTIONS]

  --requests N    requests within the time, each opening two ports (default 5000)
  --minutes N     how long they go on (default 10)
  --channels N    channels, each of which hears of one Azure subscription (default 1000)
  --wide N        so many of them hear of everything (default 0)
  --platform P    slack or teams, with its limits (default slack)

Time is simulated; what the program computes is real, and its processor time measured.
`;

interface Settings {
  readonly requests: number;
  readonly minutes: number;
  readonly channels: number;
  readonly wide: number;
  readonly platform: string;
}

/** Lets a patch night happen; the parameters are those behind `scale drain`. */
export async function scaleDrain(args: readonly string[]): Promise<void> {
  const settings = settingsOf(args);
  const limits = settings === null ? undefined : LIMITS[settings.platform];
  if (settings === null || limits === undefined) {
    process.stdout.write(HELP);
    return;
  }
  process.stdout.write(`${machineLine()}\n`);
  const clock = new ManualClock(NIGHT);
  const store = await openSqliteStore(":memory:", { clock });
  await subscribe(store, settings);
  const chat = new LimitedChat(settings.platform, limits, clock);
  const worker = new OutboxWorker({
    store,
    adapters: [chat],
    clock,
    random: { next: () => 0.5 },
    onProblem: (problem) => process.stdout.write(`${problem}\n`),
  });
  const stop = new AbortController();
  const running = worker.run(stop.signal);
  const began = process.cpuUsage();
  const routing = await letHappen(store, clock, worker, settings);
  const waiting = (await store.outboxHealth()).byState.pending;
  for (;;) {
    const due = await store.nextDue([settings.platform]);
    if (due === null || clock.now() > NIGHT + 24 * HOUR) {
      break;
    }
    await clock.runTo(Math.max(due, clock.now()) + SECOND);
  }
  stop.abort();
  await clock.through(running);
  const busy = cpuSince(began);
  const doubled = [...chat.posts.values()].filter((times) => times > 1).length;
  const { posted, edited, refused } = chat;
  const minutes = (chat.lastPost - NIGHT) / MINUTE;
  process.stdout.write(
    `${JSON.stringify({
      ...settings,
      posted,
      doubled,
      edited,
      refusedByPlatform: refused,
      waitingAfterTheNight: waiting,
      lastPostAfterMinutes: Number(minutes.toFixed(1)),
      processorSeconds: Number((busy / 1_000).toFixed(1)),
      processorMsPerRequestRouted: Number((routing / settings.requests).toFixed(2)),
      processorMsPerPost: Number(((busy - routing) / posted).toFixed(2)),
    })}\n`,
  );
  await store.close();
}

async function subscribe(store: Store, { channels, wide, platform }: Settings): Promise<void> {
  for (const subscription of subscriptionsOf(platform, channels, wide)) {
    await store.subscribe(subscription);
  }
}

/** How many ms of processor time the program has had since. */
function cpuSince(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1_000;
}

/** Returns how many ms of processor time the routing and storing took. */
async function letHappen(
  store: Store,
  clock: ManualClock,
  worker: OutboxWorker,
  { requests, minutes, channels }: Settings,
): Promise<number> {
  const route = notificationRouter(store, () => true);
  let busy = 0;
  for (let request = 0; request < requests; request += 1) {
    const at: Instant = NIGHT + Math.round((request * minutes * MINUTE) / requests);
    await clock.runTo(at);
    const began = process.cpuUsage();
    const openings = openingsOf(request, request % channels, at);
    const changes = openings.map((after) => ({ before: null, after }));
    const deliveries = await route(changes, at);
    await store.commit({ ...NO_CHANGE, openings, deliveries });
    busy += cpuSince(began);
    worker.wake();
  }
  return busy;
}

function settingsOf(args: readonly string[]): Settings | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      requests: { type: "string", default: "5000" },
      minutes: { type: "string", default: "10" },
      channels: { type: "string", default: "1000" },
      wide: { type: "string", default: "0" },
      platform: { type: "string", default: "slack" },
      help: { type: "boolean", default: false },
    },
  });
  return values.help
    ? null
    : {
        requests: Number(values.requests),
        minutes: Number(values.minutes),
        channels: Number(values.channels),
        wide: Number(values.wide),
        platform: values.platform,
      };
}
