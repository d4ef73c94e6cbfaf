import rhea from "rhea";
import type { Connection, Sender } from "rhea";
import { z } from "zod";
import type { Condition } from "./fake-event-hub.ts";
import type { PartitionLog, StoredEvent } from "./partition-log.ts";

const FILTER = "apache.org:selector-filter:string";
const EPOCH = "com.microsoft:epoch";
const RUNTIME_METRIC = "com.microsoft:enable-receiver-runtime-metric";

const epochProperty = z.object({ [EPOCH]: z.number() });
const filters = z.object({ [FILTER]: z.unknown() });
const capabilities = z.union([z.array(z.string()), z.string().transform((one) => [one])]);

/** What is read. */
interface Read {
  readonly group: string;
  readonly partition: string;
  readonly log: PartitionLog;
}

/** A link on which a client reads a partition. */
export class PartitionReader {
  readonly connection: Connection;
  readonly sender: Sender;
  readonly group: string;
  readonly partition: string;
  /** null without one. */
  readonly epoch: number | null;
  readonly #log: PartitionLog;
  readonly #isWanted: (event: StoredEvent) => boolean;
  readonly #tellsLast: boolean;
  #sentUpTo = -1;
  readonly #again: StoredEvent[] = [];

  private constructor(
    connection: Connection,
    sender: Sender,
    { group, partition, log }: Read,
    isWanted: (event: StoredEvent) => boolean,
  ) {
    this.connection = connection;
    this.sender = sender;
    this.group = group;
    this.partition = partition;
    this.#log = log;
    this.#isWanted = isWanted;
    this.epoch = epochProperty.safeParse(sender.properties).data?.[EPOCH] ?? null;
    const wanted = capabilities.safeParse(sender.desired_capabilities).data ?? [];
    this.#tellsLast = wanted.includes(RUNTIME_METRIC);
  }

  /** The reader that attaches here; why it may not, when its filter cannot be served. */
  static of(connection: Connection, sender: Sender, read: Read): PartitionReader | Condition {
    const filter: unknown = sender.source.filter;
    const selected = read.log.select(filters.safeParse(filter).data?.[FILTER]);
    return typeof selected === "string"
      ? { condition: "com.microsoft:argument-error", description: selected }
      : new PartitionReader(connection, sender, read, selected);
  }

  competesWith({ group, partition }: PartitionReader): boolean {
    return this.group.toLowerCase() === group.toLowerCase() && this.partition === partition;
  }

  /** How many messages the client still lets come. */
  get credit(): number {
    const credit: unknown = "credit" in this.sender ? this.sender.credit : 0;
    return typeof credit === "number" ? credit : 0;
  }

  repeat(count: number): void {
    this.#again.push(...this.#log.events.slice(-count));
    this.deliver();
  }

  /** Sends what the client has given credit for. */
  deliver(): void {
    while (this.sender.sendable()) {
      const next =
        this.#again.shift() ??
        this.#log.events.find(
          (event) => event.sequenceNumber > this.#sentUpTo && this.#isWanted(event),
        );
      if (next === undefined) {
        return;
      }
      this.#sentUpTo = Math.max(this.#sentUpTo, next.sequenceNumber);
      this.#send(next);
    }
  }

  #send({ sequenceNumber, offset, enqueuedAt, body }: StoredEvent): void {
    const section: unknown = rhea.message.data_section(body);
    const content = {
      message_annotations: {
        "x-opt-sequence-number": rhea.types.wrap_long(sequenceNumber),
        "x-opt-offset": offset,
        "x-opt-enqueued-time": rhea.types.wrap_timestamp(enqueuedAt),
      },
      ...(this.#tellsLast ? { delivery_annotations: this.#lastKnown() } : {}),
      body: section,
    };
    this.sender.send(rhea.message.encode(content), undefined, 0);
  }

  #lastKnown(): Record<string, unknown> {
    return {
      last_enqueued_sequence_number: rhea.types.wrap_long(this.#log.lastSequenceNumber),
      last_enqueued_offset: this.#log.lastOffset,
      last_enqueued_time_utc: rhea.types.wrap_timestamp(this.#log.lastEnqueuedAt),
      runtime_info_retrieval_time_utc: rhea.types.wrap_timestamp(this.#log.lastEnqueuedAt),
    };
  }
}
