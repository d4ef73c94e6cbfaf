import type { ReadSpan } from "../domain/feed.ts";
import { DAY } from "../domain/instant.ts";
import type { Duration } from "../domain/instant.ts";
import { withSpan } from "./log-span.ts";

/** An Azure subscription is silent over a weekend, but hardly longer. */
const LONGEST_SILENCE: Duration = 3 * DAY;

/**
 * The stretches of which a workspace can be taken to hold the whole Activity Log: from its first row on,
 * without those in which it has no row at all for days, of whatever operation. The Activity Log was then
 * hardly sent there, so nothing is said of them.
 *
 * @param days from the first row of each day to its last one, in order.
 * @param span what was looked through; the log goes on at its end.
 */
export function heldStretches(days: readonly ReadSpan[], span: ReadSpan): readonly ReadSpan[] {
  const stretches: ReadSpan[] = [];
  for (const { from, to } of days) {
    const last = stretches.at(-1);
    if (last !== undefined && from - last.to <= LONGEST_SILENCE) {
      stretches[stretches.length - 1] = { from: last.from, to: Math.max(last.to, to) };
    } else {
      stretches.push({ from, to });
    }
  }
  const last = stretches.at(-1);
  if (last !== undefined && span.to - last.to <= LONGEST_SILENCE) {
    stretches[stretches.length - 1] = { from: last.from, to: span.to };
  }
  // Rows carry digits below the millisecond, which are cut off here.
  return stretches.reduce<readonly ReadSpan[]>(
    (spans, { from, to }) => withSpan(spans, { from, to: Math.min(to + 1, span.to) }),
    [],
  );
}
