/**
 * Lets work on one key happen one at a time, in the order in which it was asked for; work on other keys
 * goes on beside it.
 */
export class KeyedLock {
  readonly #tails = new Map<string, Promise<void>>();

  /** Whether work on the key runs or waits. */
  isBusy(key: string): boolean {
    return this.#tails.has(key);
  }

  /** Runs the work when all that was asked for before it on any of the keys is done. */
  async run<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const before = keys.flatMap((key) => this.#tails.get(key) ?? []);
    const { promise: done, resolve: finish } = Promise.withResolvers<void>();
    for (const key of keys) {
      this.#tails.set(key, done);
    }
    try {
      await Promise.all(before);
      return await work();
    } finally {
      finish();
      for (const key of keys) {
        if (this.#tails.get(key) === done) {
          this.#tails.delete(key);
        }
      }
    }
  }
}
