import type { ReadSpan } from "./feed.ts";

/** The stretches with one more, those that touch it joined; in order. They lie apart from each other. */
export function withSpan(spans: readonly ReadSpan[], added: ReadSpan): readonly ReadSpan[] {
  const touching = spans.filter((span) => spansTouch(span, added));
  const joined = {
    from: Math.min(added.from, ...touching.map(({ from }) => from)),
    to: Math.max(added.to, ...touching.map(({ to }) => to)),
  };
  return [...spans.filter((span) => !touching.includes(span)), joined].toSorted(
    (a, b) => a.from - b.from,
  );
}

/** Whether two stretches overlap, or one begins where the other ends. */
export function spansTouch(a: ReadSpan, b: ReadSpan): boolean {
  return a.from <= b.to && b.from <= a.to;
}
