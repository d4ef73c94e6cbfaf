import { SECOND } from "../domain/instant.ts";
import type { Duration } from "../domain/instant.ts";
import type { Clock } from "../ports.ts";
import { CallCount } from "./call-count.ts";
import { AzureFault } from "./azure-fault.ts";
import type { CallPurpose } from "./azure-fault.ts";
import { networkFault, timeoutFault } from "./network-fault.ts";
import type { CallPriority, ReadBudget } from "./read-budget.ts";
import { Aborted, limited, TimeIsOver } from "./time-limit.ts";

/** What every answer tells beside its content. */
export interface Metered {
  /** `x-ms-ratelimit-remaining-subscription-reads`; null when Azure does not say. */
  readonly remainingReads: number | null;
}

/** What calls need of the outside world. */
export interface CallParts {
  readonly clock: Clock;
  /** Real time, for the limit of each call, also where `clock` runs faster. */
  readonly wall: Clock;
  /** Shared by all feeds of the Azure subscription. */
  readonly budget: ReadBudget;
}

/** How long a call may take. */
export const CALL_LIMIT: Duration = 60 * SECOND;

/** Makes one feed's calls: each counted, limited in time, and with its failure in words. */
export class MeteredCalls {
  readonly #parts: CallParts;
  readonly #count = new CallCount();

  constructor(parts: CallParts) {
    this.#parts = parts;
  }

  lastHour(): number {
    return this.#count.lastHour(this.#parts.clock.now());
  }

  /**
   * Makes a call.
   *
   * @param limit in real time.
   * @throws AzureFault, or Aborted when the signal aborts.
   */
  async make<T extends Metered>(
    purpose: CallPurpose,
    call: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
    limit: Duration = CALL_LIMIT,
    priority: CallPriority = "new",
  ): Promise<T> {
    const { clock, wall, budget } = this.#parts;
    this.#count.note(clock.now());
    try {
      const answer = await limited(call, limit, wall, signal);
      budget.answered(priority, answer.remainingReads, clock.now());
      return answer;
    } catch (error) {
      if (error instanceof AzureFault || error instanceof Aborted) {
        throw error;
      }
      if (error instanceof TimeIsOver) {
        throw timeoutFault(purpose.what, Math.round(limit / SECOND));
      }
      throw networkFault(urlOf(error), purpose.what, error);
    }
  }
}

/** The libraries' errors of the network carry their request. */
function urlOf(error: unknown): string | null {
  const request = error instanceof Error && "request" in error ? error.request : null;
  return typeof request === "object" &&
    request !== null &&
    "url" in request &&
    typeof request.url === "string"
    ? request.url
    : null;
}
