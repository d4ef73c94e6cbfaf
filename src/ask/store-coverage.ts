import type { FeedHealth } from "../domain/feed.ts";
import { isoUtc, MINUTE } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { Coverage } from "../domain/trail.ts";
import type { StoreCoverage } from "../ports.ts";

/** An Azure subscription that was not read for longer is told of. */
const STALE: Duration = 10 * MINUTE;

/** What the store's reading amounts to for an answer: how far it reaches, and what is missing. */
export function coverageOf(
  stored: StoreCoverage,
  feeds: readonly FeedHealth[],
  now: Instant,
): Coverage {
  const reached = stored.subscriptions.flatMap(({ azureSubscription, spans }) => {
    const last = spans.at(-1);
    return last === undefined ? [] : [{ azureSubscription, to: last.to, spans }];
  });
  const readTo = reached.length === 0 ? null : Math.max(...reached.map(({ to }) => to));
  const gaps = [
    ...feeds.flatMap(({ feed, problem }) => (problem === null ? [] : [`${feed}: ${problem}`])),
    ...reached
      .filter(({ to }) => to < now - STALE)
      .map(
        ({ azureSubscription, to }) =>
          `Azure subscription ${azureSubscription} was last read at ${isoUtc(to)}; later facts are not known.`,
      ),
    ...reached.flatMap(({ azureSubscription, spans }) =>
      spans.slice(1).flatMap(({ from }, index) => {
        const before = spans[index];
        return before === undefined
          ? []
          : [
              `The log of Azure subscription ${azureSubscription} was not read between ${isoUtc(before.to)} and ${isoUtc(from)}.`,
            ];
      }),
    ),
  ];
  const starts = reached.flatMap(({ spans }) => spans[0]?.from ?? []);
  return {
    from: starts.length === 0 ? stored.from : Math.min(...starts),
    to: readTo ?? stored.to,
    events: stored.events,
    quarantined: stored.quarantined,
    gaps,
  };
}
