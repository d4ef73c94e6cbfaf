import { Correlator } from "../correlate/correlator.ts";
import type { ActivityEvent } from "../domain/activity-event.ts";
import type { ReadSpan, ReceivedEvent } from "../domain/feed.ts";
import type { Instant } from "../domain/instant.ts";
import type { Trail } from "../domain/trail.ts";
import type { Removal, TrailWriter } from "../ports.ts";
import { knownSince, knownUntil, withSpan } from "./read-stretches.ts";
import { planThinning } from "./thinning-plan.ts";
import { byIdentity, differenceOf } from "./trail-difference.ts";
import type { StoredTrail, TrailDifference } from "./trail-difference.ts";

/** Whether an instant lies within working hours; null when nobody configured them. */
type WorkingTime = ((instant: Instant) => boolean) | null;

/** Under this name the store keeps, as a feed's cursor, up to when an Azure subscription was thinned. */
export function thinningFeed(azureSubscription: string): string {
  return `thinning/${azureSubscription}`;
}

/** What an evaluation found; handed back to `accept` when it is stored. */
export interface Evaluation {
  readonly azureSubscription: string;
  readonly trail: Trail;
  readonly difference: TrailDifference;
}

/**
 * What is known of one Azure subscription: its events, correlated, beside what the store says of them.
 * It can be thrown away at any time and restored from the store.
 */
export class SubscriptionState {
  readonly azureSubscription: string;
  readonly #correlator = new Correlator();
  #stored: StoredTrail;
  #spans: readonly ReadSpan[];
  /** What was closed before it may have been thrown away, so that nothing before it is known whole. */
  readonly #thinned: Instant;
  #newestEvent: Instant | null = null;
  /** Whether something came that is not in the trail that was evaluated last. */
  #isUnsettled = true;
  #acceptedUntil: Instant = Number.NEGATIVE_INFINITY;
  /** The earliest promised end among the openings that stand. */
  #firstEnd: Instant = Number.POSITIVE_INFINITY;

  private constructor(
    azureSubscription: string,
    stored: Trail,
    spans: readonly ReadSpan[],
    thinned: Instant,
  ) {
    this.azureSubscription = azureSubscription;
    this.#stored = byIdentity(stored);
    this.#spans = spans;
    this.#thinned = thinned;
  }

  /**
   * Restores it. The store may have been left between a page's events and what follows from them, or by
   * an older version that concluded otherwise: so it is to be evaluated at once.
   */
  static async restore(
    store: Pick<TrailWriter, "cursor" | "events" | "stored">,
    azureSubscription: string,
    spans: readonly ReadSpan[],
  ): Promise<SubscriptionState> {
    const stored = await store.stored(azureSubscription);
    const thinned = Number((await store.cursor(thinningFeed(azureSubscription))) ?? 0);
    const state = new SubscriptionState(azureSubscription, stored, spans, thinned);
    for await (const event of store.events(azureSubscription)) {
      state.#correlator.add([event]);
      state.#newestEvent = Math.max(state.#newestEvent ?? event.at, event.at);
    }
    return state;
  }

  /** How many distinct events are known. */
  get events(): number {
    return this.#correlator.size;
  }

  /** Up to when its log can be known. */
  get knownUntil(): Instant {
    return knownUntil(this.#spans, this.#newestEvent);
  }

  /** Adds events; returns those that said something new. */
  add(received: readonly ReceivedEvent[]): readonly ReceivedEvent[] {
    const fresh = received.filter(({ event }) => this.#correlator.add([event]) > 0);
    for (const { event } of fresh) {
      this.#newestEvent = Math.max(this.#newestEvent ?? event.at, event.at);
    }
    this.#isUnsettled ||= fresh.length > 0;
    return fresh;
  }

  /** A stretch of its log was read whole. */
  read(span: ReadSpan): void {
    const since = knownSince(this.#spans);
    this.#spans = withSpan(this.#spans, span);
    this.#isUnsettled ||= since !== knownSince(this.#spans);
  }

  /**
   * Whether what the events say may differ from what was evaluated last: something came, or time went on
   * while an opening stands past its promised end.
   */
  get isDue(): boolean {
    const until = this.knownUntil;
    return this.#isUnsettled || (until > this.#acceptedUntil && until > this.#firstEnd);
  }

  /** What the events say now, and what of it the store does not say. */
  evaluate(isWorkingTime: WorkingTime): Evaluation {
    const { azureSubscription } = this;
    const trail = this.#trailOf(this.#correlator, isWorkingTime);
    return { azureSubscription, trail, difference: differenceOf(this.#stored, trail) };
  }

  /**
   * What may be thrown away because it is old; null when everything must stay.
   *
   * @param events every stored one of this Azure subscription.
   */
  planThinning(
    events: readonly ActivityEvent[],
    before: Instant,
    isWorkingTime: WorkingTime,
  ): Removal | null {
    return planThinning({
      events,
      before,
      trail: this.#trailOf(this.#correlator, isWorkingTime),
      correlate: (kept) => {
        const correlator = new Correlator();
        correlator.add(kept);
        return this.#trailOf(correlator, isWorkingTime);
      },
    });
  }

  #trailOf(correlator: Correlator, isWorkingTime: WorkingTime): Trail {
    const since = knownSince(this.#spans);
    return correlator.trail({
      asOf: this.knownUntil,
      knownSince: this.#thinned === 0 ? since : Math.max(since ?? 0, this.#thinned),
      isWorkingTime,
    });
  }

  /** The evaluation is in the store, or there was nothing to store. */
  accept({ trail }: Evaluation): void {
    this.#stored = byIdentity(trail);
    this.#isUnsettled = false;
    this.#acceptedUntil = this.knownUntil;
    this.#firstEnd = firstEnd(trail);
  }
}

function firstEnd({ openings }: Trail): Instant {
  return openings.reduce(
    (first, { closedAt, promisedEnd }) =>
      closedAt === null && promisedEnd !== null ? Math.min(first, promisedEnd) : first,
    Number.POSITIVE_INFINITY,
  );
}
