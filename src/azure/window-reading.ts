import type { ReadSpan } from "../domain/feed.ts";
import { AzureFault } from "./azure-fault.ts";
import type { LogPage, LogProvider, LogQuery } from "./activity-log-page.ts";

/** Fetches one page. */
export type PageFetch = (query: LogQuery, link: string | null) => Promise<LogPage>;

/**
 * One stretch of the Activity Log being paged through, one resource provider after the other. After a
 * failure it goes on with the page that failed, so that throttling never makes it start again.
 */
export class WindowReading {
  readonly span: ReadSpan;
  #providers: readonly LogProvider[];
  #link: string | null = null;
  /** Links of pages that were read. */
  readonly #visited = new Set<string>();

  constructor(span: ReadSpan, providers: readonly LogProvider[]) {
    this.span = span;
    this.#providers = providers;
  }

  /** Whether all pages of all providers were read. */
  get done(): boolean {
    return this.#providers.length === 0;
  }

  /**
   * Reads the next page; empty when `done`.
   *
   * @throws what the fetch throws; AzureFault `rejected` when the pages lead in a circle.
   */
  async next(fetch: PageFetch): Promise<readonly unknown[]> {
    const [provider, ...others] = this.#providers;
    if (provider === undefined) {
      return [];
    }
    if (this.#link !== null && this.#visited.has(this.#link)) {
      throw new AzureFault("rejected", "The pages of the Activity Log lead in a circle.");
    }
    const page = await fetch({ provider, ...this.span }, this.#link);
    if (this.#link !== null) {
      this.#visited.add(this.#link);
    }
    this.#link = page.next;
    this.#providers = page.next === null ? others : this.#providers;
    return page.rows;
  }
}
