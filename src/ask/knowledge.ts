import { DateTime } from "luxon";
import type { ActivityEvent } from "../domain/activity-event.ts";
import type { Instant } from "../domain/instant.ts";
import type { Coverage, Trail } from "../domain/trail.ts";
import { time } from "../message/build.ts";
import type { TimeSpan } from "../message/message.ts";
import type { TrailNames } from "../ports.ts";
import type { LiveCheck } from "./live-check.ts";
import { namesOf } from "./vm-match.ts";

/** What an answer is made from. */
export interface Knowledge {
  /** The whole trail, or the part of it that the question needs. */
  readonly trail: Trail;
  /** VMs and people of the whole trail. */
  readonly names: TrailNames;
  /** Whether the log ends for good, as an export does, or goes on, as a feed does. */
  readonly source: "export" | "feed";
  /** What the NSGs themselves showed just now; empty where nobody looked. */
  readonly checks: readonly LiveCheck[];
  readonly coverage: Coverage;
  /** The event of an identity that an opening names; null when it is not at hand. */
  readonly eventOf: (id: string) => ActivityEvent | null;
  /** When the question is asked. */
  readonly now: Instant;
  /** The asker's IANA time zone. */
  readonly zone: string;
}

/** What a question about exports is answered from. */
export function exportKnowledge(
  reading: Pick<Knowledge, "trail" | "coverage" | "eventOf">,
  asker: Pick<Knowledge, "now" | "zone">,
): Knowledge {
  const { trail, coverage, eventOf } = reading;
  const names = namesOf(trail);
  return { trail, names, source: "export", checks: [], coverage, eventOf, ...asker };
}

/**
 * The instant up to which the state of the rules is known: the newest event of an export, the latest
 * reading of a feed, never the future.
 */
export function knownTo(knowledge: Knowledge): Instant {
  return Math.min(knowledge.now, knowledge.coverage.to ?? knowledge.now);
}

/** `at` without its date when that is the day of `beside` in the asker's zone. */
export function timeBeside(at: Instant, beside: Instant, zone: string): TimeSpan {
  const sameDay = DateTime.fromMillis(at, { zone }).hasSame(
    DateTime.fromMillis(beside, { zone }),
    "day",
  );
  return time(at, sameDay ? "time" : "date-time");
}
