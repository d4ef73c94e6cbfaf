/** Hands items from one side, which gives them as they come, to another, which takes them one by one. */
export class Handoff<T> implements AsyncIterable<T> {
  readonly #items: { readonly item: T; readonly taken: () => void }[] = [];
  #wake: () => void = () => {};
  #isEnded = false;

  /** Resolves when the other side asks for more, or takes no more. */
  async give(item: T): Promise<void> {
    if (this.#isEnded) {
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#items.push({ item, taken: resolve });
    this.#wake();
    await promise;
  }

  /** Says that nothing more comes, or that nothing more is taken. */
  end(): void {
    this.#isEnded = true;
    this.#wake();
    for (const { taken } of this.#items) {
      taken();
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        const next = this.#items[0];
        if (next !== undefined) {
          yield next.item;
          this.#items.shift();
          next.taken();
        } else if (this.#isEnded) {
          return;
        } else {
          const { promise, resolve } = Promise.withResolvers<void>();
          this.#wake = resolve;
          await promise;
        }
      }
    } finally {
      this.end();
    }
  }
}
