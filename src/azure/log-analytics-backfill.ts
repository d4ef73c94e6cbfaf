import type { FeedHealth, FeedPage, ReadSpan } from "../domain/feed.ts";
import { DAY, HOUR, isoUtc, SECOND } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { ActivitySource, RandomSource } from "../ports.ts";
import { AzureFault } from "./azure-fault.ts";
import type { CallPurpose } from "./azure-fault.ts";
import { readTableCursor, writeTableCursor } from "./log-analytics-cursor.ts";
import type { TableCursor } from "./log-analytics-cursor.ts";
import { heldStretches } from "./log-analytics-plan.ts";
import { MOST_ROWS } from "./log-analytics-query.ts";
import type { ActivityTable } from "./log-analytics-reader.ts";
import { newestPart, withSpan } from "./log-span.ts";
import { MeteredCalls } from "./metered-calls.ts";
import type { CallParts, Metered } from "./metered-calls.ts";
import type { QueryTurns } from "./query-turns.ts";
import { RetryState } from "./retry-state.ts";
import { RowIntake } from "./row-intake.ts";
import type { RuleInterner } from "./rule-interner.ts";
import { Aborted } from "./time-limit.ts";

/** What the reading of a workspace needs, for one Azure subscription. */
export interface TableFeedParts extends CallParts {
  readonly table: ActivityTable;
  readonly purpose: CallPurpose;
  readonly random: RandomSource;
  readonly rules: RuleInterner;
  /** Shared by all feeds of the workspace, as `budget` is. */
  readonly turns: QueryTurns;
}

/** How far back what is read. */
export interface TableReach {
  /** How far the workspace is read, from the first start on. */
  readonly back: Duration;
  /** How far the backfill of the Activity Log itself goes; 0 when there is none. */
  readonly recent: Duration;
}

/** The Activity Log's own backfill takes its time, in which Azure throws its oldest days away. */
const OVERLAP: Duration = 7 * DAY;
/** A workspace has rows later than the Activity Log itself; so late hardly any comes. */
const SETTLED: Duration = 12 * HOUR;
/** What is asked for at once: begins so long, doubles while answers are small, halves when they are cut. */
const FIRST_PART: Duration = 7 * DAY;
const LONGEST_PART: Duration = 56 * DAY;
/** One millisecond: what is still cut there cannot be divided any more. */
const SHORTEST_PART: Duration = 1;
/** What got no answer is not divided further than this: the reason is hardly its length. */
const SHORTEST_SLOW_PART: Duration = HOUR;
/** Before each query: with three at a time, fewer than the 200 in 30 s that Azure takes of an identity. */
const PAUSE: Duration = SECOND / 2;
/** How long a query may take, which is more than the server grants it. */
const QUERY_LIMIT: Duration = 150 * SECOND;

/**
 * Reads what a Log Analytics workspace holds of an Azure subscription from before the Activity Log's own
 * 90 days, newest first, and ends. It reads once; when it is told to reach further back than before, it
 * reads the rest.
 */
export class LogAnalyticsBackfill implements ActivitySource {
  readonly feed: string;
  readonly azureSubscription: string;
  readonly #parts: TableFeedParts;
  readonly #reach: TableReach;
  readonly #calls: MeteredCalls;
  readonly #retry = new RetryState(0);
  #progress: TableCursor | null = null;
  #part: Duration = FIRST_PART;
  #state: FeedHealth["state"] = "starting";
  #lastSuccess: Instant | null = null;
  /** The newest stretch that had too many rows for an answer, however short it was. */
  #lost: ReadSpan | null = null;

  constructor(parts: TableFeedParts, reach: TableReach) {
    this.azureSubscription = parts.purpose.azureSubscription;
    this.feed = `log-analytics/${parts.table.workspace}/${this.azureSubscription}`;
    this.#parts = parts;
    this.#reach = reach;
    this.#calls = new MeteredCalls(parts);
  }

  async *pages(
    cursor: string | null,
    signal: AbortSignal,
  ): AsyncGenerator<FeedPage, void, undefined> {
    const known = cursor === null ? null : readTableCursor(cursor);
    const progress = known ?? this.#beginning();
    this.#progress = progress;
    try {
      const floor = progress.began - this.#reach.back;
      if (floor < (progress.floor ?? progress.oldest)) {
        yield await this.#layOut(progress, floor, signal);
      }
      yield* this.#read(signal);
    } catch (error) {
      if (!(error instanceof Aborted)) {
        throw error;
      }
    } finally {
      this.#state = "stopped";
    }
  }

  #beginning(): TableCursor {
    const began = this.#parts.clock.now();
    const oldest = began - Math.max(this.#reach.recent - OVERLAP, SETTLED);
    return { began, floor: null, oldest, pending: [], whole: 0 };
  }

  health(): FeedHealth {
    return {
      feed: this.feed,
      azureSubscription: this.azureSubscription,
      state: this.#state,
      lastSuccess: this.#lastSuccess,
      problem: this.#retry.fault?.message ?? this.#lossWords() ?? this.#emptyWords(),
      progress: this.#share(),
      callsLastHour: this.#calls.lastHour(),
    };
  }

