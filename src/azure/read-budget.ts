import { MINUTE, SECOND } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";

/** What a call is for: what is new comes first. */
export type CallPriority = "new" | "past";

/** With fewer reads left than this, what is past waits. */
const FEW = 100;
/** With fewer reads left than this, what is new slows down, too. */
const VERY_FEW = 20;
const PAST_PAUSE: Duration = MINUTE;
const NEW_PAUSE: Duration = 20 * SECOND;
/** After a throttled call, what is past waits so much longer than Azure asks. */
const PAST_EXTRA: Duration = MINUTE;

/**
 * How much of one Azure subscription may be read just now: shared by all its feeds, because Azure
 * counts their calls together.
 */
export class ReadBudget {
  #throttledUntil: Instant = 0;
  readonly #notBefore: Record<CallPriority, Instant> = { new: 0, past: 0 };

  /** The earliest time of the next call; not after now when it may be made at once. */
  notBefore(priority: CallPriority): Instant {
    return this.#notBefore[priority];
  }

  isThrottled(now: Instant): boolean {
    return now < this.#throttledUntil;
  }

  /** @param remaining `x-ms-ratelimit-remaining-subscription-reads`; null when Azure did not say. */
  answered(remaining: number | null, now: Instant): void {
    if (remaining !== null && remaining < FEW) {
      this.#hold("past", now + PAST_PAUSE);
    }
    if (remaining !== null && remaining < VERY_FEW) {
      this.#hold("new", now + NEW_PAUSE);
    }
  }

  throttled(until: Instant): void {
    this.#throttledUntil = Math.max(this.#throttledUntil, until);
    this.#hold("new", until);
    this.#hold("past", until + PAST_EXTRA);
  }

  #hold(priority: CallPriority, until: Instant): void {
    this.#notBefore[priority] = Math.max(this.#notBefore[priority], until);
  }
}
