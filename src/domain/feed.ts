import type { ActivityEvent } from "./activity-event.ts";
import type { Instant } from "./instant.ts";
import type { Sighting } from "./sighting.ts";

/** A row of a feed that was understood, with the row as received: the evidence that is kept. */
export interface ReceivedEvent {
  readonly event: ActivityEvent;
  /** The row as received, as JSON text. */
  readonly raw: string;
}

/** A row, or a part of one, that could not be understood. It is kept and counted, never dropped. */
export interface QuarantinedRow {
  /** A digest of `raw`: the same row is quarantined once. */
  readonly digest: string;
  /** Why, in words. */
  readonly reason: string;
  /** As received, at most 64 KiB of it. */
  readonly raw: string;
  readonly receivedAt: Instant;
}

/** A stretch of time of which a feed says that it was read whole, as far as Azure had it then. */
export interface ReadSpan {
  readonly from: Instant;
  readonly to: Instant;
}

/**
 * One page of a feed. Everything in it, the cursor included, is stored in one transaction: after a
 * crash the feed goes on behind the last page that was stored.
 */
export interface FeedPage {
  readonly events: readonly ReceivedEvent[];
  readonly sightings: readonly Sighting[];
  readonly quarantined: readonly QuarantinedRow[];
  /** Rows of operations that neither open, close nor request a port. */
  readonly irrelevant: number;
  /** Where to go on; opaque to everyone but the feed; null when the page does not move it. */
  readonly cursor: string | null;
  /** What has now been read whole; null while a stretch is still being paged through. */
  readonly read: ReadSpan | null;
}

/** How a feed is doing, for `status`, `doctor` and the health page. */
export interface FeedHealth {
  readonly feed: string;
  /** The Azure subscription, lower-cased; null for a feed over several. */
  readonly azureSubscription: string | null;
  readonly state: "starting" | "reading" | "waiting" | "throttled" | "failing" | "stopped";
  /** The last time that a page arrived; null before the first. */
  readonly lastSuccess: Instant | null;
  /** What is wrong and which setting to change, in one line; null when nothing is. */
  readonly problem: string | null;
  /** 0 to 1 while a backfill runs; null otherwise. */
  readonly progress: number | null;
  /** Calls to Azure in the last hour. */
  readonly callsLastHour: number;
  /** Another replica that reads it; missing while none is known. */
  readonly heldBy?: string;
  /** How far a stream has been read; null before anything is known of it, missing where there is none. */
  readonly lag?: StreamLag | null;
}

/** How far what is stored of a stream lies behind what the stream holds. */
export interface StreamLag {
  /** Events that are not stored yet, as far as is known. */
  readonly events: number;
  /** When the last event that is stored was put into the stream; null before the first. */
  readonly storedTo: Instant | null;
  /** When the newest event was put into the stream; null when it is empty. */
  readonly newest: Instant | null;
}

/** What has been read of one Azure subscription, over all its feeds. */
export interface SubscriptionCoverage {
  /** Lower-cased. */
  readonly azureSubscription: string;
  /** The stretches that were read whole, in order, apart from each other. */
  readonly spans: readonly ReadSpan[];
}
