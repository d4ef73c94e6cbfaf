const DEFAULT_LIMIT = 20_000;

/**
 * Remembers the keys that were added last, in bounded memory. It may forget a key, after at least
 * `limit` others; it never takes a new one for known.
 */
export class RecentKeys {
  readonly #limit: number;
  #newer = new Set<string>();
  #older: ReadonlySet<string> = new Set();

  /** @param limit how many keys are surely remembered; twice as many may be kept. */
  constructor(limit: number = DEFAULT_LIMIT) {
    this.#limit = limit;
  }

  /** Whether the key is new; from now on it is not. */
  add(key: string): boolean {
    if (this.#newer.has(key)) {
      return false;
    }
    const isNew = !this.#older.has(key);
    if (this.#newer.size >= this.#limit) {
      this.#older = this.#newer;
      this.#newer = new Set();
    }
    this.#newer.add(key);
    return isNew;
  }
}
