import { DAY } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { WireRow } from "./wire-row.ts";
import { wireTime } from "./wire-row.ts";

/** Azure keeps 90 days; a little more, so that no answer depends on when rows are thrown away. */
export const LOG_KEPT: Duration = 91 * DAY;
/** Rows are thrown away that many at a time. */
const BATCH = 1000;

/** Which rows of the log to show. */
export interface LogQuery {
  /** Lower-cased Azure subscription ID. */
  readonly subscription: string;
  /** ISO 8601 in UTC with seven decimals; both included. */
  readonly from: string;
  readonly to: string;
  readonly narrowing: ((row: WireRow) => boolean) | null;
  /** Only rows before this place of the log; null for all. */
  readonly before: number | null;
  readonly limit: number;
}

/** Some rows of the log, newest first. */
export interface LogPage {
  readonly rows: readonly WireRow[];
  /** The place before which there is more; null when there is not. */
  readonly next: number | null;
}

/** The Activity Log of a tenant: rows in the order of their time, each readable once it was submitted. */
export class ActivityLog {
  #rows: WireRow[] = [];
  /** How many rows were thrown away, so that a place stays a place. */
  #gone = 0;
  readonly #kept: Duration;

  /** @param kept how long rows are kept, at least as long as Azure does. */
  constructor(kept: Duration = LOG_KEPT) {
    this.#kept = kept;
  }

  /** Adds rows, none of them older than those before. */
  add(rows: readonly WireRow[]): void {
    this.#rows.push(...rows);
  }

  /** Throws away what nobody would be shown any more. */
  forget(now: Instant): void {
    const oldest = wireTime(now - this.#kept, "0000");
    while ((this.#rows[BATCH - 1]?.eventTimestamp ?? oldest) < oldest) {
      this.#rows = this.#rows.slice(BATCH);
      this.#gone += BATCH;
    }
  }

  /** The rows that can be read at that moment. */
  page(query: LogQuery, now: Instant): LogPage {
    const readable = wireTime(now, "9999");
    const rows: WireRow[] = [];
    const last = (query.before ?? Number.POSITIVE_INFINITY) - this.#gone;
    for (let index = Math.min(last, this.#rows.length) - 1; index >= 0; index -= 1) {
      const row = this.#rows[index];
      if (row === undefined || milliseconds(row.eventTimestamp) < milliseconds(query.from)) {
        break;
      }
      if (
        row.eventTimestamp >= query.from &&
        row.eventTimestamp <= query.to &&
        row.submissionTimestamp <= readable &&
        row.subscriptionId.toLowerCase() === query.subscription &&
        (query.narrowing?.(row) ?? true)
      ) {
        if (rows.length === query.limit) {
          return { rows, next: index + 1 + this.#gone };
        }
        rows.push(row);
      }
    }
    return { rows, next: null };
  }

  /**
   * All rows of a stretch of time that can be read at that moment, as somebody keeps them to whom they
   * are sent.
   *
   * @param from ISO 8601 in UTC with seven decimals, as `to`; both included.
   */
  archived(from: string, to: string, now: Instant): readonly WireRow[] {
    const readable = wireTime(now, "9999");
    return this.#rows.filter(
      (row) =>
        row.eventTimestamp >= from &&
        row.eventTimestamp <= to &&
        row.submissionTimestamp <= readable,
    );
  }
}

/** Rows of one millisecond stand in the order in which they were written, whatever their last digits. */
function milliseconds(time: string): string {
  return time.slice(0, 23);
}
