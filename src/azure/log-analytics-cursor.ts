import { z } from "zod";
import type { ReadSpan } from "../domain/feed.ts";
import type { Instant } from "../domain/instant.ts";
import { parseJson } from "./wire-fields.ts";

/** How far the reading of a workspace has come, for one Azure subscription. */
export interface TableCursor {
  /** When it began: how far back it goes is counted from then. */
  readonly began: Instant;
  /** How far back it was looked for rows; null when it was not yet. */
  readonly floor: Instant | null;
  /** Where the oldest stretch begins that was found; what is newer than all is left to other feeds. */
  readonly oldest: Instant;
  /** What is not read yet, in order and apart. */
  readonly pending: readonly ReadSpan[];
  /** The length of all that was ever pending, in ms. */
  readonly whole: number;
}

const instant = z.number().int();

const wireCursor = z.object({
  version: z.literal(1),
  began: instant,
  floor: instant.nullable(),
  oldest: instant,
  pending: z.array(z.tuple([instant, instant])),
  whole: z.number().nonnegative(),
});

/** The cursor as the store keeps it. */
export function writeTableCursor({ began, floor, oldest, pending, whole }: TableCursor): string {
  return JSON.stringify({
    version: 1,
    began,
    floor,
    oldest,
    pending: pending.map(({ from, to }) => [from, to]),
    whole,
  } satisfies z.infer<typeof wireCursor>);
}

/** Reads what `writeTableCursor` wrote; null for anything else. */
export function readTableCursor(text: string): TableCursor | null {
  const parsed = wireCursor.safeParse(parseJson(text));
  if (!parsed.success) {
    return null;
  }
  const { began, floor, oldest, pending, whole } = parsed.data;
  return { began, floor, oldest, pending: pending.map(([from, to]) => ({ from, to })), whole };
}
