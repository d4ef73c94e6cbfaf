import type { ReadSpan } from "../domain/feed.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import { withSpan as joinedWith } from "../domain/read-span.ts";

/** Adds a stretch to others, unless it is empty; the result is in order, with those that touch made one. */
export function withSpan(spans: readonly ReadSpan[], added: ReadSpan): readonly ReadSpan[] {
  return added.from < added.to ? joinedWith(spans, added) : spans;
}

/** What of the stretches is not older than `floor`. */
export function since(spans: readonly ReadSpan[], floor: Instant): readonly ReadSpan[] {
  return spans.flatMap(({ from, to }) => (to > floor ? [{ from: Math.max(from, floor), to }] : []));
}

/** The newest part of the stretches, at most so long, and what remains; null when there are none. */
export function newestPart(
  spans: readonly ReadSpan[],
  longest: Duration,
): { readonly part: ReadSpan; readonly rest: readonly ReadSpan[] } | null {
  const last = spans.at(-1);
  if (last === undefined) {
    return null;
  }
  const from = Math.max(last.from, last.to - longest);
  const before = spans.slice(0, -1);
  return {
    part: { from, to: last.to },
    rest: from > last.from ? [...before, { from: last.from, to: from }] : before,
  };
}

/** The oldest part of the stretches, at most so long, and what remains; null when there are none. */
export function oldestPart(
  spans: readonly ReadSpan[],
  longest: Duration,
): { readonly part: ReadSpan; readonly rest: readonly ReadSpan[] } | null {
  const [first, ...after] = spans;
  if (first === undefined) {
    return null;
  }
  const to = Math.min(first.to, first.from + longest);
  return {
    part: { from: first.from, to },
    rest: to < first.to ? [{ from: to, to: first.to }, ...after] : after,
  };
}

/** The stretch that lies in both; null when there is none. */
export function sharedSpan(a: ReadSpan, b: ReadSpan): ReadSpan | null {
  const from = Math.max(a.from, b.from);
  const to = Math.min(a.to, b.to);
  return from < to ? { from, to } : null;
}
