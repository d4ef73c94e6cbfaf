import { HOUR, MINUTE } from "../domain/instant.ts";
import type { Instant } from "../domain/instant.ts";

/** Counts calls by the minute, for as long as an hour. */
export class CallCount {
  /** Calls by the number of the minute since 1970. */
  readonly #minutes = new Map<number, number>();

  note(now: Instant): void {
    const minute = Math.floor(now / MINUTE);
    this.#minutes.set(minute, (this.#minutes.get(minute) ?? 0) + 1);
    this.#forget(now);
  }

  /** Calls in the hour before now, to the minute. */
  lastHour(now: Instant): number {
    this.#forget(now);
    return [...this.#minutes.values()].reduce((sum, count) => sum + count, 0);
  }

  #forget(now: Instant): void {
    const oldest = Math.floor((now - HOUR) / MINUTE);
    for (const minute of this.#minutes.keys()) {
      if (minute <= oldest) {
        this.#minutes.delete(minute);
      }
    }
  }
}
