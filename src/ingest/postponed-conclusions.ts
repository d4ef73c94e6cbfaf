import { MINUTE } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";

/** While history comes, what follows from it gets one part of the time for so many that go to the rest. */
const PARTS_FOR_THE_REST = 2;
const MOST_SAVED: Duration = MINUTE;

/**
 * The Azure subscriptions with history from which nothing was concluded yet. A long history is worked out
 * anew whenever more of it has come, which takes longer and longer: while it comes, that may take a part of
 * the time only, so that many Azure subscriptions that are read at once are read at last.
 */
export class PostponedConclusions {
  /** How many events came, by Azure subscription. */
  readonly #arrived = new Map<string, number>();
  #isComing = false;
  #isLimited = false;
  /** The time that may be taken; below 0 when too much was. */
  #saved: Duration = 0;
  /** When conclusions were last begun or drawn. */
  #at: Instant;

  constructor(now: Instant) {
    this.#at = now;
  }

  /** Those that most came of are first. */
  get all(): readonly string[] {
    return [...this.#arrived].toSorted(([, a], [, b]) => b - a).map(([one]) => one);
  }

  has(azureSubscription: string): boolean {
    return this.#arrived.has(azureSubscription);
  }

  /** @param events how many came; none where there may only be something to conclude. */
  add(azureSubscription: string, events: number): void {
    this.#arrived.set(azureSubscription, (this.#arrived.get(azureSubscription) ?? 0) + events);
    this.#isComing ||= events > 0;
  }

  /** Conclusions were drawn from all that came. */
  done(azureSubscription: string): void {
    this.#arrived.delete(azureSubscription);
  }

  /** Conclusions are about to be drawn, in real time. */
  begin(now: Instant): void {
    this.#isLimited = this.#isComing;
    this.#isComing = false;
    const saved = Math.max(0, now - this.#at) / PARTS_FOR_THE_REST;
    this.#saved = Math.min(this.#saved + saved, MOST_SAVED);
    this.#at = now;
  }

  /** Conclusions about one Azure subscription took until now. */
  worked(now: Instant): void {
    if (this.#isLimited) {
      this.#saved -= now - this.#at;
    }
    this.#at = now;
  }

  /** Whether there is time for more. */
  get mayGoOn(): boolean {
    return !this.#isLimited || this.#saved >= 0;
  }
}
