import { z } from "zod";
import type { Instant } from "../domain/instant.ts";
import { parseJson } from "./wire-fields.ts";

/** Records that were gone from an Event Hub before they were read. */
export interface LostRecords {
  /** When the last event before them was enqueued. */
  readonly from: Instant;
  /** When the first event behind them was enqueued, or when it was found that they are gone. */
  readonly to: Instant;
  /** How many events; null when nobody knows. */
  readonly events: number | null;
  readonly foundAt: Instant;
}

/** Up to where a partition was read. */
export interface PartitionPosition {
  /** Of the last event that was read; events of a partition are numbered without gaps. */
  readonly sequenceNumber: number;
  /** When Event Hubs received that event. */
  readonly enqueuedAt: Instant;
  /** When the hub was made: one of the same name that was made later numbers its events anew. */
  readonly hubCreatedAt: Instant;
  /** The latest loss; null when there was none. */
  readonly lost: LostRecords | null;
}

const instant = z.number().int().nonnegative();

const wireCursor = z.object({
  version: z.literal(1),
  sequenceNumber: z.number().int(),
  enqueuedAt: instant,
  hubCreatedAt: instant,
  lost: z
    .object({
      from: instant,
      to: instant,
      events: z.number().int().positive().nullable(),
      foundAt: instant,
    })
    .nullable(),
});

/** The position as the store keeps it, in one transaction with what was read up to there. */
export function writePartitionCursor(position: PartitionPosition): string {
  return JSON.stringify({ version: 1, ...position } satisfies z.infer<typeof wireCursor>);
}

/** Reads what `writePartitionCursor` wrote; null for anything else. */
export function readPartitionCursor(text: string): PartitionPosition | null {
  const parsed = wireCursor.safeParse(parseJson(text));
  if (!parsed.success) {
    return null;
  }
  const { sequenceNumber, enqueuedAt, hubCreatedAt, lost } = parsed.data;
  return { sequenceNumber, enqueuedAt, hubCreatedAt, lost };
}
