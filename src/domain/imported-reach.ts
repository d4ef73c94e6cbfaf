import type { ReadSpan } from "./feed.ts";
import { withSpan } from "./read-span.ts";

/** What the names begin with under which the store keeps, as a feed's cursor, what exports reached. */
export const IMPORT_FEEDS = "import/";

/** Under this name the store keeps how far imported exports of an Azure subscription reached. */
export function importFeed(azureSubscription: string): string {
  return `${IMPORT_FEEDS}${azureSubscription}`;
}

/** The Azure subscription of such a name; null for other feeds. */
export function importedSubscription(feed: string | null): string | null {
  return feed?.startsWith(IMPORT_FEEDS) === true ? feed.slice(IMPORT_FEEDS.length) : null;
}

/** The stretches as the store keeps them. */
export function writeReach(spans: readonly ReadSpan[]): string {
  return spans.map(({ from, to }) => `${from}..${to}`).join(" ");
}

/**
 * From the first row to the last of each imported export, of whatever kind, in order, those that touch
 * as one. An export may be filtered: that it reached so far does not say that nothing else happened.
 *
 * @param text what `writeReach` wrote; null for nothing. What cannot be read counts as nothing.
 */
export function readReach(text: string | null): readonly ReadSpan[] {
  return [...(text ?? "").matchAll(/(-?\d{1,16})\.\.(-?\d{1,16})/g)]
    .map(([, from, to]) => ({ from: Number(from), to: Number(to) }))
    .reduce<readonly ReadSpan[]>((spans, span) => withSpan(spans, span), []);
}
