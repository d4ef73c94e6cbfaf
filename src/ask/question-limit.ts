import { SECOND } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";

/** So many questions a person may ask at once. */
export const BURST = 10;
/** And one more each time so much has passed. */
export const EVERY: Duration = 6 * SECOND;
/** So long nothing of theirs is taken once they ask more. */
export const PAUSE: Duration = 20 * SECOND;
/** So many people are remembered; then whoever asked longest ago begins anew. */
const MOST_PEOPLE = 10_000;

/** Whether a question is taken. */
export type Admission =
  | { readonly kind: "taken" }
  /** The first that is too many: the person is told how long to wait. */
  | { readonly kind: "too-many"; readonly wait: Duration }
  /** Within that time. */
  | { readonly kind: "dropped" };

interface Count {
  /** When all that was taken is paid off: later than now by `EVERY` for each that is not. */
  readonly paidAt: Instant;
  /** Nothing is taken before. */
  readonly pausedUntil: Instant;
}

const TAKEN: Admission = { kind: "taken" };
const DROPPED: Admission = { kind: "dropped" };

/**
 * How fast one person may ask: `BURST` questions at once, and one each `EVERY` on and on. Each person is
 * counted alone, within this process.
 */
export class QuestionLimit {
  readonly #counts = new Map<string, Count>();
  readonly #most: number;

  /** @param most how many people are remembered. */
  constructor(most = MOST_PEOPLE) {
    this.#most = most;
  }

  /** How many people are remembered. */
  get size(): number {
    return this.#counts.size;
  }

  /** Counts a question that arrives now. */
  take(person: string, now: Instant): Admission {
    const count = this.#countOf(person, now);
    if (count.pausedUntil > now) {
      this.#keep(person, count);
      return DROPPED;
    }
    const paidAt = Math.max(count.paidAt, now) + EVERY;
    if (paidAt - now > BURST * EVERY) {
      this.#keep(person, { paidAt: count.paidAt, pausedUntil: now + PAUSE });
      return { kind: "too-many", wait: PAUSE };
    }
    this.#keep(person, { paidAt, pausedUntil: 0 });
    return TAKEN;
  }

  /** Takes a question out of the count that was none: the platform had delivered it before. */
  giveBack(person: string): void {
    const count = this.#counts.get(person);
    if (count !== undefined) {
      this.#counts.set(person, { ...count, paidAt: count.paidAt - EVERY });
    }
  }

  #countOf(person: string, now: Instant): Count {
    const count = this.#counts.get(person) ?? { paidAt: now, pausedUntil: 0 };
    // Times that far ahead were written before somebody set the clock back.
    return {
      paidAt: count.paidAt > now + BURST * EVERY ? now : count.paidAt,
      pausedUntil: count.pausedUntil > now + PAUSE ? 0 : count.pausedUntil,
    };
  }

  /** Whoever asked last stands last. */
  #keep(person: string, count: Count): void {
    this.#counts.delete(person);
    this.#counts.set(person, count);
    if (this.#counts.size > this.#most) {
      const [oldest] = this.#counts.keys();
      if (oldest !== undefined) {
        this.#counts.delete(oldest);
      }
    }
  }
}
