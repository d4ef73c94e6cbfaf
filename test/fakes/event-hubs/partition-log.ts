import type { Buffer } from "node:buffer";
import { z } from "zod";

/** An event of a partition, as the service keeps it. */
export interface StoredEvent {
  readonly sequenceNumber: number;
  /** Opaque to clients: here the bytes before it. */
  readonly offset: string;
  readonly enqueuedAt: number;
  readonly body: Buffer;
}

/** Where a reader begins: the first event that fits. */
export type Selector = (event: StoredEvent) => boolean;

const SELECTOR =
  /^amqp\.annotation\.x-opt-(offset|sequence-number|enqueued-time) (>=?) '(@latest|-?\d+)'$/;

const described = z.object({ value: z.string() });

/** The events of one partition, of which the oldest may have expired. */
export class PartitionLog {
  #events: StoredEvent[] = [];
  #next = 0;
  #bytes = 0;
  #lastEnqueuedAt = 0;

  get events(): readonly StoredEvent[] {
    return this.#events;
  }

  /** -1 when there never was one. */
  get lastSequenceNumber(): number {
    return this.#next - 1;
  }

  get beginSequenceNumber(): number {
    return this.#events[0]?.sequenceNumber ?? this.#next;
  }

  get lastOffset(): string {
    return this.#events.at(-1)?.offset ?? "-1";
  }

  get lastEnqueuedAt(): number {
    return this.#lastEnqueuedAt;
  }

  append(body: Buffer, enqueuedAt: number): StoredEvent {
    const event = { sequenceNumber: this.#next, offset: String(this.#bytes), enqueuedAt, body };
    this.#next += 1;
    this.#bytes += body.length;
    this.#lastEnqueuedAt = enqueuedAt;
    this.#events.push(event);
    return event;
  }

  /** Lets events expire that have a lower sequence number. */
  expireBefore(sequenceNumber: number): void {
    this.#events = this.#events.filter((event) => event.sequenceNumber >= sequenceNumber);
  }

  /** Forgets everything: a hub that was deleted and made anew. */
  reset(): void {
    this.#events = [];
    this.#next = 0;
    this.#bytes = 0;
    this.#lastEnqueuedAt = 0;
  }

  /**
   * What a selector filter of a reader asks for.
   *
   * @param filter as it came over the wire.
   * @returns why the service refuses it, in its words, when it does.
   */
  select(filter: unknown): Selector | string {
    const parsed = described.safeParse(filter);
    const [, kind, operator, value = ""] = SELECTOR.exec(parsed.data?.value ?? "") ?? [];
    if (kind === undefined) {
      return "The selector filter is not understood.";
    }
    const number = value === "@latest" ? this.#lastOf(kind) : Number(value);
    if (kind === "sequence-number" && number > this.lastSequenceNumber) {
      // https://github.com/Azure/azure-event-hubs-spark/issues/315
      return `The supplied sequence number '${value}' is invalid. The last sequence number in the system is '${this.lastSequenceNumber}'`;
    }
    return (event) => {
      const own = ownOf(kind, event);
      return operator === ">=" ? own >= number : own > number;
    };
  }

  #lastOf(kind: string): number {
    return kind === "offset" ? Number(this.lastOffset) : this.lastSequenceNumber;
  }
}

function ownOf(kind: string, event: StoredEvent): number {
  if (kind === "offset") {
    return Number(event.offset);
  }
  return kind === "sequence-number" ? event.sequenceNumber : event.enqueuedAt;
}
