import type { FeedHealth } from "../domain/feed.ts";
import { MINUTE } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { ActivitySource, SourceGroup } from "../ports.ts";
import { AzureFault } from "./azure-fault.ts";
import { backOff } from "./back-off.ts";
import { EventHubFeed, hubFeedName } from "./event-hub-feed.ts";
import type { PartitionFeedParts } from "./event-hub-feed.ts";

/** How often it is looked whether the hub got more partitions. */
const LOOK: Duration = 10 * MINUTE;

/** The feeds of an Event Hub, one for each partition: how many there are only the hub itself knows. */
export class EventHubPartitions implements SourceGroup {
  readonly name: string;
  readonly #parts: PartitionFeedParts;
  #fault: AzureFault | null = null;
  #lastSuccess: Instant | null = null;

  constructor(parts: PartitionFeedParts) {
    this.name = hubFeedName(parts.client);
    this.#parts = parts;
  }

  async *sources(signal: AbortSignal): AsyncGenerator<ActivitySource, void, undefined> {
    const { client, clock, random } = this.#parts;
    const known = new Set<string>();
    let failures = 0;
    try {
      while (!signal.aborted) {
        try {
          const { partitions } = await client.hub(signal);
          failures = 0;
          this.#fault = null;
          this.#lastSuccess = clock.now();
          for (const partition of partitions.filter((one) => !known.has(one))) {
            known.add(partition);
            yield new EventHubFeed(partition, this.#parts);
          }
          await clock.sleep(LOOK, signal);
        } catch (error) {
          if (signal.aborted || !(error instanceof AzureFault)) {
            throw error;
          }
          failures += 1;
          this.#fault = error;
          await clock.sleep(backOff(error, failures, random), signal);
        }
      }
    } catch (error) {
      if (!signal.aborted) {
        throw error;
      }
    } finally {
      await client.close();
    }
  }

  health(): FeedHealth | null {
    const fault = this.#fault;
    return fault === null && this.#lastSuccess !== null
      ? null
      : {
          feed: this.name,
          azureSubscription: null,
          state: fault === null ? "starting" : "failing",
          lastSuccess: this.#lastSuccess,
          problem: fault?.message ?? null,
          progress: null,
          callsLastHour: 0,
        };
  }
}
