import type { Duration, Instant } from "../../../src/domain/instant.ts";
import type { Clock } from "../../../src/ports.ts";

/** The machine's time, moved on by hand: what sleeps wakes only when a test says so. */
export class HandClock implements Clock {
  #ahead = 0;
  readonly #sleepers = new Set<{ readonly until: Instant; readonly wake: () => void }>();

  now(): Instant {
    return Date.now() + this.#ahead;
  }

  /** How many wait for time to pass. */
  get sleepers(): number {
    return this.#sleepers.size;
  }

  async sleep(duration: Duration, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true || duration <= 0) {
      return;
    }
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const sleeper = {
      until: this.now() + duration,
      wake: () => {
        resolve(undefined);
      },
    };
    this.#sleepers.add(sleeper);
    signal?.addEventListener("abort", sleeper.wake, { once: true });
    await promise;
    signal?.removeEventListener("abort", sleeper.wake);
    this.#sleepers.delete(sleeper);
  }

  /** Lets so much time pass at once. */
  advance(duration: Duration): void {
    this.#ahead += duration;
    const now = this.now();
    for (const { until, wake } of this.#sleepers) {
      if (until <= now) {
        wake();
      }
    }
  }
}
