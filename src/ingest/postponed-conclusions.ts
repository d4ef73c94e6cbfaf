import { MINUTE } from "../domain/instant.ts";
import type { Duration } from "../domain/instant.ts";

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

  /**
   * Conclusions are about to be drawn.
   *
   * @param pause how long none were.
   */
  begin(pause: Duration): void {
    this.#isLimited = this.#isComing;
    this.#isComing = false;
    const saved = Math.max(0, pause) / PARTS_FOR_THE_REST;
    this.#saved = Math.min(this.#saved + saved, MOST_SAVED);
  }

  /** Conclusions about one Azure subscription took so long. */
  took(duration: Duration): void {
    if (this.#isLimited) {
      this.#saved -= duration;
    }
  }

  /** Whether there is time for more. */
  get mayGoOn(): boolean {
    return !this.#isLimited || this.#saved >= 0;
  }
}
