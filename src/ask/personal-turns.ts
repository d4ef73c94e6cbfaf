interface Queue {
  running: number;
  readonly waiting: (() => void)[];
}

/**
 * Lets each person have so much done at once; more waits until something of theirs has ended, in the order
 * in which it came. Nobody waits for another person.
 */
export class PersonalTurns {
  readonly #atOnce: number;
  readonly #queues = new Map<string, Queue>();

  /** @param atOnce how much is done at once for one person. */
  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** How many people have something under way. */
  get size(): number {
    return this.#queues.size;
  }

  /** Does the work in the person's turn; resolves and rejects as it does. */
  async take<Result>(person: string, work: () => Promise<Result>): Promise<Result> {
    const queue = this.#queues.get(person) ?? { running: 0, waiting: [] };
    this.#queues.set(person, queue);
    if (queue.running >= this.#atOnce) {
      // Whoever ends passes its place on, so that nobody slips in between.
      await new Promise<void>((resolve) => {
        queue.waiting.push(resolve);
      });
    } else {
      queue.running += 1;
    }
    try {
      return await work();
    } finally {
      const next = queue.waiting.shift();
      if (next === undefined) {
        queue.running -= 1;
        if (queue.running === 0) {
          this.#queues.delete(person);
        }
      } else {
        next();
      }
    }
  }
}
