import type { Duration, Instant } from "../../src/domain/instant.ts";

/** Remembers what was looked up, each for a while, and no more than so many. */
export class ExpiringCache<Value> {
  readonly #most: number;
  readonly #entries = new Map<string, { readonly value: Value; readonly until: Instant }>();

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string, now: Instant): Value | undefined {
    const entry = this.#entries.get(key);
    return entry === undefined || entry.until <= now ? undefined : entry.value;
  }

  /** The oldest entries make room. */
  set(key: string, value: Value, now: Instant, lifetime: Duration): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, until: now + lifetime });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#most) {
        return;
      }
      this.#entries.delete(oldest);
    }
  }
}
