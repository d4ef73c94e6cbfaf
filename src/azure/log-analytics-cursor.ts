import { z } from "zod";
import type { ReadSpan } from "../domain/feed.ts";
import type { Instant } from "../domain/instant.ts";
import { parseJson } from "./wire-fields.ts";

/** How far the reading of a workspace has come, for one Azure subscription. */
export interface TableCursor {
  /** What is newer is left to the Activity Log itself. */
  readonly until: Instant;
  /** It was looked for rows from here to `until`; equal to it when nothing was yet. */
  readonly floor: Instant;
  /** What is not read yet, in order and apart. */
  readonly pending: readonly ReadSpan[];
  /** The length of all that was ever pending, in ms. */
  readonly whole: number;
}

const instant = z.number().int();

const wireCursor = z.object({
  version: z.literal(1),
  until: instant,
  floor: instant,
  pending: z.array(z.tuple([instant, instant])),
  whole: z.number().nonnegative(),
});

/** The cursor as the store keeps it. */
export function writeTableCursor({ until, floor, pending, whole }: TableCursor): string {
  return JSON.stringify({
    version: 1,
    until,
    floor,
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
  const { until, floor, pending, whole } = parsed.data;
  return { until, floor, pending: pending.map(([from, to]) => ({ from, to })), whole };
}
