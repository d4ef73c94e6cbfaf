import type { FeedHealth, FeedPage, ReceivedEvent } from "../domain/feed.ts";
import { DAY, HOUR, MINUTE, durationText, isoUtc } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { ActivitySource, RandomSource } from "../ports.ts";
import { LOG_PROVIDERS } from "./activity-log-page.ts";
import type { LogProvider, LogReader } from "./activity-log-page.ts";
import { AzureFault } from "./azure-fault.ts";
import type { CallPurpose } from "./azure-fault.ts";
import { LogProgress } from "./log-progress.ts";
import type { LogSchedule } from "./log-progress.ts";
import { CALL_LIMIT, MeteredCalls } from "./metered-calls.ts";
import type { CallParts } from "./metered-calls.ts";
import type { CallPriority } from "./read-budget.ts";
import { RetryState } from "./retry-state.ts";
import { RowIntake } from "./row-intake.ts";
import type { RuleInterner } from "./rule-interner.ts";
import { LONGEST_SLEEP } from "./steps-back.ts";
import { Aborted } from "./time-limit.ts";
import { WindowReading } from "./window-reading.ts";

/** What a feed of one Azure subscription's Activity Log needs. */
export interface LogFeedParts extends CallParts {
  readonly reader: LogReader;
  readonly purpose: CallPurpose;
  readonly random: RandomSource;
  readonly rules: RuleInterner;
}

/** How often Microsoft.Compute is read, where `poll` is not longer. */
const COMPUTE_POLL: Duration = 10 * MINUTE;
/** After a new request for access, Microsoft.Compute is polled like the others for so long. */
const COMPUTE_ALERT: Duration = 5 * MINUTE;
/** So many calls of polls may come between two of what is past. */
const MOST_POLLS_IN_A_ROW = LOG_PROVIDERS.length;
/** By how much of its length a poll comes early, by chance, so that many feeds drift apart. */
const JITTER = 0.05;

/** A row of readings that wait for each other: the polls of one resource provider, or what is past. */
interface Lane {
  readonly provider: LogProvider | null;
  readonly retry: RetryState;
  reading: WindowReading | null;
}

/** One run of `pages`. */
interface Run {
  readonly progress: LogProgress;
  readonly intake: RowIntake;
  readonly lanes: readonly Lane[];
  computeAlertUntil: Instant;
  /** Calls of polls since the last one of what is past. */
  pollsInARow: number;
}

/**
 * The live feed of one Azure subscription's Activity Log. Failures are told by `health` and retried for
 * ever: somebody may grant the permission, or renew the secret.
 */
export class ActivityLogFeed implements ActivitySource {
  readonly feed: string;
  readonly azureSubscription: string;
  readonly #parts: LogFeedParts;
  readonly #schedule: LogSchedule;
  readonly #calls: MeteredCalls;
  #run: Run | null = null;
  #isStopped = false;
  #isReading = false;
  #lastSuccess: Instant | null = null;

  constructor(parts: LogFeedParts, schedule: LogSchedule) {
    this.azureSubscription = parts.purpose.azureSubscription;
    this.feed = `activity-log/${this.azureSubscription}`;
    this.#parts = parts;
    this.#schedule = schedule;
    this.#calls = new MeteredCalls(parts);
  }

  async *pages(
    cursor: string | null,
    signal: AbortSignal,
  ): AsyncGenerator<FeedPage, void, undefined> {
    const { clock, rules } = this.#parts;
    const now = clock.now();
    const run: Run = {
      progress: new LogProgress(cursor, this.#schedule, now),
      intake: new RowIntake(rules),
      lanes: [...LOG_PROVIDERS, null].map((provider) => ({
        provider,
        retry: new RetryState(now),
        reading: null,
      })),
      computeAlertUntil: now,
      pollsInARow: 0,
    };
    this.#run = run;
    this.#isStopped = false;
    try {
      while (!signal.aborted) {
        const lane = this.#laneThatIsDue(run);
        if (typeof lane === "number") {
          await clock.sleep(Math.min(lane, LONGEST_SLEEP), signal);
          continue;
        }
        const page = await this.#step(run, lane, signal);
        if (page !== null) {
          yield page;
        }
      }
    } catch (error) {
      if (!(error instanceof Aborted)) {
        throw error;
      }
    } finally {
      this.#isStopped = true;
    }
  }

  health(): FeedHealth {
    const now = this.#parts.clock.now();
    const faults = (this.#run?.lanes ?? []).flatMap(({ retry }) => retry.fault ?? []);
    return {
      feed: this.feed,
      azureSubscription: this.azureSubscription,
      state: this.#state(faults, now),
      lastSuccess: this.#lastSuccess,
      problem: faults[0]?.message ?? this.#lossWords(),
      progress: null,
      callsLastHour: this.#calls.lastHour(),
    };
  }

  #state(faults: readonly AzureFault[], now: Instant): FeedHealth["state"] {
    if (this.#isStopped) {
      return "stopped";
    }
    if (faults.some(({ kind }) => kind !== "throttled")) {
      return "failing";
    }
    if (faults.length > 0 || this.#parts.budget.isThrottled(now)) {
      return "throttled";
    }
    if (this.#lastSuccess === null) {
      return "starting";
    }
    return this.#isReading ? "reading" : "waiting";
  }

  #lossWords(): string | null {
    const lost = this.#run?.progress.lost ?? null;
    return lost === null
      ? null
      : `The Activity Log from ${isoUtc(lost.from)} to ${isoUtc(lost.to)} was not read and is gone: Doorbell was away for ${durationText(lost.to - lost.from + 90 * DAY)}, and Azure keeps 90 days.`;
  }

