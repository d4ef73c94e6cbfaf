/**
 * Runs work one after the other, in the order in which it comes. Whoever waits here holds no connection, so
 * that short work on the same database waits for one of many long transactions at most.
 */
export class OneByOne {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs the work when all that came before it has ended, well or not. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const { promise: done, resolve: finish } = Promise.withResolvers<void>();
    this.#last = done;
    await before;
    try {
      return await work();
    } finally {
      finish();
    }
  }
}
