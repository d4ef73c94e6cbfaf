/** Stands where a `CrashGate` does: while it is shut, nothing that is called happens, and no result comes back. */
export class PauseGate {
  #open = Promise.withResolvers<void>();
  #isShut = false;

  shut(): void {
    if (!this.#isShut) {
      this.#isShut = true;
      this.#open = Promise.withResolvers();
    }
  }

  open(): void {
    this.#isShut = false;
    this.#open.resolve();
  }

  async pass<T>(call: () => Promise<T>): Promise<T> {
    await this.#wait();
    const result = await call();
    await this.#wait();
    return result;
  }

  async #wait(): Promise<void> {
    while (this.#isShut) {
      await this.#open.promise;
    }
  }
}
