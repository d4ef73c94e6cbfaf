import { setImmediate as nextTurn } from "node:timers/promises";
import type { Duration, Instant } from "../../src/domain/instant.ts";
import type { Clock } from "../../src/ports.ts";

/** How many turns of the event loop without a change count as standstill. */
const TURNS = 4;
const MOST_TURNS = 2000;

/** A clock that moves only when told to. */
export class ManualClock implements Clock {
  #now: Instant;
  readonly #sleepers = new Set<{ readonly at: Instant; readonly wake: () => void }>();

  constructor(now: Instant) {
    this.#now = now;
  }

  now(): Instant {
    return this.#now;
  }

  async sleep(duration: Duration, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) {
      return;
    }
    await new Promise<void>((resolve) => {
      const sleeper = {
        at: this.#now + Math.max(0, duration),
        wake: (): void => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener("abort", sleeper.wake);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", sleeper.wake);
    });
  }

  /** Moves the time on to the next sleeper, not beyond `limit`; false when there is none until then. */
  moveOn(limit: Instant = Number.POSITIVE_INFINITY): boolean {
    const next = [...this.#sleepers].reduce(
      (earliest, { at }) => Math.min(earliest, at),
      Number.POSITIVE_INFINITY,
    );
    if (next > limit || next === Number.POSITIVE_INFINITY) {
      return false;
    }
    this.#now = Math.max(this.#now, next);
    for (const sleeper of this.#sleepers) {
      if (sleeper.at <= this.#now) {
        sleeper.wake();
      }
    }
    return true;
  }

  /** Lets everything happen that happens until the instant, and goes there. */
  async runTo(instant: Instant): Promise<void> {
    await standstill();
    while (this.moveOn(instant)) {
      await standstill();
    }
    this.#now = Math.max(this.#now, instant);
  }

  /** Waits for the work, moving the time on whenever nothing else happens. */
  async through<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const watch = async (): Promise<void> => {
      await Promise.allSettled([work]);
      settled = true;
    };
    void watch();
    for (let turns = 0; turns < MOST_TURNS; turns += 1) {
      await standstill();
      if (settled) {
        return work;
      }
      if (this.moveOn()) {
        turns = 0;
      }
    }
    throw new Error("The work waits for something that never comes.");
  }
}

async function standstill(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    await nextTurn();
  }
}
