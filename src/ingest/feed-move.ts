import type { FeedPage, ReadSpan } from "../domain/feed.ts";
import { feedLease } from "../domain/lease-name.ts";
import type { ActivitySource } from "../ports.ts";
import { spansTouch } from "../domain/read-span.ts";

/** Where a page moves its feed: the part of it that is stored even when nothing in it is new. */
export interface FeedMove {
  readonly feed: string;
  /** Name of the lease under which the feed is read. */
  readonly lease: string;
  /** null when the cursor stays. */
  readonly cursor: string | null;
  readonly read: { readonly azureSubscription: string; readonly span: ReadSpan } | null;
}

/** Where the page moves its feed; a feed over several Azure subscriptions covers none of them alone. */
export function moveOf(page: FeedPage, source: ActivitySource): FeedMove {
  const { feed, azureSubscription } = source;
  return {
    feed,
    lease: feedLease(feed, azureSubscription),
    cursor: page.cursor,
    read:
      page.read === null || azureSubscription === null
        ? null
        : { azureSubscription, span: page.read },
  };
}

/** Both moves as one; null when the stretches that they read do not touch. */
export function joinMoves(first: FeedMove, second: FeedMove): FeedMove | null {
  const cursor = second.cursor ?? first.cursor;
  if (first.read === null || second.read === null) {
    return { ...second, cursor, read: second.read ?? first.read };
  }
  const [a, b] = [first.read.span, second.read.span];
  if (!spansTouch(a, b)) {
    return null;
  }
  const span = { from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) };
  return { ...second, cursor, read: { ...second.read, span } };
}

/** Whether the move moves nothing. */
export function isStill({ cursor, read }: FeedMove): boolean {
  return cursor === null && read === null;
}
