import type { FeedHealth, FeedPage } from "../../src/domain/feed.ts";
import type { ActivitySource } from "../../src/ports.ts";

/** A feed that has these pages and no more; its cursor is the number of pages that are stored. */
export class ListedSource implements ActivitySource {
  readonly feed: string;
  readonly azureSubscription: string | null;
  readonly #pages: readonly FeedPage[];

  constructor(feed: string, azureSubscription: string | null, pages: readonly FeedPage[]) {
    this.feed = feed;
    this.azureSubscription = azureSubscription;
    this.#pages = pages;
  }

  async *pages(
    cursor: string | null,
    signal: AbortSignal,
  ): AsyncGenerator<FeedPage, void, undefined> {
    const from = Number(cursor ?? 0);
    for (const [index, page] of this.#pages.entries()) {
      if (index >= from && !signal.aborted) {
        yield { ...page, cursor: String(index + 1) };
      }
    }
  }

  health(): FeedHealth {
    return {
      feed: this.feed,
      azureSubscription: this.azureSubscription,
      state: "reading",
      lastSuccess: null,
      problem: null,
      progress: null,
      callsLastHour: 0,
    };
  }
}

/** A page that holds nothing. */
export const EMPTY_PAGE: FeedPage = {
  events: [],
  sightings: [],
  quarantined: [],
  irrelevant: 0,
  cursor: null,
  read: null,
};
