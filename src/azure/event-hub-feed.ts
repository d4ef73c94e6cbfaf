import type { FeedHealth, FeedPage, StreamLag } from "../domain/feed.ts";
import { DAY, isoUtc } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { ActivitySource, Clock, RandomSource } from "../ports.ts";
import type { AzureFault } from "./azure-fault.ts";
import { backOff } from "./back-off.ts";
import type { HubClient, HubEvent, PartitionProperties } from "./event-hub-client.ts";
import { readPartitionCursor, writePartitionCursor } from "./event-hub-cursor.ts";
import type { LostRecords, PartitionPosition } from "./event-hub-cursor.ts";
import { hubFault } from "./event-hub-fault.ts";
import { EventHubIntake } from "./event-hub-intake.ts";
import type { PartitionReading } from "./partition-reading.ts";
import type { RuleInterner } from "./rule-interner.ts";

/** What the feed of a partition needs. */
export interface PartitionFeedParts {
  readonly client: HubClient;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly rules: RuleInterner;
}

/**
 * The library lets credit for events pile up while none come, another page with every wait: so the link is
 * opened anew from time to time, which bounds what may come at once, and has to be kept in memory.
 */
const MOST_IDLE_WAITS = 6;
/** For so long a loss is told of. */
const LOSS_TOLD: Duration = DAY;

/** What feeds of one hub and consumer group are called, before the partition. */
export function hubFeedName({ identity }: HubClient): string {
  const { namespace, hub, consumerGroup } = identity;
  return `event-hub/${namespace}/${hub}/${consumerGroup}`.toLowerCase();
}

/**
 * One partition of an Event Hub to which diagnostic settings of Azure subscriptions stream their Activity
 * Log. Its position is stored by whoever stores its pages. It never says that a stretch of time was read
 * whole: which rows are still to come, or are streamed at all, nobody can tell from the stream. Failures
 * are told by `health` and retried for ever.
 */
export class EventHubFeed implements ActivitySource {
  readonly feed: string;
  readonly azureSubscription = null;
  readonly #partition: string;
  readonly #parts: PartitionFeedParts;
  #state: FeedHealth["state"] = "starting";
  #fault: AzureFault | null = null;
  #failures = 0;
  #lastSuccess: Instant | null = null;
  /** Up to where pages were stored; null before the first. */
  #stored: PartitionPosition | null = null;
  #newest: Pick<PartitionProperties, "lastSequenceNumber" | "lastEnqueuedAt"> | null = null;
  /** Where this run of `pages` began, while it has not yet read all that was there then. */
  #catchingUp: { readonly from: number; readonly to: number } | null = null;

  constructor(partition: string, parts: PartitionFeedParts) {
    this.feed = `${hubFeedName(parts.client)}/${partition}`;
    this.#partition = partition;
    this.#parts = parts;
  }