  /** How much of the way is done, 0 to 1; null before it begins. */
  #share(): number | null {
    if (this.#progress === null) {
      return null;
    }
    const { pending, whole } = this.#progress;
    const left = pending.reduce((sum, { from, to }) => sum + to - from, 0);
    const isDone = this.#state === "stopped" && left === 0;
    return isDone ? 1 : whole === 0 ? 0 : 1 - left / whole;
  }

  #lossWords(): string | null {
    return this.#lost === null
      ? null
      : `The Log Analytics workspace ${this.#parts.table.workspace} holds more rows from ${isoUtc(this.#lost.from)} to ${isoUtc(this.#lost.to)} than Azure gives in an answer: some of them were not read.`;
  }

  #emptyWords(): string | null {
    const { workspace } = this.#parts.table;
    return this.#progress?.whole === 0 && this.#lastSuccess !== null
      ? `The Log Analytics workspace ${workspace} holds nothing of Azure subscription ${this.azureSubscription} from before ${isoUtc(this.#progress.oldest)}: a diagnostic setting has to send the Activity Log there, and the table AzureActivity to keep it for longer.`
      : null;
  }

  /** Finds out what there is to read. */
  async #layOut(progress: TableCursor, floor: Instant, signal: AbortSignal): Promise<FeedPage> {
    const { table, purpose } = this.#parts;
    const span: ReadSpan = { from: floor, to: progress.oldest };
    for (;;) {
      const answer = await this.#ask(async (ending) => table.days(purpose, span, ending), signal);
      if (answer !== null) {
        const found = heldStretches(answer.days, span);
        const cursor = this.#move({
          ...progress,
          floor,
          oldest: found[0]?.from ?? progress.oldest,
          pending: found.reduce(withSpan, progress.pending),
          whole: progress.whole + found.reduce((sum, { from, to }) => sum + to - from, 0),
        });
        const nothing = { events: [], sightings: [], quarantined: [], irrelevant: 0 };
        return { ...nothing, cursor, read: null };
      }
    }
  }

  async *#read(signal: AbortSignal): AsyncGenerator<FeedPage, void, undefined> {
    const { table, purpose, clock, rules } = this.#parts;
    const intake = new RowIntake(rules);
    for (;;) {
      const next = newestPart(this.#progress?.pending ?? [], this.#part);
      if (next === null || this.#progress === null) {
        return;
      }
      const { part, rest } = next;
      const length = part.to - part.from;
      const answer = await this.#ask(async (ending) => table.rows(purpose, part, ending), signal);
      if (answer === null) {
        // What took too long may be answered when it is less.
        const isSlow = this.#retry.fault?.kind === "unreachable" && length > SHORTEST_SLOW_PART;
        this.#part = isSlow ? Math.ceil(length / 2) : this.#part;
        continue;
      }
      if (answer.isCut && length > SHORTEST_PART) {
        this.#part = Math.ceil(length / 2);
        continue;
      }
      this.#lost = answer.isCut ? (this.#lost ?? part) : this.#lost;
      if (answer.rows.length < MOST_ROWS / 4) {
        this.#part = Math.min(this.#part * 2, LONGEST_PART);
      }
      const taken = intake.take(answer.rows, clock.now());
      const cursor = this.#move({ ...this.#progress, pending: rest });
      yield { ...taken, sightings: [], cursor, read: answer.isCut ? null : part };
    }
  }

  #move(progress: TableCursor): string {
    this.#progress = progress;
    return writeTableCursor(progress);
  }

  /** The answer to a query; null when there was none, after which the next one waits. */
  async #ask<T extends Metered>(
    query: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T | null> {
    const { clock, purpose, turns } = this.#parts;
    await this.#wait(signal);
    return turns.take(async () => {
      await clock.sleep(PAUSE, signal);
      try {
        const answer = await this.#calls.make(purpose, query, signal, QUERY_LIMIT, "past");
        this.#retry.succeeded();
        this.#lastSuccess = clock.now();
        return answer;
      } catch (error) {
        if (!(error instanceof AzureFault)) {
          throw error;
        }
        this.#retry.failed(error, this.#parts);
        return null;
      }
    });
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const { clock, budget } = this.#parts;
    const due = (): Instant => Math.max(this.#retry.dueAt, budget.notBefore("past"));
    let wait = due() - clock.now();
    while (wait > 0 && !signal.aborted) {
      this.#state = this.#restingState(budget.isThrottled(clock.now()));
      await clock.sleep(Math.ceil(wait), signal);
      wait = due() - clock.now();
    }
    this.#state = "reading";
  }

  #restingState(isThrottled: boolean): FeedHealth["state"] {
    const kind = this.#retry.fault?.kind;
    if (kind !== undefined && kind !== "throttled") {
      return "failing";
    }
    return isThrottled ? "throttled" : "waiting";
  }
}
