import type { TokenCredential } from "@azure/identity";
import type { EventHubConsumerClient, ReceivedEventData } from "@azure/event-hubs";
import type { Secret } from "../config/secret.ts";
import { SECOND } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import { AzureFault } from "./azure-fault.ts";
import { hubFault, TAKEN } from "./event-hub-fault.ts";
import type { HubIdentity } from "./event-hub-fault.ts";
import { PartitionReading } from "./partition-reading.ts";

/** Which Event Hub is read, and as whom. */
export interface HubSettings extends Omit<HubIdentity, "signsIn"> {
  readonly access:
    | { readonly kind: "token"; readonly credential: TokenCredential }
    | { readonly kind: "connection-string"; readonly connectionString: Secret };
  /** For how long it is waited for events before it is told that there are none. */
  readonly wait: Duration;
  /** How long Event Hubs may take to answer a request, to open a link, or to put a token; 30 s when left out. */
  readonly answerLimit?: Duration;
}

/** A hub as its management tells of it. */
export interface HubProperties {
  readonly createdAt: Instant;
  readonly partitions: readonly string[];
}

/** A partition as its management tells of it. */
export interface PartitionProperties {
  /** Of the oldest event that is kept. */
  readonly firstSequenceNumber: number;
  /** -1 when there never was an event. */
  readonly lastSequenceNumber: number;
  readonly lastEnqueuedAt: Instant;
}

/** An event of a partition. */
export interface HubEvent {
  readonly sequenceNumber: number;
  readonly offset: string;
  readonly enqueuedAt: Instant;
  /** As received: bytes, or what an AMQP value section held. */
  readonly body: unknown;
}

const ANSWER_LIMIT: Duration = 30 * SECOND;
const MOST_EVENTS = 50;

/**
 * Reads an Event Hub through Azure's library, which is loaded only here, because it is large. One
 * connection serves all partitions; it is made when it is first needed, and again when it broke off.
 * Retries are the feeds' own.
 */
export class HubClient {
  readonly identity: HubIdentity;
  readonly #settings: HubSettings;
  #client: Promise<EventHubConsumerClient> | null = null;

  constructor(settings: HubSettings) {
    this.#settings = settings;
    const signsIn = settings.access.kind === "token" ? "with-token" : "with-connection-string";
    const { namespace, hub, consumerGroup, setting } = settings;
    this.identity = { namespace, hub, consumerGroup, setting, signsIn };
  }

  /** @throws AzureFault */
  async hub(signal: AbortSignal): Promise<HubProperties> {
    return this.#told(async (client) => {
      const told = await client.getEventHubProperties({ abortSignal: signal });
      return { createdAt: told.createdOn.getTime(), partitions: told.partitionIds };
    });
  }

  /** @throws AzureFault */
  async partition(id: string, signal: AbortSignal): Promise<PartitionProperties> {
    return this.#told(async (client) => {
      const told = await client.getPartitionProperties(id, { abortSignal: signal });
      return {
        firstSequenceNumber: told.beginningSequenceNumber,
        lastSequenceNumber: told.lastEnqueuedSequenceNumber,
        lastEnqueuedAt: told.lastEnqueuedOnUtc.getTime(),
      };
    });
  }

  /**
   * Begins to read a partition.
   *
   * @param after the sequence number of the last event before; null for the oldest that is kept.
   * @param ownerLevel cuts readers off that have a lower one, 1 or more; null for none.
   * @throws AzureFault when the library cannot be set up.
   */
  async read(
    partition: string,
    after: number | null,
    ownerLevel: number | null,
  ): Promise<PartitionReading> {
    const client = await this.#opened();
    return new PartitionReading((handlers) =>
      client.subscribe(
        partition,
        {
          processEvents: async (events, { lastEnqueuedEventProperties: last }) =>
            handlers.events({
              events: events.map((event) => this.#eventOf(event)),
              lastSequenceNumber: last?.sequenceNumber ?? null,
              lastEnqueuedAt: last?.enqueuedOn?.getTime() ?? null,
            }),
          processError: async (error) => handlers.fault(hubFault(error, this.identity)),
        },
        {
          startPosition:
            after === null ? { offset: "-1" } : { sequenceNumber: after, isInclusive: false },
          ...(ownerLevel === null ? {} : { ownerLevel }),
          maxBatchSize: MOST_EVENTS,
          prefetchCount: MOST_EVENTS,
          maxWaitTimeInSeconds: this.#settings.wait / SECOND,
          skipParsingBodyAsJson: true,
          trackLastEnqueuedEventProperties: true,
        },
      ),
    );
  }

  /**
   * Asks how the hub stands, and begins to read each partition without an owner level, which disturbs nobody.
   *
   * @returns how many partitions there are.
   * @throws AzureFault when something is in the way.
   */
  async tryOut(signal: AbortSignal): Promise<number> {
    const { partitions } = await this.hub(signal);
    await Promise.all(partitions.map(async (partition) => this.#tryPartition(partition, signal)));
    return partitions.length;
  }

  /** Ends the connection and whatever is still read through it. Never throws. */
  async close(): Promise<void> {
    const client = await this.#client?.catch(() => null);
    this.#client = null;
    await client?.close().catch(() => {});
  }

  async #tryPartition(partition: string, signal: AbortSignal): Promise<void> {
    const { lastSequenceNumber } = await this.partition(partition, signal);
    // A hub that never had an event knows no sequence number to begin behind.
    const after = lastSequenceNumber < 0 ? null : lastSequenceNumber;
    const reading = await this.read(partition, after, null);
    try {
      await reading.next(signal);
    } catch (error) {
      // That a reader with an owner level is there is what a running Doorbell does.
      if (!(error instanceof AzureFault) || error.azureCode !== TAKEN) {
        throw error;
      }
    } finally {
      await reading.close();
    }
  }

  #eventOf({ sequenceNumber, offset, enqueuedTimeUtc, body }: ReceivedEventData): HubEvent {
    const enqueuedAt = enqueuedTimeUtc.getTime();
    if (!Number.isSafeInteger(sequenceNumber) || !Number.isFinite(enqueuedAt)) {
      throw new AzureFault(
        "rejected",
        `An event of the Event Hub ${this.identity.hub} has no sequence number or no time.`,
      );
    }
    const received: unknown = body;
    return { sequenceNumber, offset, enqueuedAt, body: received };
  }

  async #told<T>(ask: (client: EventHubConsumerClient) => Promise<T>): Promise<T> {
    try {
      return await ask(await this.#opened());
    } catch (error) {
      throw hubFault(error, this.identity);
    }
  }

  async #opened(): Promise<EventHubConsumerClient> {
    this.#client ??= this.#create();
    return this.#client;
  }

  async #create(): Promise<EventHubConsumerClient> {
    const { access, namespace, hub, consumerGroup, setting } = this.#settings;
    const { answerLimit = ANSWER_LIMIT } = this.#settings;
    const { EventHubConsumerClient: Client } = await import("@azure/event-hubs");
    const options = { retryOptions: { maxRetries: 0, timeoutInMs: answerLimit } };
    if (access.kind === "token") {
      return new Client(consumerGroup, namespace, hub, access.credential, options);
    }
    try {
      return new Client(consumerGroup, access.connectionString.reveal(), hub, options);
    } catch {
      // The library's words quote the connection string, with its key.
      throw new AzureFault(
        "credentials",
        `${setting}.connection-string is not one of the Event Hub ${hub}: it must begin with Endpoint=sb://, and where it has an EntityPath, that must be ${hub}.`,
      );
    }
  }
}
