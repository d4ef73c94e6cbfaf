import { nextLateness } from "../correlate/findings.ts";
import type { ReadSpan } from "../domain/feed.ts";
import type { Instant } from "../domain/instant.ts";
import type { Opening } from "../domain/opening.ts";
import { withSpan } from "../domain/read-span.ts";
import type { Trail } from "../domain/trail.ts";
import { knownSince, knownUntil } from "./read-stretches.ts";

/**
 * Whether what follows from the events of an Azure subscription is to be worked out again. It is known
 * without the events themselves, so that they need not be held for it.
 */
export class Review {
  #spans: readonly ReadSpan[];
  readonly #imported: readonly ReadSpan[];
  readonly #isRead: () => boolean;
  #newestEvent: Instant | null = null;
  /** Whether something came that is not in the trail that was evaluated last. */
  #isUnsettled = true;
  #acceptedUntil: Instant = Number.NEGATIVE_INFINITY;
  /** The earliest moment from which on the passing of time may change what is said. */
  #nextLook: Instant = Number.POSITIVE_INFINITY;

  /**
   * @param spans the stretches of its log that were read whole.
   * @param imported how far imported exports reached.
   * @param isRead whether a feed reads its log, so that a stretch of it is going to be read whole.
   */
  constructor(spans: readonly ReadSpan[], imported: readonly ReadSpan[], isRead: () => boolean) {
    this.#isRead = isRead;
    this.#spans = spans;
    this.#imported = imported;
  }

  get spans(): readonly ReadSpan[] {
    return this.#spans;
  }

  /** Up to when its log can be known. */
  get knownUntil(): Instant {
    return knownUntil(this.#spans, this.#imported, this.#isRead() ? null : this.#newestEvent);
  }

  /** Since when everything up to now was read; null when nothing tells. */
  get knownSince(): Instant | null {
    return knownSince(this.#spans, this.#imported);
  }

  /** An event of that time is known. */
  knows(at: Instant): void {
    this.#newestEvent = Math.max(this.#newestEvent ?? at, at);
  }

  /** Something came that nothing was concluded from yet. */
  unsettle(): void {
    this.#isUnsettled = true;
  }

  /** A stretch of its log was read whole. */
  read(span: ReadSpan): void {
    const since = this.knownSince;
    this.#spans = withSpan(this.#spans, span);
    this.#isUnsettled ||= since !== this.knownSince;
  }

  /**
   * Whether what the events say may differ from what was evaluated last: something came, or time went on
   * while an opening stands past its promised end, or while a witness waits for the log.
   */
  get isDue(): boolean {
    return this.#isUnsettled || this.isOverdue;
  }

  /** Whether time alone may have changed what the events say, whatever came. */
  get isOverdue(): boolean {
    const until = this.knownUntil;
    return until > this.#acceptedUntil && until > this.#nextLook;
  }

  /** The trail is in the store, or there was nothing to store. */
  accept(trail: Trail): void {
    this.#isUnsettled = false;
    this.#acceptedUntil = this.knownUntil;
    this.#nextLook = nextLook(trail, this.#acceptedUntil);
  }
}

function nextLook({ openings }: Trail, acceptedUntil: Instant): Instant {
  return openings
    .flatMap((opening) => momentsOf(opening, acceptedUntil))
    .reduce((first, moment) => Math.min(first, moment), Number.POSITIVE_INFINITY);
}

/** The moments beyond which the passing of time changes what is said of an opening. */
function momentsOf(opening: Opening, acceptedUntil: Instant): readonly Instant[] {
  const { closedAt, closing, openedAt, promisedEnd, attribution } = opening;
  const unlogged = attribution.reasons.some(({ code }) => code === "write-unlogged");
  // What a witness alone shows changes once, when the log is there.
  const once = [
    ...(closedAt !== null && closing === "unlogged" ? [closedAt] : []),
    ...(unlogged ? [openedAt] : []),
  ].filter((at) => at >= acceptedUntil);
  return closedAt === null && promisedEnd !== null
    ? [...once, nextLateness(promisedEnd, acceptedUntil) - 1]
    : once;
}
