import { z } from "zod";
import type { FeedHealth, FeedPage, ReadSpan } from "../domain/feed.ts";
import { DAY, SECOND } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { ActivitySource } from "../ports.ts";
import type { LogFeedParts } from "./activity-log-feed.ts";
import { LOG_PROVIDERS } from "./activity-log-page.ts";
import { AzureFault } from "./azure-fault.ts";
import { LOG_KEPT } from "./log-progress.ts";
import { CALL_LIMIT, MeteredCalls } from "./metered-calls.ts";
import { RetryState } from "./retry-state.ts";
import { RowIntake } from "./row-intake.ts";
import { LONGEST_SLEEP } from "./steps-back.ts";
import { Aborted } from "./time-limit.ts";
import { WindowReading } from "./window-reading.ts";
import { parseJson } from "./wire-fields.ts";

/** What is read at once; the cursor moves with each. */
const WINDOW: Duration = DAY;
/** Between two pages, so that the live feed of the same Azure subscription is never crowded out. */
const PAUSE: Duration = SECOND / 2;

const cursorForm = z.object({
  version: z.literal(1),
  /** When the backfill began: it reads what lies before. */
  until: z.number(),
  /** Everything from here to `until` was read whole. */
  done: z.number(),
});

type Progress = z.infer<typeof cursorForm>;

/**
 * Reads an Azure subscription's Activity Log back from its first start, newest day first, and ends. It
 * pauses between pages and whenever few reads are left, so that what is new never waits for it.
 */
export class ActivityLogBackfill implements ActivitySource {
  readonly feed: string;
  readonly azureSubscription: string;
  readonly #parts: LogFeedParts;
  readonly #back: Duration;
  readonly #calls: MeteredCalls;
  #progress: Progress | null = null;
  #state: FeedHealth["state"] = "starting";
  readonly #retry = new RetryState(0);
  #lastSuccess: Instant | null = null;

  /** @param back how far; what is older than 90 days Azure does not keep. */
  constructor(parts: LogFeedParts, back: Duration) {
    this.azureSubscription = parts.purpose.azureSubscription;
    this.feed = `activity-log-backfill/${this.azureSubscription}`;
    this.#parts = parts;
    this.#back = back;
    this.#calls = new MeteredCalls(parts);
  }

  async *pages(
    cursor: string | null,
    signal: AbortSignal,
  ): AsyncGenerator<FeedPage, void, undefined> {
    const now = this.#parts.clock.now();
    const known = cursor === null ? null : cursorForm.safeParse(parseJson(cursor));
    const progress = known?.data ?? { version: 1, until: now, done: now };
    this.#progress = progress;
    try {
      yield* this.#windows(progress, signal);
    } catch (error) {
      if (!(error instanceof Aborted)) {
        throw error;
      }
    } finally {
      this.#state = "stopped";
    }
  }

  health(): FeedHealth {
    return {
      feed: this.feed,
      azureSubscription: this.azureSubscription,
      state: this.#state,
      lastSuccess: this.#lastSuccess,
      problem: this.#retry.fault?.message ?? null,
      progress: this.#share(),
      callsLastHour: this.#calls.lastHour(),
    };
  }

  /** How much of the way is done, 0 to 1; null before it begins. */
  #share(): number | null {
    if (this.#progress === null) {
      return null;
    }
    const { until, done } = this.#progress;
    const way = until - this.#floor(until);
    return way <= 0 ? 1 : Math.min((until - done) / way, 1);
  }

  /** The oldest moment to read; it moves on while the backfill takes its time. */
  #floor(until: Instant): Instant {
    return Math.max(until - this.#back, this.#parts.clock.now() - LOG_KEPT);
  }

  async *#windows(
    progress: Progress,
    signal: AbortSignal,
  ): AsyncGenerator<FeedPage, void, undefined> {
    const intake = new RowIntake(this.#parts.rules);
    while (progress.done > this.#floor(progress.until)) {
      const from = Math.max(progress.done - WINDOW, this.#floor(progress.until));
      const span: ReadSpan = { from, to: progress.done };
      const reading = new WindowReading(span, LOG_PROVIDERS);
      while (!reading.done) {
        await this.#pause(signal);
        const rows = await this.#read(reading, signal);
        if (rows === null) {
          break;
        }
        const taken = intake.take(rows, this.#parts.clock.now());
        if (reading.done) {
          progress.done = from;
          const stored = JSON.stringify(progress);
          yield { ...taken, sightings: [], cursor: stored, read: span };
        } else if (taken.events.length + taken.quarantined.length + taken.irrelevant > 0) {
          yield { ...taken, sightings: [], cursor: null, read: null };
        }
      }
    }
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const { clock, budget } = this.#parts;
    await clock.sleep(PAUSE, signal);
    let wait = this.#notBefore() - clock.now();
    while (wait > 0 && !signal.aborted) {
      this.#state = this.#restingState(budget.isThrottled(clock.now()));
      await clock.sleep(Math.min(Math.ceil(wait), LONGEST_SLEEP), signal);
      wait = this.#notBefore() - clock.now();
    }
    this.#state = "reading";
  }

  #notBefore(): Instant {
    const now = this.#parts.clock.now();
    this.#retry.heedClock(now);
    this.#parts.budget.heedClock(now);
    return Math.max(this.#retry.dueAt, this.#parts.budget.notBefore("past"));
  }

  #restingState(isThrottled: boolean): FeedHealth["state"] {
    const kind = this.#retry.fault?.kind;
    if (kind !== undefined && kind !== "throttled") {
      return "failing";
    }
    return isThrottled ? "throttled" : "waiting";
  }

  /** The rows of the next page; null when the whole stretch has to be begun again. */
  async #read(reading: WindowReading, signal: AbortSignal): Promise<readonly unknown[] | null> {
    const { clock, reader, purpose } = this.#parts;
    try {
      const rows = await reading.next((query, link) =>
        this.#calls.make(
          purpose,
          (ending) => reader.page(query, link, ending),
          signal,
          CALL_LIMIT,
          "past",
        ),
      );
      this.#retry.succeeded();
      this.#lastSuccess = clock.now();
      return rows;
    } catch (error) {
      if (!(error instanceof AzureFault)) {
        throw error;
      }
      this.#retry.failed(error, this.#parts);
      return error.kind === "rejected" ? null : [];
    }
  }
}
