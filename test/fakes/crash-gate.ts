/**
 * Stands between a part of the program and the world, and lets it die at a chosen step: from then on
 * nothing that it calls happens, and nothing that it waits for comes.
 */
export class CrashGate {
  /** Resolves when it died. */
  readonly died: Promise<void>;
  #die: () => void = () => undefined;
  #left: number;
  #isDead = false;

  /** @param steps how many steps it lives; each call is two of them, before and after it happens. */
  constructor(steps: number) {
    this.#left = steps;
    this.died = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** How many steps are left of its life. */
  get left(): number {
    return this.#left;
  }

  /** Lets the call happen and its result come back, if there is life for both. */
  async pass<T>(call: () => Promise<T>): Promise<T> {
    await this.#step();
    const result = await call();
    await this.#step();
    return result;
  }

  async #step(): Promise<void> {
    if (this.#left <= 0 && !this.#isDead) {
      this.#isDead = true;
      this.#die();
    }
    this.#left -= 1;
    if (this.#isDead) {
      await new Promise<never>(() => undefined);
    }
  }
}

/** Stands where a `CrashGate` does, and lets chosen steps fail with an error. */
export class FaultGate {
  readonly #failing: ReadonlySet<number>;
  #steps = 0;

  /** @param failing numbers of steps; each call is two of them, before and after it happens. */
  constructor(failing: Iterable<number>) {
    this.#failing = new Set(failing);
  }

  async pass<T>(call: () => Promise<T>): Promise<T> {
    this.#step();
    const result = await call();
    this.#step();
    return result;
  }

  #step(): void {
    this.#steps += 1;
    if (this.#failing.has(this.#steps - 1)) {
      throw new Error("The disk is on holiday.");
    }
  }
}

/** What both gates do. */
export type Gate = Pick<FaultGate, "pass">;
