import type { Instant } from "../domain/instant.ts";
import type { Metered } from "./metered-calls.ts";

/**
 * The resource providers whose rows can tell of an opening. The API takes one of them per query. Row 3
 * of a JIT request acts upon a VM, and it is not known whether Azure files it under Microsoft.Security,
 * like its operation, or under Microsoft.Compute, like its resource.
 */
export const LOG_PROVIDERS = [
  "Microsoft.Security",
  "Microsoft.Network",
  "Microsoft.Compute",
] as const;

export type LogProvider = (typeof LOG_PROVIDERS)[number];

/** Which rows to read: `eventTimestamp` from `from` to `to`, both included. */
export interface LogQuery {
  readonly provider: LogProvider;
  readonly from: Instant;
  readonly to: Instant;
}

/** One page of the Activity Log. */
export interface LogPage extends Metered {
  /** As received, before any schema. */
  readonly rows: readonly unknown[];
  /** Where the next page is; null on the last one. */
  readonly next: string | null;
}

/** Reads pages of one Azure subscription's Activity Log. */
export interface LogReader {
  /**
   * @param link the page before's `next`; null for the first page.
   * @throws AzureFault, or the library's error when there was no answer.
   */
  page(query: LogQuery, link: string | null, signal: AbortSignal): Promise<LogPage>;
}
