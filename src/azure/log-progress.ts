import type { ReadSpan } from "../domain/feed.ts";
import { DAY, MINUTE } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import { readLogCursor, writeLogCursor } from "./activity-log-cursor.ts";
import type { LogProvider } from "./activity-log-page.ts";
import { newestPart, oldestPart, sharedSpan, since, withSpan } from "./log-span.ts";

/** When the live feed reads what. */
export interface LogSchedule {
  /** How often new rows are asked for. */
  readonly poll: Duration;
  /** How far back each poll reads again: Azure delivers rows late and out of order. */
  readonly overlap: Duration;
  /** How often the last 24 hours are read again, for rows that came later still. */
  readonly sweep: Duration;
}

/** How long Azure keeps rows; a little less, because it refuses a question that reaches further. */
export const LOG_KEPT: Duration = 90 * DAY - 10 * MINUTE;

/** How far a sweep goes back. */
const SWEPT: Duration = DAY;
/** What is past is read in parts of this length: a whole sweep is one part, which keeps calls few. */
const PART: Duration = 25 * 60 * MINUTE;

/**
 * What the live feed of an Azure subscription has read and has to read, without the reading itself.
 *
 * Polls read the newest rows. Everything else is past: sweeps, laid out one after the other so that
 * every moment is read again for almost a day after it, whatever pauses lie in between, and read in
 * parts, the newest and the oldest in turn, when no poll is due. So a pause of hours or weeks costs what is new no time.
 */
export class LogProgress {
  readonly #schedule: LogSchedule;
  readonly #readTo: Record<LogProvider, Instant>;
  #sweptTo: Instant;
  #pending: readonly ReadSpan[];
  /** The part that is being read: still pending for whoever starts from the cursor. */
  #part: ReadSpan | null = null;
  readonly #polled = new Map<LogProvider, ReadSpan>();
  #toldTo: Instant = 0;
  #isOldestNext = false;
  /** What Azure no longer kept when the feed started again; null when nothing was lost. */
  readonly lost: ReadSpan | null;

  /** @param cursor as the store kept it; null for a first start. */
  constructor(cursor: string | null, schedule: LogSchedule, now: Instant) {
    this.#schedule = schedule;
    const known = cursor === null ? null : readLogCursor(cursor);
    if (known === null) {
      this.#readTo = {
        "Microsoft.Security": now,
        "Microsoft.Network": now,
        "Microsoft.Compute": now,
      };
      this.#sweptTo = now;
      // A cursor that cannot be read proves nothing, so that all is read again.
      const back = cursor === null ? SWEPT : LOG_KEPT;
      this.#pending = [{ from: now - back, to: now }];
      this.lost = null;
      return;
    }
    this.#readTo = { ...known.readTo };
    this.#sweptTo = Math.min(known.sweptTo, now);
    this.#pending = known.pending;
    const readTo = Math.min(known.readTo["Microsoft.Security"], known.readTo["Microsoft.Network"]);
    const floor = now - LOG_KEPT;
    this.lost = readTo < floor ? { from: readTo, to: floor } : null;
  }

  /** When the next sweep is to be laid out. */
  get sweepAt(): Instant {
    return this.#sweptTo + this.#schedule.sweep;
  }

  /** Lays out a sweep when one is due. */
  layOutSweep(now: Instant): void {
    this.#sweptTo = Math.min(this.#sweptTo, now);
    if (now >= this.sweepAt) {
      const from = this.sweepAt - SWEPT - this.#schedule.overlap;
      this.#pending = withSpan(this.#pending, { from, to: now });
      this.#sweptTo = now;
    }
  }

  /** What a poll begun now reads; `layOutSweep` comes before it. */
  pollSpan(provider: LogProvider, now: Instant): ReadSpan {
    const { overlap, sweep } = this.#schedule;
    // What lies before the last sweep is pending already.
    const limit = now - sweep - overlap;
    return { from: Math.max(Math.min(this.#readTo[provider], now) - overlap, limit), to: now };
  }

  /**
   * Notes that a poll was read whole.
   *
   * @returns what both Microsoft.Security and Microsoft.Network are now read of, when it is more than
   *   before. Microsoft.Compute can only complete requests that those rows show, and comes later.
   */
  polled(provider: LogProvider, span: ReadSpan): ReadSpan | null {
    this.#readTo[provider] = span.to;
    this.#polled.set(provider, span);
    const security = this.#polled.get("Microsoft.Security");
    const network = this.#polled.get("Microsoft.Network");
    if (security === undefined || network === undefined) {
      return null;
    }
    const read = sharedSpan(security, network);
    if (read === null || read.to <= this.#toldTo) {
      return null;
    }
    this.#toldTo = read.to;
    return read;
  }

  get hasPast(): boolean {
    return this.#unread().length > 0;
  }

  /**
   * Takes a part of what is past, the newest and the oldest in turn: where reading is slower than what
   * comes, an old gap would wait for ever behind newer ones. null when Azure still keeps none of it.
   */
  takePast(now: Instant): ReadSpan | null {
    this.putBackPast();
    const pending = since(this.#pending, now - LOG_KEPT);
    const next = this.#isOldestNext ? oldestPart(pending, PART) : newestPart(pending, PART);
    this.#isOldestNext = !this.#isOldestNext;
    this.#pending = next?.rest ?? [];
    this.#part = next?.part ?? null;
    return this.#part;
  }

  /** Notes that the part which was taken was not read after all. */
  putBackPast(): void {
    this.#pending = this.#unread();
    this.#part = null;
  }

  /** Notes that the part which was taken was read whole. */
  pastRead(): void {
    this.#part = null;
  }

  cursor(): string {
    return writeLogCursor({
      readTo: this.#readTo,
      sweptTo: this.#sweptTo,
      pending: this.#unread(),
    });
  }

  #unread(): readonly ReadSpan[] {
    return this.#part === null ? this.#pending : withSpan(this.#pending, this.#part);
  }
}
