import type { ReadSpan } from "../domain/feed.ts";
import { MINUTE } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import { isLeaseLost } from "../errors.ts";
import type { Lease } from "../ports.ts";
import { isStill, joinMoves } from "./feed-move.ts";
import type { FeedMove } from "./feed-move.ts";

/** How long a feed's moves that bring nothing new may wait to be stored. */
const QUIET: Duration = MINUTE;

/** Stores a move by itself. */
type StoreMove = (move: FeedMove, leases: readonly Lease[]) => Promise<void>;

interface Held {
  readonly move: FeedMove;
  readonly since: Instant;
  /** Under which the feed was read; null where there are no leases. */
  readonly lease: Lease | null;
}

/** Moves of feeds that brought nothing new: they are held back a while, and joined. */
export class HeldMoves {
  readonly #held = new Map<string, Held>();
  readonly #store: StoreMove;

  constructor(store: StoreMove) {
    this.#store = store;
  }

  /** The feeds whose moves have waited long enough to be stored. */
  waiting(now: Instant): readonly string[] {
    return [...this.#held].flatMap(([feed, { since }]) => (since <= now - QUIET ? [feed] : []));
  }

  /** Stretches of the Azure subscription that were read, which is not stored yet. */
  spans(azureSubscription: string): readonly ReadSpan[] {
    return [...this.#held.values()].flatMap(({ move: { read } }) =>
      read?.azureSubscription === azureSubscription ? [read.span] : [],
    );
  }

  /** The move with the one that is held back; where they cannot be joined, that one is stored first. */
  async joined(move: FeedMove, lease: Lease | null): Promise<FeedMove> {
    const held = this.#held.get(move.feed);
    if (held === undefined) {
      return move;
    }
    if (held.lease?.fence !== lease?.fence) {
      // Another replica had the feed meanwhile, and went on from what was stored.
      this.#held.delete(move.feed);
      return move;
    }
    const joined = joinMoves(held.move, move);
    if (joined === null) {
      await this.#storeOne(held);
    }
    return joined ?? move;
  }

  /** Holds a move back that is joined with the one before; one that moves nothing is forgotten. */
  hold(move: FeedMove, lease: Lease | null, now: Instant): void {
    if (!isStill(move)) {
      this.#held.set(move.feed, { move, since: this.#held.get(move.feed)?.since ?? now, lease });
    }
  }

  /** It was stored with something else. */
  forget(feed: string): void {
    this.#held.delete(feed);
  }

  /** Stores the move of the feed that is held back, if there is one. */
  async storeHeld(feed: string): Promise<void> {
    const held = this.#held.get(feed);
    if (held !== undefined) {
      // Where it cannot be stored now, it has waited long enough.
      this.#held.set(feed, { ...held, since: Number.NEGATIVE_INFINITY });
      await this.#storeOne(held);
    }
  }

  async #storeOne({ move, lease }: Held): Promise<void> {
    try {
      await this.#store(move, lease === null ? [] : [lease]);
    } catch (error) {
      // Whoever has the feed by now went on from what was stored: the move counts no more.
      if (!isLeaseLost(error)) {
        throw error;
      }
    }
    this.#held.delete(move.feed);
  }
}
