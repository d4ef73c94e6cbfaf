import { Correlator } from "../../src/correlate/correlator.ts";
import type { ActivityEvent } from "../../src/domain/activity-event.ts";
import type { Instant } from "../../src/domain/instant.ts";
import type { ChannelSubscription } from "../../src/domain/notification.ts";
import type { Trail } from "../../src/domain/trail.ts";
import { IngestService } from "../../src/ingest/ingest-service.ts";
import { LOG_DELAY } from "../../src/ingest/read-stretches.ts";
import { notificationRouter } from "../../src/notify/notification-router.ts";
import type { ActivitySource, Clock, Store, TrailChange } from "../../src/ports.ts";
import { openSqliteStore } from "../../src/store/open-sqlite-store.ts";
import type { Gate } from "../fakes/crash-gate.ts";
import { gatedIngestStore } from "../fakes/gated.ts";
import type { IngestStore } from "../fakes/gated.ts";
import { ManualClock } from "../fakes/manual-clock.ts";
import { WHOLE } from "./tenant-pages.ts";

/** Office hours, so that findings depend on them. */
export function isWorkingTime(instant: Instant): boolean {
  const hour = new Date(instant).getUTCHours();
  return hour >= 8 && hour < 18;
}

/** A real store with an ingest on it, and the clock that both go by. */
export class IngestLab {
  readonly clock: ManualClock;
  readonly store: Store;
  readonly problems: string[] = [];
  /** What was stored, transaction by transaction. */
  readonly commits: TrailChange[] = [];
  /** How often the outbox was told that there may be something to do. */
  stored = 0;
  /** How many events an ingest may hold in memory; as many as the program does when left out. */
  mostEvents: number | undefined;
  /** Real time for an ingest; none when left out. */
  wall: Clock | undefined;

  private constructor(clock: ManualClock, store: Store) {
    this.clock = clock;
    this.store = store;
  }

  static async open(now: Instant): Promise<IngestLab> {
    const clock = new ManualClock(now);
    return new IngestLab(clock, await openSqliteStore(":memory:", { clock }));
  }

  /**
   * An ingest as after a start of the program.
   *
   * @param change what its store does otherwise.
   * @param onStored told when the outbox may have something to do.
   */
  ingest(
    gate: Gate = { pass: async (call) => call() },
    change: Partial<IngestStore> = {},
    onStored: () => void = () => undefined,
  ): IngestService {
    const gated = gatedIngestStore(this.store, gate);
    const store = {
      ...gated,
      ...change,
      commit: async (change: TrailChange) => {
        await gated.commit(change);
        this.commits.push(change);
      },
    };
    return new IngestService({
      store,
      route: notificationRouter(store, () => true),
      leases: null,
      ...(this.mostEvents === undefined ? {} : { mostEvents: this.mostEvents }),
      ...(this.wall === undefined ? {} : { wall: this.wall }),
      clock: this.clock,
      random: { next: () => 0.5 },
      isWorkingTime,
      onStored: () => {
        this.stored += 1;
        onStored();
      },
      onProblem: (problem) => this.problems.push(problem),
    });
  }

  /** Stores everything that the sources have, and looks at what the passing of time changes. */
  async follow(ingest: IngestService, sources: readonly ActivitySource[]): Promise<void> {
    const { signal } = new AbortController();
    await Promise.all(sources.map(async (source) => ingest.follow(source, signal)));
    await ingest.tick();
  }

  /** Channels that want everything that was opened since. */
  async subscribe(createdAt: Instant, ...names: readonly string[]): Promise<void> {
    for (const name of names) {
      await this.store.subscribe(subscriptionOf(name, createdAt));
    }
  }
}

/** A subscription of a channel to everything that was opened since. */
export function subscriptionOf(name: string, createdAt: Instant): ChannelSubscription {
  return {
    id: `s-${name}`,
    channel: { platform: "memory", workspace: "", channel: name },
    filter: {
      azureSubscriptions: [],
      resourceGroups: [],
      vms: [],
      ports: [],
      kinds: ["jit", "direct"],
      verdicts: [],
      findings: [],
    },
    createdAt,
    createdBy: "configuration",
  };
}

/** What the events of one Azure subscription say when all was read whole. */
export function wantedTrail(
  events: readonly ActivityEvent[],
  subscription: string,
  knownSince: Instant = WHOLE.from,
): Trail {
  const correlator = new Correlator();
  correlator.add(events.filter(({ resource }) => resource.subscriptionId === subscription));
  return sortedGuards(correlator.trail({ asOf: WHOLE.to - LOG_DELAY, knownSince, isWorkingTime }));
}

/** Guards have no order in the store. */
export function sortedGuards(trail: Trail): Trail {
  const key = (guard: Trail["guards"][number]): string => JSON.stringify(guard);
  return { ...trail, guards: trail.guards.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)) };
}
