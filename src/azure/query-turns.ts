/** Azure runs five queries of an identity at a time; others may use it, too. */
const MOST_AT_ONCE = 3;

/**
 * Lets few queries pass at a time, in the order in which they come: a workspace is shared by the feeds of
 * many Azure subscriptions, and each answer may be large.
 */
export class QueryTurns {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** Does the work when it is its turn, whatever became of what came before. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < MOST_AT_ONCE) {
      this.#running += 1;
    } else {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.push(resolve);
      await promise;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) {
        this.#running -= 1;
      } else {
        next();
      }
    }
  }
}
