import { Conversations } from "../ask/conversations.ts";
import { Reception } from "../ask/reception.ts";
import type { ConfiguredSubscription } from "../config/configuration.ts";
import type { FeedHealth } from "../domain/feed.ts";
import { HOUR, MINUTE } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { ChannelRef } from "../domain/notification.ts";
import type { WorkingHours } from "../domain/working-hours.ts";
import { IngestService } from "../ingest/ingest-service.ts";
import { LeaseKeeper } from "../ingest/lease-keeper.ts";
import { notificationRouter } from "../notify/notification-router.ts";
import { OutboxWorker } from "../notify/outbox-worker.ts";
import { OUTBOX_TIMING } from "../notify/outbox-timing.ts";
import type { OutboxTiming } from "../notify/outbox-timing.ts";
import type {
  ActivitySource,
  ChatAdapter,
  ChatState,
  Clock,
  LiveState,
  Log,
  OutboxHealth,
  RandomSource,
  SourceGroup,
  Store,
  TrailNames,
} from "../ports.ts";
import { ClosedChannels, chatHandlers } from "./chat-handlers.ts";
import { watchChats } from "./chat-watch.ts";
import { keepConfiguredSubscriptions } from "./configured-subscriptions.ts";
import { watchFeeds } from "./feed-watch.ts";
import { replicaName } from "./replica-name.ts";
import { timelinePictures } from "./timeline-pictures.ts";

/** What the running program is made of. */
export interface ServiceParts {
  /** Open; closed by `stop`, and when the start fails. */
  readonly store: Store;
  readonly sources: readonly ActivitySource[];
  /** Feeds that become known while the program runs. */
  readonly groups?: readonly SourceGroup[];
  readonly live: LiveState | null;
  readonly chats: readonly ChatAdapter[];
  readonly subscriptions: readonly ConfiguredSubscription[];
  /** The program's clock, which may run faster than real time. */
  readonly clock: Clock;
  /** Real time. */
  readonly wall: Clock;
  readonly random: RandomSource;
  /** The zone of people whose platform does not tell theirs. */
  readonly zone: string;
  readonly workingHours: WorkingHours | null;
  /** Age after which data is thinned; null keeps everything. */
  readonly retention: Duration | null;
  /** Age after which entries of the audit are removed; null keeps all. */
  readonly auditRetention: Duration | null;
  /** How many events are held in memory; the ingest's own number when left out. */
  readonly eventsInMemory?: number;
  readonly log: Log;
  /** The outbox's own when left out. */
  readonly outboxTiming?: OutboxTiming;
}

/** The program while it runs. */
export interface Service {
  readonly conversations: Conversations;
  /** Resolves when every feed has read once what there is, a first start's history included. */
  readonly caughtUp: Promise<void>;
  readonly feeds: () => readonly FeedHealth[];
  readonly names: () => Promise<TrailNames>;
  /** null when the store cannot be read. */
  readonly outbox: () => Promise<OutboxHealth | null>;
  /** How the chats' connections stand, of those that have one. */
  readonly chats: () => readonly ChatState[];
  /** Tries at once what waits there for a person; empty parts of the channel stand for any. */
  resume(channel: ChannelRef): Promise<void>;
  /** Starts the chats: from now on they hand over questions, and notifications are posted. */
  listen(): Promise<void>;
  /** Stops in order: chats, feeds, outbox, store. Nothing that was accepted is lost. */
  stop(): Promise<void>;
}

const TICK: Duration = MINUTE / 4;
const THINNING: Duration = HOUR;
/** How often it is looked whether the feeds have caught up, in real time. */
const LOOK: Duration = 20;

