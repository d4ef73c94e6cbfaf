import type { ReadSpan } from "../domain/feed.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import { MINUTE } from "../domain/instant.ts";

/** How late Azure may write a row of the Activity Log, as documented: 3 to 20 minutes. */
export const LOG_DELAY: Duration = 20 * MINUTE;

/**
 * Up to when the log can be known: rows come late, so what was read whole a moment ago may still lack
 * its last minutes. Without a stretch that was read whole (imported exports say nothing of that), up to
 * the last row of any kind in an imported export, or to the newest event that was streamed.
 *
 * @param imported from the first row to the last of exports, in order.
 * @param newestEvent null where somebody reads the log: the first reading begins with the newest rows, so
 *   they prove nothing of those before.
 * @returns an instant before all others when nothing is known.
 */
export function knownUntil(
  spans: readonly ReadSpan[],
  imported: readonly ReadSpan[],
  newestEvent: Instant | null,
): Instant {
  const latest = spans.at(-1);
  const exported = imported.at(-1)?.to ?? Number.NEGATIVE_INFINITY;
  return latest === undefined
    ? Math.max(newestEvent ?? Number.NEGATIVE_INFINITY, exported)
    : Math.max(latest.to - LOG_DELAY, exported);
}

/**
 * Since when everything up to now is known: the beginning of the latest stretch. What lies before it may
 * have gaps, so it proves no "never before". Imported exports count where nothing else was read, as they
 * would by themselves; beside a feed they prove nothing, because they may be filtered.
 *
 * @param imported from the first row to the last of exports, in order.
 * @returns null without a stretch.
 */
export function knownSince(
  spans: readonly ReadSpan[],
  imported: readonly ReadSpan[],
): Instant | null {
  return (spans.at(-1) ?? imported.at(-1))?.from ?? null;
}
