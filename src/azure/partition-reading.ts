import type { Subscription } from "@azure/event-hubs";
import type { Instant } from "../domain/instant.ts";
import type { AzureFault } from "./azure-fault.ts";
import type { HubEvent } from "./event-hub-client.ts";

/** What came of a partition at once; without events when none came for a while. */
export interface HubBatch {
  readonly events: readonly HubEvent[];
  /** Of the newest event of the partition, when the latest event that came was sent; null before one came. */
  readonly lastSequenceNumber: number | null;
  readonly lastEnqueuedAt: Instant | null;
}

/** What the library calls. */
export interface ReadingHandlers {
  /** Resolves when the next ones may come. */
  readonly events: (batch: HubBatch) => Promise<void>;
  readonly fault: (fault: AzureFault) => void;
}

/**
 * The reading of a partition, batch by batch: the library pushes, and is held until the next batch is asked
 * for, so that no more is read than can be stored. A fault ends it.
 */
export class PartitionReading {
  readonly #subscription: Subscription;
  #batch: HubBatch | null = null;
  #fault: AzureFault | null = null;
  #isClosed = false;
  /** Lets the library go on. */
  #release = (): void => {};
  #wake = (): void => {};

  constructor(begin: (handlers: ReadingHandlers) => Subscription) {
    this.#subscription = begin({
      events: async (batch) => {
        if (this.#isClosed) {
          return;
        }
        this.#batch = batch;
        this.#wake();
        await new Promise<void>((resolve) => {
          this.#release = resolve;
        });
      },
      fault: (fault) => {
        this.#fault ??= fault;
        this.#wake();
      },
    });
  }

  /**
   * The next batch; the one before is done with.
   *
   * @returns null when the signal aborts.
   * @throws AzureFault when the reading has ended.
   */
  async next(signal: AbortSignal): Promise<HubBatch | null> {
    this.#release();
    while (!signal.aborted) {
      const batch = this.#batch;
      if (batch !== null) {
        this.#batch = null;
        return batch;
      }
      if (this.#fault !== null) {
        throw this.#fault;
      }
      await this.#woken(signal);
    }
    return null;
  }

  /** Never throws. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#release();
    await this.#subscription.close().catch(() => {});
  }

  async #woken(signal: AbortSignal): Promise<void> {
    const done = new AbortController();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      signal.addEventListener("abort", () => resolve(), { signal: done.signal });
    });
    done.abort();
  }
}
