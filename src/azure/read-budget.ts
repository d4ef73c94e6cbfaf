import { MINUTE, SECOND } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import { StepsBack } from "./steps-back.ts";

/** What a call is for: what is new comes first. */
export type CallPriority = "new" | "past";

/** With fewer reads left than this, what is past slows down. */
const FEW = 100;
/** With fewer reads left than this, what is new slows down, too. */
const VERY_FEW = 20;
/** Between two calls for what is past, then. It never stops: some Azure subscriptions always have few. */
const PAST_PAUSE: Duration = MINUTE;
/** Between two calls for what is new, then. */
const NEW_PAUSE: Duration = 20 * SECOND;
/** After a throttled call, what is past waits so much longer than Azure asks. */
const PAST_EXTRA: Duration = MINUTE;

/**
 * How much of one Azure subscription may be read just now: shared by all its feeds, because Azure
 * counts their calls together.
 */
export class ReadBudget {
  #throttledUntil: Instant = 0;
  #remaining: number = Number.POSITIVE_INFINITY;
  readonly #lastCall: Record<CallPriority, Instant> = { new: 0, past: 0 };
  readonly #stepsBack = new StepsBack();

  /** To be asked before `notBefore` is: where the clock was set back, so is what was put off. */
  heedClock(now: Instant): void {
    const back = this.#stepsBack.by(now);
    this.#throttledUntil -= back;
    this.#lastCall.new -= back;
    this.#lastCall.past -= back;
  }

  /** The earliest time of the next call; not after now when it may be made at once. */
  notBefore(priority: CallPriority): Instant {
    const spaced = this.#lastCall[priority] + this.#pause(priority);
    const extra = priority === "past" && this.#throttledUntil > 0 ? PAST_EXTRA : 0;
    return Math.max(spaced, this.#throttledUntil + extra);
  }

  isThrottled(now: Instant): boolean {
    return now < this.#throttledUntil;
  }

  /** @param remaining `x-ms-ratelimit-remaining-subscription-reads`; null when Azure did not say. */
  answered(priority: CallPriority, remaining: number | null, now: Instant): void {
    this.#remaining = remaining ?? this.#remaining;
    this.#lastCall[priority] = now;
  }

  throttled(until: Instant): void {
    this.#throttledUntil = Math.max(this.#throttledUntil, until);
  }

  #pause(priority: CallPriority): Duration {
    if (priority === "past") {
      return this.#remaining < FEW ? PAST_PAUSE : 0;
    }
    return this.#remaining < VERY_FEW ? NEW_PAUSE : 0;
  }
}
