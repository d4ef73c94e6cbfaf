import type { FeedHealth } from "../domain/feed.ts";
import { isoUtc, MINUTE } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { Coverage } from "../domain/trail.ts";
import type { StoreCoverage } from "../ports.ts";

/** An Azure subscription that was not read for longer is told of. */
const STALE: Duration = 10 * MINUTE;

/** What is to be read of Azure, and how that goes. */
export interface Watch {
  /** Lower-cased IDs of the Azure subscriptions that are to be read. */
  readonly azureSubscriptions: readonly string[];
  /** Empty where another process reads them. */
  readonly feeds: readonly FeedHealth[];
}

/** What the store's reading amounts to for an answer: how far it reaches, and what is missing. */
export function coverageOf(
  stored: StoreCoverage,
  { azureSubscriptions, feeds }: Watch,
  now: Instant,
): Coverage {
  const reached = stored.subscriptions.flatMap(({ azureSubscription, spans }) => {
    const last = spans.at(-1);
    return last === undefined ? [] : [{ azureSubscription, to: last.to, spans }];
  });
  const readTo = reached.length === 0 ? null : Math.max(...reached.map(({ to }) => to));
  const failing = feeds.filter(({ problem }) => problem !== null);
  // The feeds of an Azure subscription often fail for the same reason.
  const reasons = Map.groupBy(failing, ({ problem }) => problem ?? "");
  const known = new Set([...reached, ...failing].map((one) => one.azureSubscription));
  const gaps = [
    ...[...reasons].map(
      ([problem, all]) => `${all.map(({ feed }) => feed).join(", ")}: ${problem}`,
    ),
    ...azureSubscriptions
      .filter((one) => !known.has(one))
      .map((one) => `Azure subscription ${one} has not been read yet.`),
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

/** Whether the store's log goes on, or comes from exports alone, which end. */
export function sourceOf({ subscriptions, events }: StoreCoverage): "export" | "feed" {
  return subscriptions.length === 0 && events > 0 ? "export" : "feed";
}
