import type { ReadSpan } from "../domain/feed.ts";
import { subscriptionLease } from "../domain/lease-name.ts";
import { withSpan } from "../domain/read-span.ts";
import type { Clock, Lease, TrailReader, TrailWriter } from "../ports.ts";
import type { HeldMoves } from "./held-moves.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import type { Review } from "./review.ts";
import { SubscriptionState } from "./subscription-state.ts";

/** What is held of an Azure subscription. */
export interface Held {
  readonly azureSubscription: string;
  readonly review: Review;
  /** null while its events rest in the store alone. */
  readonly state: SubscriptionState | null;
  /** How many events are known of it; while it rests, some may count twice. */
  readonly events: number;
  /** Of the lease under which it was restored; null where there was none. */
  readonly fence: number | null;
  /** News of the lease that were in the store before it was restored. */
  readonly news: number;
}

/** What states are restored from. */
export interface HeldParts {
  readonly store: Pick<TrailWriter, "cursor" | "events" | "sightings" | "stored"> &
    Pick<TrailReader, "coverage">;
  readonly leases: LeaseKeeper | null;
  readonly moves: HeldMoves;
  /** Real time: where it is given, others have their turn while a long history is read. */
  readonly wall: Clock | null;
  /** Whether a feed reads the log of an Azure subscription. */
  readonly isRead: (azureSubscription: string) => boolean;
  /** How many events may be in memory; an Azure subscription that has more may have them while in use. */
  readonly mostEvents: number;
}

/**
 * The Azure subscriptions that a program looks after. The events of those that had something to do last are
 * in memory, up to a number of events; the others rest in the store, and beside them only what tells when
 * to look again.
 */
export class HeldStates {
  readonly #parts: HeldParts;
  readonly #held = new Map<string, Held>();
  /** Those whose events are in memory, least recently used first, with how many those were when counted. */
  readonly #counts = new Map<string, number>();
  /** Those that were used, so that their count may be another. */
  readonly #uncounted = new Set<string>();
  /** The sum of all counts. */
  #inMemory = 0;

  constructor(parts: HeldParts) {
    this.#parts = parts;
  }

  /** What is held of it, however it was restored. */
  find(azureSubscription: string): Held | undefined {
    return this.#held.get(azureSubscription);
  }

  /** What is held of it under this fence. */
  under(azureSubscription: string, fence: number | null): Held | undefined {
    const held = this.#held.get(azureSubscription);
    return held?.fence === fence ? held : undefined;
  }

  get all(): readonly Held[] {
    return [...this.#held.values()].map((held) => ({ ...held, events: eventsOf(held) }));
  }

  /** Its state, restored from the store where it is not in memory under this lease. */
  async take(azureSubscription: string, lease: Lease | null): Promise<SubscriptionState> {
    const fence = lease?.fence ?? null;
    const held = this.under(azureSubscription, fence);
    if (held !== undefined && held.state !== null) {
      this.#use(held);
      return held.state;
    }
    const { store, leases, wall, isRead } = this.#parts;
    const news = leases?.state(subscriptionLease(azureSubscription))?.news ?? 0;
    const spans = held?.review.spans ?? (await this.#spansOf(azureSubscription));
    const state = await SubscriptionState.restore(store, azureSubscription, spans, wall, () =>
      isRead(azureSubscription),
    );
    const { review, events } = state;
    this.#use({ azureSubscription, review, state, events, fence, news });
    return state;
  }

  async #spansOf(azureSubscription: string): Promise<readonly ReadSpan[]> {
    const { store, moves } = this.#parts;
    const { subscriptions } = await store.coverage();
    const stored = subscriptions.find((one) => one.azureSubscription === azureSubscription);
    return moves.spans(azureSubscription).reduce(withSpan, stored?.spans ?? []);
  }

  #use(held: Held): void {
    const { azureSubscription } = held;
    this.#held.set(azureSubscription, held);
    const count = this.#counts.get(azureSubscription) ?? 0;
    this.#counts.delete(azureSubscription);
    this.#counts.set(azureSubscription, count);
    this.#uncounted.add(azureSubscription);
  }

  /** Events of one that rests went to the store without it. */
  grow(held: Held, events: number): void {
    this.#held.set(held.azureSubscription, { ...held, events: held.events + events });
  }

  forget(azureSubscription: string): void {
    this.#held.delete(azureSubscription);
    this.#release(azureSubscription);
  }

  #release(azureSubscription: string): void {
    this.#inMemory -= this.#counts.get(azureSubscription) ?? 0;
    this.#counts.delete(azureSubscription);
    this.#uncounted.delete(azureSubscription);
  }

  /**
   * Lets those rest that were not used for longest, until no more events are in memory than may be. The one
   * that was used last stays.
   *
   * @param isBusy whether somebody works on it at the moment.
   */
  rest(isBusy: (azureSubscription: string) => boolean): void {
    for (const one of this.#uncounted) {
      const events = this.#held.get(one)?.state?.events ?? 0;
      this.#inMemory += events - (this.#counts.get(one) ?? 0);
      this.#counts.set(one, events);
      if (!isBusy(one)) {
        this.#uncounted.delete(one);
      }
    }
    let left = this.#counts.size;
    for (const one of this.#counts.keys()) {
      left -= 1;
      if (this.#inMemory <= this.#parts.mostEvents || left === 0) {
        return;
      }
      const held = this.#held.get(one);
      if (held !== undefined && held.state !== null && !isBusy(one)) {
        this.#held.set(one, { ...held, state: null, events: held.state.events });
        this.#release(one);
      }
    }
  }
}

function eventsOf({ state, events }: Held): number {
  return state?.events ?? events;
}
