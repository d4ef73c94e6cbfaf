/**
 * Lets one query after the other pass: a workspace is shared by the feeds of many Azure subscriptions,
 * Azure runs five queries of an identity at a time, and each answer may be large.
 */
export class QueryTurns {
  #last: Promise<void> = Promise.resolve();

  /** Does the work when all that came before is done, whatever became of it. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    await before;
    try {
      return await work();
    } finally {
      resolve();
    }
  }
}
