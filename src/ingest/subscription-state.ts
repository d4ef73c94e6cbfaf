import { Correlator } from "../correlate/correlator.ts";
import type { TrailContext } from "../correlate/correlator.ts";
import { runSteps } from "../correlate/steps.ts";
import type { Steps } from "../correlate/steps.ts";
import type { ActivityEvent } from "../domain/activity-event.ts";
import type { ReadSpan, ReceivedEvent } from "../domain/feed.ts";
import { importFeed, readReach } from "../domain/imported-reach.ts";
import { DAY } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { Sighting } from "../domain/sighting.ts";
import type { Trail } from "../domain/trail.ts";
import type { Clock, Removal, TrailWriter } from "../ports.ts";
import { Review } from "./review.ts";
import { planThinning } from "./thinning-plan.ts";
import { byIdentity, differenceOf } from "./trail-difference.ts";
import type { StoredTrail, TrailDifference } from "./trail-difference.ts";

/** For so long, in real time, nobody else has a turn. */
const LONGEST_TURN: Duration = 25;

/** Whether an instant lies within working hours; null when nobody configured them. */
type WorkingTime = ((instant: Instant) => boolean) | null;

/** What is said to be new is revised in steps of this length, not with every thinning. */
const NOVELTY_STEP: Duration = 30 * DAY;

/** Since when everything is known after thinning; later than the cut, by a step at most. */
export function knownSinceThinned(before: Instant): Instant {
  return Math.ceil(before / NOVELTY_STEP) * NOVELTY_STEP;
}

/** Under this name the store keeps, as a feed's cursor, since when all is known of a thinned one. */
export function thinningFeed(azureSubscription: string): string {
  return `thinning/${azureSubscription}`;
}

/** What an evaluation found; handed back to `accept` when it is stored. */
export interface Evaluation {
  readonly azureSubscription: string;
  readonly trail: Trail;
  /** The same by identity. */
  readonly known: StoredTrail;
  readonly difference: TrailDifference;
}

/**
 * What is known of one Azure subscription: its events and sightings, correlated, beside what the store
 * says of them.
 * It can be thrown away at any time and restored from the store.
 */
export class SubscriptionState {
  readonly azureSubscription: string;
  /** When to evaluate it again. */
  readonly review: Review;
  readonly #correlator = new Correlator();
  readonly #sightings: Sighting[] = [];
  #stored: StoredTrail;
  /** Since when all is known that was not thrown away because of its age; 0 when nothing was. */
  readonly #thinned: Instant;

  private constructor(
    azureSubscription: string,
    stored: Trail,
    spans: readonly ReadSpan[],
    imported: readonly ReadSpan[],
    thinned: Instant,
    isRead: () => boolean,
  ) {
    this.azureSubscription = azureSubscription;
    this.#stored = byIdentity(stored);
    this.review = new Review(spans, imported, isRead);
    this.#thinned = thinned;
  }

  /**
   * Restores it. The store may have been left between a page's events and what follows from them, or by
   * an older version that concluded otherwise: so it is to be evaluated at once.
   *
   * @param wall real time: where it is given, others have their turn in between.
   * @param isRead whether a feed reads its log.
   */
  static async restore(
    store: Pick<TrailWriter, "cursor" | "events" | "sightings" | "stored">,
    azureSubscription: string,
    spans: readonly ReadSpan[],
    wall: Clock | null,
    isRead: () => boolean,
  ): Promise<SubscriptionState> {
    const turns = new Turns(wall);
    const stored = await store.stored(azureSubscription);
    const thinned = Number((await store.cursor(thinningFeed(azureSubscription))) ?? 0);
    const imported = readReach(await store.cursor(importFeed(azureSubscription)));
    const state = new SubscriptionState(
      azureSubscription,
      stored,
      spans,
      imported,
      thinned,
      isRead,
    );
    for await (const event of store.events(azureSubscription)) {
      state.#correlator.add([event]);
      state.review.knows(event.at);
      await turns.pass();
    }
    for await (const sighting of store.sightings(azureSubscription)) {
      state.see([sighting]);
    }
    return state;
  }

  /** How many distinct events are known. */
  get events(): number {
    return this.#correlator.size;
  }

  /** Adds events; returns those that said something new. */
  add(received: readonly ReceivedEvent[]): readonly ReceivedEvent[] {
    const fresh = received.filter(({ event }) => this.#correlator.add([event]) > 0);
    for (const { event } of fresh) {
      this.review.knows(event.at);
    }
    this.#heed(fresh.length);
    return fresh;
  }

  /** Adds what resources showed; returns the sightings that are new. */
  see(sightings: readonly Sighting[]): readonly Sighting[] {
    const fresh = sightings.filter((sighting) => this.#correlator.addSightings([sighting]) > 0);
    for (const sighting of fresh) {
      this.#sightings.push(sighting);
    }
    this.#heed(fresh.length);
    return fresh;
  }

  #heed(fresh: number): void {
    if (fresh > 0) {
      this.review.unsettle();
    }
  }

  /**
   * What the events say now, and what of it the store does not say. Nothing may be added meanwhile.
   *
   * @param wall real time: where it is given, long work lets others have their turn in between.
   */
  async evaluate(isWorkingTime: WorkingTime, wall: Clock | null): Promise<Evaluation> {
    const { azureSubscription } = this;
    const steps = this.#correlator.trailInSteps(this.#context(isWorkingTime));
    const trail = wall === null ? runSteps(steps) : await inTurns(steps, wall);
    const known = byIdentity(trail);
    return { azureSubscription, trail, known, difference: differenceOf(this.#stored, known) };
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
      sightings: this.#sightings,
      before,
      trail: this.#trailOf(this.#correlator, isWorkingTime),
      correlate: (kept, seen) => {
        const correlator = new Correlator();
        correlator.add(kept);
        correlator.addSightings(seen);
        return this.#trailOf(correlator, isWorkingTime);
      },
    });
  }

  #trailOf(correlator: Correlator, isWorkingTime: WorkingTime): Trail {
    return correlator.trail(this.#context(isWorkingTime));
  }

  #context(isWorkingTime: WorkingTime): TrailContext {
    const since = this.review.knownSince;
    return {
      asOf: this.review.knownUntil,
      knownSince: this.#thinned === 0 ? since : Math.max(since ?? 0, this.#thinned),
      isWorkingTime,
    };
  }

  /** The evaluation is in the store, or there was nothing to store. */
  accept({ trail, known }: Evaluation): void {
    this.#stored = known;
    this.review.accept(trail);
  }
}

/** Lets others have their turn whenever work has taken a while; nobody waits without a clock. */
class Turns {
  readonly #wall: Clock | null;
  #since: Instant;

  constructor(wall: Clock | null) {
    this.#wall = wall;
    this.#since = wall?.now() ?? 0;
  }

  async pass(): Promise<void> {
    if (this.#wall !== null && this.#wall.now() - this.#since >= LONGEST_TURN) {
      await this.#wall.sleep(0);
      this.#since = this.#wall.now();
    }
  }
}

/** Runs the steps, with turns for others between them. */
async function inTurns<T>(steps: Steps<T>, wall: Clock): Promise<T> {
  const turns = new Turns(wall);
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      return step.value;
    }
    await turns.pass();
  }
}
