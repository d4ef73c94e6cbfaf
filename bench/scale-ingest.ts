import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Conversations } from "../src/ask/conversations.ts";
import { DAY, MINUTE } from "../src/domain/instant.ts";
import type { IncomingQuestion } from "../src/domain/chat.ts";
import { Secret } from "../src/config/secret.ts";
import { IngestService } from "../src/ingest/ingest-service.ts";
import { notificationRouter } from "../src/notify/notification-router.ts";
import type { Clock, Store } from "../src/ports.ts";
import { openPostgresStore } from "../src/store/open-postgres-store.ts";
import { openSqliteStore } from "../src/store/open-sqlite-store.ts";
import { SYSTEM_CLOCK } from "../src/system-clock.ts";
import { startPostgres } from "../test/contracts/postgres-server.ts";
import { machineLine } from "./report.ts";
import { PageTurns, Stories, STORY_READ, subscriptionId } from "./scale-story.ts";

const HELP = `Measures the ingest of many Azure subscriptions: rate, memory, disk, and questions meanwhile.

npm run bench -- scale ingest [OPTIONS]

  --events N          relevant events in all (default 100000)
  --subscriptions N   Azure subscriptions that they are spread over (default 100)
  --store KIND        sqlite (a file) or postgres (a server of its own on loopback) (default sqlite)
  --at-once N         pages in hand at a time (default 8)
  --ask MS            pause between two questions; 0 for none (default 100)
  --held N            events held in memory at most (default: as the program does)
  --folder PATH       where the database goes (default: a temporary folder); it is removed afterwards
  --restart           afterwards, start again on the filled store and measure that
`;

/** In ms. */
const EVERY = 30_000;
/** With one report of so many all garbage is collected, which takes a second of a large heap. */
const COLLECTED_EVERY = 20;
setFlagsFromString("--expose-gc");
const gc: unknown = runInNewContext("gc");
const QUESTIONS = [
  "who opened vm-x-0",
  "history of vm-build-0 in march",
  "who opened 3389 on vm-web-0 on 2026-02-03",
  "who opened vm-y-0",
  "what is open on vm-sql-0",
  "status",
];

interface Settings {
  readonly events: number;
  readonly subscriptions: number;
  readonly store: string;
  readonly atOnce: number;
  readonly ask: number;
  readonly held: number | null;
  readonly folder: string | null;
  readonly restart: boolean;
}

/** The events are history when they come: the clock begins the day after the last of them. */
const clock: Clock = {
  now: () => STORY_READ.to + DAY + Math.round(performance.now()),
  sleep: async (duration, signal) => SYSTEM_CLOCK.sleep(duration, signal),
};

/** Measures the ingest; the parameters are those behind `scale ingest`. */
export async function scaleIngest(args: readonly string[]): Promise<void> {
  const settings = settingsOf(args);
  if (settings === null) {
    process.stdout.write(HELP);
    return;
  }
  say(machineLine());
  const folder = settings.folder ?? mkdtempSync(join(tmpdir(), "doorbell-scale-"));
  const path = join(folder, "scale.db");
  const server = settings.store === "postgres" ? await startPostgres() : null;
  const url = server === null ? null : await server.createDatabase("scale");
  const open = async (): Promise<Store> =>
    url === null
      ? openSqliteStore(path, { clock })
      : openPostgresStore({ url: new Secret(url), clock });
  try {
    const perSubscription = Math.ceil(settings.events / settings.subscriptions);
    say(`${settings.subscriptions} Azure subscriptions with ${perSubscription} events each`);
    const stories = new Stories(perSubscription);
    say(`${heap()} MiB of the heap hold what the rows are made from`);
    await fill(await open(), settings, stories, () => sizeOf(path));
    if (settings.restart) {
      await startAgain(await open(), settings, stories);
    }
  } finally {
    await server?.stop();
    for (const end of ["", "-wal", "-shm"]) {
      rmSync(path + end, { force: true });
    }
  }
}

async function fill(
  store: Store,
  settings: Settings,
  stories: Stories,
  bytes: () => number,
): Promise<void> {
  const turns = new PageTurns(settings.atOnce);
  const ingest = ingestOn(store, settings);
  const stop = new AbortController();
  const times = new Map<string, number[]>(QUESTIONS.map((text) => [text, []]));
  const asking = settings.ask === 0 ? null : ask(store, settings.ask, times, stop.signal);
  const began = performance.now();
  const busy = process.cpuUsage();
  const cpuSeconds = (): number => {
    const { user, system } = process.cpuUsage(busy);
    return (user + system) / 1e6;
  };
  let last = { events: 0, seconds: 0, processor: 0 };
  let reports = 0;
  const report = (): void => {
    reports += 1;
    const now = {
      events: turns.events,
      seconds: (performance.now() - began) / 1_000,
      processor: cpuSeconds(),
    };
    const since = now.events - last.events;
    const left = ((settings.events - now.events) / since) * (now.seconds - last.seconds);
    say(
      JSON.stringify({
        events: now.events,
        seconds: Math.round(now.seconds),
        perSecond: Math.round(since / (now.seconds - last.seconds)),
        perSecondOfProcessor: Math.round(since / (now.processor - last.processor)),
        secondsLeft: Math.round(left),
        rssMiB: resident(),
        ...(reports % COLLECTED_EVERY === 0 ? { heapMiB: heap() } : {}),
        megabytesOnDisk: Math.round(bytes() / 1e6),
        knownEvents: knownEvents(ingest),
        questions: timesOf([...times.values()].flat()),
      }),
    );
    last = now;
  };
  const timer = setInterval(report, EVERY);
  const keeping = ingest.keepTime(MINUTE / 4, stop.signal);
  const { signal } = stop;
  await Promise.all(
    Array.from({ length: settings.subscriptions }, async (_, number) =>
      ingest.follow(stories.source(number, turns), signal),
    ),
  );
  clearInterval(timer);
  reports = COLLECTED_EVERY - 1;
  report();
  stop.abort();
  await keeping;
  await asking;
  for (const [question, of] of times) {
    say(JSON.stringify({ question, ...timesOf(of) }));
  }
  await store.close();
}