/** Starts the feeds, the ingest and the outbox; the chats listen when they are told to. */
export async function startService(parts: ServiceParts): Promise<Service> {
  const { store, sources, groups = [], chats, clock, wall, random, log } = parts;
  const started = clock.now();
  try {
    await keepConfiguredSubscriptions(parts.subscriptions, store, started);
  } catch (error) {
    await store.close();
    throw error;
  }
  const threaded = new Set(
    chats.filter(({ capabilities }) => capabilities.threads).map(({ platform }) => platform),
  );
  const onProblem = (problem: string): void => {
    log("warning", problem);
  };
  const owner = replicaName(random);
  const outbox = new OutboxWorker({
    store,
    adapters: chats,
    clock,
    random,
    timing: parts.outboxTiming ?? OUTBOX_TIMING,
    onProblem,
    owner,
  });
  const leases = new LeaseKeeper({
    store,
    owner,
    wall,
    random,
    onChange: (words, { changed, held, replicas }) => {
      log("info", words, { replica: owner, leases: changed, held, replicas });
    },
    onProblem,
  });
  const ingest = new IngestService({
    store,
    leases,
    route: notificationRouter(store, (platform) => threaded.has(platform)),
    clock,
    wall,
    random,
    isWorkingTime: parts.workingHours,
    ...(parts.eventsInMemory === undefined ? {} : { mostEvents: parts.eventsInMemory }),
    onStored: () => {
      outbox.wake();
    },
    onProblem,
  });
  const unknown = (): readonly FeedHealth[] => groups.flatMap((group) => group.health() ?? []);
  const feeds = (): readonly FeedHealth[] => [...ingest.health().feeds, ...unknown()];
  const closed = new ClosedChannels();
  const chatStates = (): readonly ChatState[] =>
    chats.flatMap((chat) => {
      const health = chat.health?.();
      const { platform } = chat;
      return health === undefined
        ? []
        : [{ ...health, platform, problems: [...health.problems, ...closed.problems(platform)] }];
    });
  const conversations = new Conversations({
    store,
    live: parts.live,
    clock,
    zone: parts.zone,
    azureSubscriptions: [
      ...new Set(sources.flatMap(({ azureSubscription }) => azureSubscription ?? [])),
    ],
    feeds,
    chats: chatStates,
    pictures: timelinePictures(chats),
    onReaction: () => {
      outbox.wake();
    },
  });
  const resume = async (channel: ChannelRef): Promise<void> => {
    await store.retryWaiting(channel, clock.now());
    outbox.wake();
  };
  const local = new Set(chats.filter((chat) => chat.isLocal === true).map((chat) => chat.platform));
  const reception = new Reception({
    conversations,
    store,
    clock,
    wall,
    random,
    isLocal: (platform) => local.has(platform),
  });
  const handlers = chatHandlers({ store, reception, closed, log, resume });
  const feeding = new AbortController();
  const delivering = new AbortController();
  /** A feed of what is past is there when it has ended: then what follows from it is stored too. */
  const isThere = ({ feed, lastSuccess, progress, problem, heldBy }: FeedHealth): boolean =>
    ended.has(feed) ||
    heldBy !== undefined ||
    problem !== null ||
    (progress === null && lastSuccess !== null && lastSuccess >= started);
  const ended = new Set<string>();
  const keeping = new AbortController();
  const kept = leases.run(keeping.signal);
  const followed: ActivitySource[] = [];
  const follow = async (source: ActivitySource): Promise<void> => {
    followed.push(source);
    await ingest.follow(source, feeding.signal);
    ended.add(source.feed);
  };
  const followAll = async (group: SourceGroup): Promise<void> => {
    const following: Promise<void>[] = [];
    for await (const source of group.sources(feeding.signal)) {
      following.push(follow(source));
    }
    await Promise.all(following);
  };
  const running = [
    ...sources.map(follow),
    ...groups.map(followAll),
    ingest.keepTime(TICK, feeding.signal),
    watchChats(chatStates, log, wall, feeding.signal),
    watchFeeds(
      () => [...followed.map((source) => source.health()), ...unknown()],
      log,
      wall,
      feeding.signal,
    ),
    ...removals(ingest, parts).map(async (remove) => hourly(remove, parts, feeding.signal)),
  ];
  let deliveries: Promise<void> | null = null;
  return {
    conversations,
    caughtUp: until(() => feeds().every(isThere), wall, feeding.signal),
    feeds,
    names: async () => store.names(),
    outbox: async () => store.outboxHealth().catch(() => null),
    chats: chatStates,
    resume,
    listen: async () => {
      for (const chat of chats) {
        await chat.start(handlers);
        // Whoever starts the program again may have mended what held its messages up.
        await resume({ platform: chat.platform, workspace: "", channel: "" });
      }
      deliveries ??= outbox.run(delivering.signal);
    },
    stop: async () => {
      await Promise.all(chats.map(async (chat) => chat.stop()));
      feeding.abort();
      await Promise.all(running);
      // Only what has ended is left to others.
      keeping.abort();
      await kept;
      delivering.abort();
      await deliveries;
      await store.close();
    },
  };
}

type Remove = (now: Instant) => Promise<void>;

/** What takes away that is too old. */
function removals(
  ingest: IngestService,
  { store, retention, auditRetention }: ServiceParts,
): readonly Remove[] {
  const all: Remove[] = [];
  if (retention !== null) {
    all.push(async (now) => {
      await ingest.thin(now - retention);
    });
  }
  if (auditRetention !== null) {
    all.push(async (now) => store.forgetAudited(now - auditRetention));
  }
  return all;
}

async function hourly(
  remove: Remove,
  { clock, log }: Pick<ServiceParts, "clock" | "log">,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await remove(clock.now());
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log("warning", `What is old cannot be thinned now: ${reason}`);
    }
    await clock.sleep(THINNING, signal);
  }
}

async function until(done: () => boolean, wall: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !done()) {
    await wall.sleep(LOOK, signal);
  }
}
