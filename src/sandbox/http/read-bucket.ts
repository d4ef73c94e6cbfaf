import { SECOND } from "../../domain/instant.ts";
import type { Instant } from "../../domain/instant.ts";
import { armError } from "./azure-error.ts";

/** How many reads a subscription grants: at once, and in each second after that. */
export interface ReadLimit {
  readonly size: number;
  readonly perSecond: number;
}

/** What Azure Resource Manager grants per subscription and principal, as its documentation says. */
export const AZURE_READS: ReadLimit = { size: 250, perSecond: 25 };

/** A token bucket for the reads of one Azure subscription. */
export class ReadBucket {
  readonly #limit: ReadLimit;
  #left: number;
  #at: Instant;

  constructor(limit: ReadLimit, now: Instant) {
    this.#limit = limit;
    this.#left = limit.size;
    this.#at = now;
  }

  /**
   * Takes one read.
   *
   * @returns how many are left.
   * @throws AzureError 429 with `Retry-After`, in whole seconds of the sandbox's time, when none is.
   */
  take(subscription: string, now: Instant): number {
    const { size, perSecond } = this.#limit;
    const passed = Math.max(0, now - this.#at) / SECOND;
    this.#left = Math.min(size, this.#left + passed * perSecond);
    this.#at = Math.max(this.#at, now);
    if (this.#left < 1) {
      const wait = Math.max(1, Math.ceil((1 - this.#left) / perSecond));
      throw armError(
        429,
        "SubscriptionRequestsThrottled",
        `Number of 'read' requests for subscription '${subscription}' exceeded the limit of '${size}'. Please try again after '${wait}' seconds.`,
        { "retry-after": String(wait), "x-ms-ratelimit-remaining-subscription-reads": "0" },
      );
    }
    this.#left -= 1;
    return Math.floor(this.#left);
  }
}