async function startAgain(store: Store, settings: Settings, stories: Stories): Promise<void> {
  const { subscriptions, atOnce } = settings;
  const ingest = ingestOn(store, settings);
  const turns = new PageTurns(atOnce);
  const began = performance.now();
  const busy = process.cpuUsage();
  const { signal } = new AbortController();
  await Promise.all(
    Array.from({ length: subscriptions }, async (_, number) =>
      ingest.follow(stories.source(number, turns), signal),
    ),
  );
  await ingest.tick();
  const seconds = Math.round((performance.now() - began) / 1_000);
  const { user, system } = process.cpuUsage(busy);
  const processorSeconds = Math.round((user + system) / 1e6);
  const knownNow = knownEvents(ingest);
  say(
    JSON.stringify({
      restarted: subscriptions,
      seconds,
      processorSeconds,
      rssMiB: resident(),
      heapMiB: heap(),
      knownEvents: knownNow,
    }),
  );
  await store.close();
}

function ingestOn(store: Store, { held }: Settings): IngestService {
  return new IngestService({
    store,
    route: notificationRouter(store, () => true),
    leases: null,
    clock,
    wall: SYSTEM_CLOCK,
    random: { next: Math.random },
    isWorkingTime: null,
    ...(held === null ? {} : { mostEvents: held }),
    onStored: () => undefined,
    onProblem: (problem) => {
      say(problem);
    },
  });
}

function knownEvents(ingest: IngestService): number {
  return ingest.health().subscriptions.reduce((sum, { events }) => sum + events, 0);
}

/** Asks one question after another until the signal aborts; notes how long each took, in ms. */
async function ask(
  store: Store,
  pause: number,
  times: ReadonlyMap<string, number[]>,
  signal: AbortSignal,
): Promise<void> {
  const conversations = new Conversations({
    store,
    live: null,
    clock,
    zone: "UTC",
    azureSubscriptions: [subscriptionId(0)],
    feeds: () => [],
    chats: () => [],
    pictures: null,
    onReaction: () => undefined,
  });
  for (let round = 0; !signal.aborted; round += 1) {
    const text = QUESTIONS[round % QUESTIONS.length] ?? "";
    const began = performance.now();
    await conversations.answer(incoming(text, round));
    times.get(text)?.push(performance.now() - began);
    await delay(pause);
  }
}

function incoming(text: string, round: number): IncomingQuestion {
  const channel = { platform: "bench", workspace: "", channel: "bench" };
  return {
    deliveryId: `d-${round}`,
    conversation: `c-${round}`,
    channel,
    user: { id: "u", name: "bench", zone: null },
    text,
  };
}

/** In ms. */
function timesOf(of: readonly number[]): Readonly<Record<string, number>> {
  const sorted = of.toSorted((a, b) => a - b);
  const at = (part: number): number =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
  return { asked: of.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), longest: at(1) };
}

/** What is resident, garbage included, in MiB. */
function resident(): number {
  return Math.round(process.memoryUsage().rss / 2 ** 20);
}

/** What the heap holds without garbage, in MiB. */
function heap(): number {
  if (typeof gc === "function") {
    Reflect.apply(gc, null, []);
  }
  return Math.round(process.memoryUsage().heapUsed / 2 ** 20);
}

function sizeOf(path: string): number {
  return [path, `${path}-wal`].reduce(
    (sum, one) => sum + (existsSync(one) ? statSync(one).size : 0),
    0,
  );
}

function settingsOf(args: readonly string[]): Settings | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      events: { type: "string", default: "100000" },
      subscriptions: { type: "string", default: "100" },
      store: { type: "string", default: "sqlite" },
      "at-once": { type: "string", default: "8" },
      ask: { type: "string", default: "100" },
      held: { type: "string" },
      folder: { type: "string" },
      restart: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  return values.help
    ? null
    : {
        events: Number(values.events),
        subscriptions: Number(values.subscriptions),
        store: values.store,
        atOnce: Number(values["at-once"]),
        ask: Number(values.ask),
        held: values.held === undefined ? null : Number(values.held),
        folder: values.folder ?? null,
        restart: values.restart,
      };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