  async *pages(
    cursor: string | null,
    signal: AbortSignal,
    fence?: number,
  ): AsyncGenerator<FeedPage, void, undefined> {
    const { clock, random, rules } = this.#parts;
    const intake = new EventHubIntake(this.#partition, rules);
    this.#stored = cursor === null ? null : readPartitionCursor(cursor);
    this.#state = "starting";
    try {
      while (!signal.aborted) {
        try {
          yield* this.#read(intake, signal, fence);
        } catch (error) {
          if (signal.aborted) {
            break;
          }
          const fault = hubFault(error, this.#parts.client.identity);
          this.#failures += 1;
          this.#fault = fault;
          this.#state = fault.kind === "throttled" ? "throttled" : "failing";
          await clock.sleep(backOff(fault, this.#failures, random), signal);
        }
      }
    } finally {
      this.#state = "stopped";
      this.#fault = null;
      // Whoever reads the partition now knows how far it has come.
      this.#newest = null;
      this.#catchingUp = null;
    }
  }

  health(): FeedHealth {
    return {
      feed: this.feed,
      azureSubscription: null,
      state: this.#state,
      lastSuccess: this.#lastSuccess,
      problem: this.#fault?.message ?? this.#lossWords(),
      progress: this.#progress(),
      callsLastHour: 0,
      lag: this.#lag(),
    };
  }

  /** Opens the partition behind what is stored and reads it until that is to be done anew. */
  async *#read(
    intake: EventHubIntake,
    signal: AbortSignal,
    fence: number | undefined,
  ): AsyncGenerator<FeedPage, void, undefined> {
    const { client } = this.#parts;
    const hubCreatedAt = await this.#look(signal);
    const after = this.#stored?.sequenceNumber ?? null;
    // Event Hubs heeds owner levels from 1 on.
    const ownerLevel = fence === undefined ? null : fence + 1;
    const reading = await client.read(this.#partition, after, ownerLevel);
    try {
      yield* this.#batches(reading, intake, hubCreatedAt, signal);
    } finally {
      await reading.close();
    }
  }

  async *#batches(
    reading: PartitionReading,
    intake: EventHubIntake,
    hubCreatedAt: Instant,
    signal: AbortSignal,
  ): AsyncGenerator<FeedPage, void, undefined> {
    const { clock } = this.#parts;
    for (let idle = 0; idle < MOST_IDLE_WAITS; idle += 1) {
      const batch = await reading.next(signal);
      if (batch === null) {
        return;
      }
      const now = clock.now();
      this.#heard(now, batch.lastSequenceNumber, batch.lastEnqueuedAt);
      const events = batch.events.filter(
        ({ sequenceNumber }) => sequenceNumber > (this.#stored?.sequenceNumber ?? -1),
      );
      const position = positionBehind(this.#stored, events, hubCreatedAt, now);
      if (position === null) {
        this.#state = "waiting";
        continue;
      }
      idle = 0;
      this.#state = "reading";
      const taken = intake.take(events, now);
      yield { ...taken, sightings: [], cursor: writePartitionCursor(position), read: null };
      // Asked for the next page: this one is stored.
      this.#stored = position;
      if (this.#catchingUp !== null && position.sequenceNumber >= this.#catchingUp.to) {
        this.#catchingUp = null;
      }
    }
  }

  /** Looks whether the hub is still the one that was read, and how far it has come. */
  async #look(signal: AbortSignal): Promise<Instant> {
    const { client, clock } = this.#parts;
    const { createdAt } = await client.hub(signal);
    const there = await client.partition(this.#partition, signal);
    const stored = this.#stored;
    if (
      stored !== null &&
      (createdAt !== stored.hubCreatedAt || stored.sequenceNumber > there.lastSequenceNumber)
    ) {
      const now = clock.now();
      const lost = { from: stored.enqueuedAt, to: now, events: null, foundAt: now };
      this.#stored = { ...stored, sequenceNumber: -1, hubCreatedAt: createdAt, lost };
    }
    this.#newest = there;
    const from = this.#stored?.sequenceNumber ?? -1;
    this.#catchingUp =
      from < there.lastSequenceNumber && there.firstSequenceNumber <= there.lastSequenceNumber
        ? { from: Math.max(from, there.firstSequenceNumber - 1), to: there.lastSequenceNumber }
        : null;
    return createdAt;
  }

  #heard(now: Instant, lastSequenceNumber: number | null, lastEnqueuedAt: Instant | null): void {
    this.#lastSuccess = now;
    this.#failures = 0;
    this.#fault = null;
    if (lastSequenceNumber !== null && lastEnqueuedAt !== null) {
      this.#newest = { lastSequenceNumber, lastEnqueuedAt };
    }
  }

  #progress(): number | null {
    if (this.#catchingUp === null) {
      return null;
    }
    const { from, to } = this.#catchingUp;
    return Math.max(0, (this.#stored?.sequenceNumber ?? from) - from) / (to - from);
  }

  #lag(): StreamLag | null {
    if (this.#newest === null) {
      return null;
    }
    const { lastSequenceNumber, lastEnqueuedAt } = this.#newest;
    const stored = this.#stored;
    const begin = this.#catchingUp?.from ?? lastSequenceNumber;
    const events = Math.max(0, lastSequenceNumber - (stored?.sequenceNumber ?? begin));
    return {
      events,
      storedTo: stored?.enqueuedAt ?? null,
      newest: lastSequenceNumber < 0 ? null : lastEnqueuedAt,
    };
  }

  #lossWords(): string | null {
    const lost = this.#stored?.lost ?? null;
    if (lost === null || lost.foundAt < this.#parts.clock.now() - LOSS_TOLD) {
      return null;
    }
    const { from, to, events } = lost;
    const [what, were] =
      events === null
        ? ["What", "was"]
        : events === 1
          ? ["1 event that", "was"]
          : [`${events} events that`, "were"];
    return `${what} the Event Hub received from ${isoUtc(from)} to ${isoUtc(to)} ${were} gone before Doorbell read it: lengthen the hub's retention, and let Doorbell poll the Activity Log too, which keeps 90 days.`;
  }
}

/** The position behind the events; null when there are none. */
function positionBehind(
  before: PartitionPosition | null,
  events: readonly HubEvent[],
  hubCreatedAt: Instant,
  now: Instant,
): PartitionPosition | null {
  let position: PartitionPosition | null = null;
  let previous = before;
  for (const { sequenceNumber, enqueuedAt } of events) {
    const lost: LostRecords | null = lossBetween(previous, sequenceNumber, enqueuedAt, now);
    position = { sequenceNumber, enqueuedAt, hubCreatedAt, lost: lost ?? previous?.lost ?? null };
    previous = position;
  }
  return position;
}

function lossBetween(
  previous: PartitionPosition | null,
  sequenceNumber: number,
  enqueuedAt: Instant,
  now: Instant,
): LostRecords | null {
  // -1: a hub that was made anew, whose loss is known already.
  if (previous === null || previous.sequenceNumber < 0) {
    return null;
  }
  const events = sequenceNumber - previous.sequenceNumber - 1;
  return events > 0 ? { from: previous.enqueuedAt, to: enqueuedAt, events, foundAt: now } : null;
}
