import type { Instant } from "../domain/instant.ts";
import type { Clock, RandomSource } from "../ports.ts";
import type { AzureFault } from "./azure-fault.ts";
import { backOff } from "./back-off.ts";
import type { ReadBudget } from "./read-budget.ts";
import { StepsBack } from "./steps-back.ts";

/** What a failure has to be told to. */
export interface RetryParts {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly budget: ReadBudget;
}

/** When something that is done again and again is due, and what went wrong with it last. */
export class RetryState {
  dueAt: Instant;
  #failures = 0;
  #fault: AzureFault | null = null;
  readonly #stepsBack = new StepsBack();

  constructor(dueAt: Instant) {
    this.dueAt = dueAt;
  }

  /** Why it failed last; null since it succeeded. */
  get fault(): AzureFault | null {
    return this.#fault;
  }

  /** To be asked before `dueAt` is: where the clock was set back, it is due so much earlier. */
  heedClock(now: Instant): void {
    this.dueAt -= this.#stepsBack.by(now);
  }

  succeeded(): void {
    this.#failures = 0;
    this.#fault = null;
  }

  /** Puts it off, for longer with each failure; all feeds of the Azure subscription heed throttling. */
  failed(fault: AzureFault, { clock, random, budget }: RetryParts): void {
    this.#failures += 1;
    this.#fault = fault;
    this.dueAt = clock.now() + backOff(fault, this.#failures, random);
    if (fault.kind === "throttled") {
      budget.throttled(this.dueAt);
    }
  }
}