  /**
   * The lane to go on with, or how long to wait until there is one. Polls come before what is past; but
   * where Azure answers so slowly that a poll is always due, what is past has a turn after each round.
   */
  #laneThatIsDue({ progress, lanes, pollsInARow }: Run): Lane | Duration {
    const { clock, budget } = this.#parts;
    const now = clock.now();
    budget.heedClock(now);
    for (const { retry } of lanes) {
      retry.heedClock(now);
    }
    progress.layOutSweep(now);
    const times = lanes
      .filter((lane) => lane.provider !== null || lane.reading !== null || progress.hasPast)
      .map((lane) => ({
        lane,
        at: Math.max(lane.retry.dueAt, budget.notBefore(priorityOf(lane))),
      }));
    const due = times
      .filter(({ at }) => at <= now)
      .sort((a, b) => urgency(a.lane) - urgency(b.lane));
    const past = pollsInARow < MOST_POLLS_IN_A_ROW ? undefined : due.at(-1);
    const first = past?.lane.provider === null ? past : due[0];
    const next = Math.min(progress.sweepAt, ...times.map(({ at }) => at));
    return first?.lane ?? Math.max(Math.ceil(next - now), 1);
  }

  async #step(run: Run, lane: Lane, signal: AbortSignal): Promise<FeedPage | null> {
    const { clock } = this.#parts;
    lane.reading ??= this.#begin(run.progress, lane.provider);
    if (lane.reading === null) {
      return null;
    }
    run.pollsInARow = lane.provider === null ? 0 : run.pollsInARow + 1;
    const rows = await this.#read(lane, lane.reading, signal);
    if (rows === null) {
      return null;
    }
    const now = clock.now();
    this.#lastSuccess = now;
    lane.retry.succeeded();
    const taken = run.intake.take(rows, now);
    this.#expectMore(run, taken.events, now);
    const read = lane.reading.done ? this.#finish(run, lane, lane.reading) : null;
    const cursor = lane.reading === null ? run.progress.cursor() : null;
    const isEmpty = taken.events.length + taken.quarantined.length + taken.irrelevant === 0;
    return isEmpty && read === null ? null : { ...taken, sightings: [], cursor, read };
  }

  #begin(progress: LogProgress, provider: LogProvider | null): WindowReading | null {
    const now = this.#parts.clock.now();
    if (provider !== null) {
      return new WindowReading(progress.pollSpan(provider, now), [provider]);
    }
    const past = progress.takePast(now);
    return past === null ? null : new WindowReading(past, LOG_PROVIDERS);
  }

  /** The rows of the next page; null when it could not be read, which is then told and tried later. */
  async #read(
    lane: Lane,
    reading: WindowReading,
    signal: AbortSignal,
  ): Promise<readonly unknown[] | null> {
    const { reader, purpose } = this.#parts;
    this.#isReading = true;
    try {
      return await reading.next((query, link) =>
        this.#calls.make(
          purpose,
          (ending) => reader.page(query, link, ending),
          signal,
          CALL_LIMIT,
          priorityOf(lane),
        ),
      );
    } catch (error) {
      if (!(error instanceof AzureFault)) {
        throw error;
      }
      lane.retry.failed(error, this.#parts);
      if (error.kind === "rejected") {
        // A page link lives for a while only, and what is past may reach further back than Azure keeps.
        lane.reading = null;
      }
      return null;
    } finally {
      this.#isReading = false;
    }
  }

  /** A request's row on the VM may be filed under Microsoft.Compute: it is then looked for at once. */
  #expectMore(run: Run, events: readonly ReceivedEvent[], now: Instant): void {
    const isAwaited = events.some(
      ({ event }) => event.detail.kind === "jit-request" && event.at > now - HOUR,
    );
    const compute = run.lanes.find(({ provider }) => provider === "Microsoft.Compute");
    if (isAwaited && compute !== undefined && compute.retry.fault === null) {
      run.computeAlertUntil = now + COMPUTE_ALERT;
      compute.retry.dueAt = Math.min(compute.retry.dueAt, now);
    }
  }

  #finish(run: Run, lane: Lane, { span }: WindowReading): FeedPage["read"] {
    lane.reading = null;
    if (lane.provider === null) {
      run.progress.pastRead();
      return span;
    }
    const { poll } = this.#schedule;
    const isSlow = lane.provider === "Microsoft.Compute" && span.to >= run.computeAlertUntil;
    const interval = isSlow ? Math.max(poll, COMPUTE_POLL) : poll;
    lane.retry.dueAt = span.to + interval * (1 - JITTER * this.#parts.random.next());
    return run.progress.polled(lane.provider, span);
  }
}

function priorityOf({ provider }: Lane): CallPriority {
  return provider === null ? "past" : "new";
}

/** Lanes with less come first: polls as they fall due, then what is past. */
function urgency({ provider, retry }: Lane): number {
  return provider === null ? Number.POSITIVE_INFINITY : retry.dueAt;
}
