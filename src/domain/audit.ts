import type { Attempt } from "./chat.ts";
import type { Duration, Instant } from "./instant.ts";

export const AUDIT_OUTCOMES = [
  "answered",
  "refused",
  "failed",
  "slowed",
  "repeated",
  "unfinished",
] as const;

/**
 * What became of something that a person asked or pressed. `slowed`: it came too fast and was dropped.
 * `repeated`: the platform delivered it twice. `unfinished`: it is under way, or the program ended, or lost
 * its store, before the outcome could be written down; whether it was done is not known then.
 */
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** Who asked or pressed what, where and when, and what became of it. */
export interface AuditEntry extends Omit<Attempt, "deliveryId"> {
  /** `a-` and 12 characters. */
  readonly id: string;
  readonly at: Instant;
  readonly outcome: AuditOutcome;
  /**
   * A code: why it was refused (`Refusal`), how it failed (`ErrorCode`, else `internal`), or
   * `not-understood` for an answer that says so; else null.
   */
  readonly reason: string | null;
  /** Names of the VMs that it was about, at most 20; else what was asked for. */
  readonly vms: readonly string[];
  /** How many openings the answer was about; null where it was not about openings. */
  readonly openings: number | null;
  /** From its arrival until the outcome; null before that. */
  readonly took: Duration | null;
}

/** Longer texts are cut, and end in `…`. */
export const MOST_AUDITED_TEXT = 500;

/** Which entries are looked for. Every field narrows; null does not. */
export interface AuditQuery {
  /** The first instant. */
  readonly from: Instant | null;
  /** The first instant after them. */
  readonly to: Instant | null;
  /** The ID of a person, or a part of their name without regard to case. */
  readonly user: string | null;
  /** The platform's ID of the channel. */
  readonly channel: string | null;
  readonly outcome: AuditOutcome | null;
}
