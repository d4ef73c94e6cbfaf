import { DateTime } from "luxon";
import type { Instant } from "../domain/instant.ts";
import type { Coverage, Trail } from "../domain/trail.ts";
import { time } from "../message/build.ts";
import type { TimeSpan } from "../message/message.ts";

/** What an answer is made from. */
export interface Knowledge {
  readonly trail: Trail;
  readonly coverage: Coverage;
  /** When the question is asked. */
  readonly now: Instant;
  /** The asker's IANA time zone. */
  readonly zone: string;
}

/** The instant up to which the state of the rules is known: the newest event, never the future. */
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
