import { z } from "zod";
import type { ReadSpan } from "../domain/feed.ts";
import type { Instant } from "../domain/instant.ts";
import { LOG_PROVIDERS } from "./activity-log-page.ts";
import type { LogProvider } from "./activity-log-page.ts";
import { parseJson } from "./wire-fields.ts";

/** How far the live feed of an Azure subscription has come. */
export interface LogCursor {
  /** Up to when each resource provider's rows were read whole, as far as Azure had them then. */
  readonly readTo: Readonly<Record<LogProvider, Instant>>;
  /** When the last sweep was laid out. */
  readonly sweptTo: Instant;
  /** What of sweeps is not read yet, in order and apart. */
  readonly pending: readonly ReadSpan[];
}

const instant = z.number().int().nonnegative();

const wireCursor = z.object({
  version: z.literal(1),
  readTo: z.record(z.enum(LOG_PROVIDERS), instant),
  sweptTo: instant,
  pending: z.array(z.tuple([instant, instant])),
});

/** The cursor as the store keeps it. */
export function writeLogCursor({ readTo, sweptTo, pending }: LogCursor): string {
  return JSON.stringify({
    version: 1,
    readTo,
    sweptTo,
    pending: pending.map(({ from, to }) => [from, to]),
  } satisfies z.infer<typeof wireCursor>);
}

/** Reads what `writeLogCursor` wrote; null for anything else. */
export function readLogCursor(text: string): LogCursor | null {
  const parsed = wireCursor.safeParse(parseJson(text));
  if (!parsed.success) {
    return null;
  }
  const { readTo, sweptTo, pending } = parsed.data;
  return { readTo, sweptTo, pending: pending.map(([from, to]) => ({ from, to })) };
}
