import { setImmediate } from "node:timers/promises";
import type { Duration, Instant } from "../../src/domain/instant.ts";
import type { Clock, RandomSource } from "../../src/ports.ts";
import { LONGEST_SLEEP } from "../../src/azure/steps-back.ts";

/** A clock on which nobody waits: to sleep is to be there. */
export class LeapClock implements Clock {
  #now: Instant;
  readonly #stopAt: Instant;
  readonly #stop = new AbortController();
  /** Every rest so far; a long one is slept in parts, between which the clock is looked at. */
  readonly slept: Duration[] = [];
  #isPart = false;

  /** @param stopAt when `signal` aborts. */
  constructor(now: Instant, stopAt: Instant = Number.POSITIVE_INFINITY) {
    this.#now = now;
    this.#stopAt = stopAt;
  }

  /** Aborts at the time that was given. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  now(): Instant {
    return this.#now;
  }

  advance(duration: Duration): void {
    this.#now += duration;
    if (this.#now >= this.#stopAt) {
      this.#stop.abort();
    }
  }

  async sleep(duration: Duration, signal?: AbortSignal): Promise<void> {
    await setImmediate();
    if (signal?.aborted !== true) {
      const before = this.#isPart ? (this.slept.pop() ?? 0) : 0;
      this.slept.push(before + duration);
      this.#isPart = duration === LONGEST_SLEEP;
      this.advance(duration);
    }
  }
}

/** A clock on which no sleep ends before it is told to. */
export const ENDLESS: Clock = {
  now: () => Date.now(),
  sleep: (_, signal) =>
    new Promise((resolve) => {
      signal?.addEventListener("abort", () => resolve());
    }),
};

/** Chance that always says the same. */
export function always(value: number): RandomSource {
  return { next: () => value };
}
