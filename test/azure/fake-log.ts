import type {
  LogPage,
  LogQuery,
  LogReader,
  LogProvider,
} from "../../src/azure/activity-log-page.ts";
import type { AzureFault } from "../../src/azure/azure-fault.ts";
import type { Duration, Instant } from "../../src/domain/instant.ts";
import type { LeapClock } from "./leap-clock.ts";

/** A row of the log, and from when on the API shows it. */
export interface LoggedRow {
  readonly provider: LogProvider;
  readonly at: Instant;
  readonly visibleAt: Instant;
  readonly json: unknown;
}

/** How the log behaves. */
export interface LogBehaviour {
  readonly pageSize: number;
  /** How long a call takes. */
  readonly callTime: Duration;
  /** The order of the rows of an answer. */
  readonly order: (rows: readonly LoggedRow[]) => readonly LoggedRow[];
  /** What happens instead of the call with this number, from 0. */
  readonly fault: (call: number, link: string | null) => AzureFault | null;
}

/** An Activity Log in memory: late, in disorder, paged, with rows that stand on two pages. */
export class FakeLog implements LogReader {
  readonly rows: LoggedRow[] = [];
  readonly queries: (LogQuery & { readonly link: string | null })[] = [];
  readonly #clock: LeapClock;
  readonly #behaviour: LogBehaviour;
  readonly #answers = new Map<string, readonly LoggedRow[]>();

  constructor(clock: LeapClock, behaviour: Partial<LogBehaviour> = {}) {
    this.#clock = clock;
    this.#behaviour = {
      pageSize: 200,
      callTime: 0,
      order: (rows) => rows,
      fault: () => null,
      ...behaviour,
    };
  }

  async page(query: LogQuery, link: string | null): Promise<LogPage> {
    const call = this.queries.length;
    this.queries.push({ ...query, link });
    const fault = this.#behaviour.fault(call, link);
    if (fault !== null) {
      throw fault;
    }
    const [name = "", offset = "0"] = link?.split("#") ?? [`answer-${call}`];
    const rows = this.#answers.get(name) ?? this.#answer(query);
    this.#answers.set(name, rows);
    this.#clock.advance(this.#behaviour.callTime);
    const from = Number(offset);
    const to = from + this.#behaviour.pageSize;
    return {
      // The last row of the page before may come again.
      rows: rows.slice(Math.max(from - 1, 0), to).map(({ json }) => json),
      next: to < rows.length ? `${name}#${to}` : null,
      remainingReads: null,
    };
  }

  #answer({ provider, from, to }: LogQuery): readonly LoggedRow[] {
    const now = this.#clock.now();
    return this.#behaviour.order(
      this.rows.filter(
        (row) =>
          row.provider === provider && row.at >= from && row.at <= to && row.visibleAt <= now,
      ),
    );
  }
}
