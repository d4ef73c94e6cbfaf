import type { Duration, Instant } from "../domain/instant.ts";
import { SECOND } from "../domain/instant.ts";

/** Nobody sleeps longer without a look at the clock, which may have been set meanwhile. */
export const LONGEST_SLEEP: Duration = 30 * SECOND;

/**
 * Notices that the machine's clock was set back: what was put off until an instant of the clock as it was
 * would else wait for as long as the clock was wrong.
 */
export class StepsBack {
  #last: Instant = Number.NEGATIVE_INFINITY;

  /** By how much the clock has gone back since it was asked last, at least; 0 where it has not. */
  by(now: Instant): Duration {
    const back = Math.max(0, this.#last - now);
    this.#last = now;
    return back;
  }
}
