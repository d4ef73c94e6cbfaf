import type { ActivityEvent } from "../domain/activity-event.ts";
import type { FeedPage, ReadSpan, ReceivedEvent } from "../domain/feed.ts";
import { MINUTE } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { Sighting } from "../domain/sighting.ts";
import type { Clock, NotificationRouter, TrailChange, TrailReader, TrailWriter } from "../ports.ts";
import { isStill, joinMoves } from "./feed-move.ts";
import type { FeedMove } from "./feed-move.ts";
import { KeyedLock } from "./keyed-lock.ts";
import { knownSinceThinned, SubscriptionState, thinningFeed } from "./subscription-state.ts";
import type { Evaluation } from "./subscription-state.ts";
import { isEmptyDifference } from "./trail-difference.ts";

/** How long a feed's moves that bring nothing new may wait to be stored. */
const QUIET: Duration = MINUTE;
/** How long another process may be ahead: a replica that reads the same feed is caught up with by itself. */
const AHEAD: Duration = 2 * MINUTE;
/** How many rows that could not be understood are remembered as stored. */
const MOST_QUARANTINED = 10_000;

/** What the keeper works with. */
export interface KeeperParts {
  readonly store: TrailWriter & Pick<TrailReader, "coverage">;
  readonly route: NotificationRouter;
  readonly clock: Clock;
  /** Real time: where it is given, long work lets others have their turn in between. */
  readonly wall?: Clock;
  /** Whether an instant lies within working hours; null when nobody configured them. */
  readonly isWorkingTime: ((instant: Instant) => boolean) | null;
  /** Told when something was stored that the outbox may have to deliver. */
  readonly onStored: () => void;
}

/** What is to be stored. */
export interface Content extends Pick<FeedPage, "events" | "sightings" | "quarantined"> {
  /** Where it moves its feed; null when it comes from none. */
  readonly move: FeedMove | null;
}

/** Tells, for what is new of an Azure subscription, whether what follows is worked out at once. */
export type Urgency = (fresh: readonly ReceivedEvent[], azureSubscription: string) => boolean;

const NOTHING: Content = { events: [], sightings: [], quarantined: [], move: null };

/**
 * Keeps the trail in the store true to the events. For each Azure subscription it holds the events
 * correlated. What is stored is one transaction: events, what follows from them, the deliveries to be
 * made, and how far the feed has come. When it fails, what is held of its Azure subscriptions is thrown
 * away, to be restored from the store before the next try. Azure subscriptions do not wait for one
 * another.
 */
export class TrailKeeper {
  readonly #parts: KeeperParts;
  readonly #locks = new KeyedLock();
  readonly #states = new Map<string, SubscriptionState>();
  readonly #held = new Map<string, { readonly move: FeedMove; readonly since: Instant }>();
  readonly #quarantined = new Set<string>();
  /** The store's evidence as far as is known here; null before it was looked at. */
  #evidence: number | null = null;
  #aheadSince: Instant | null = null;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** The Azure subscriptions that are held at the moment. */
  get states(): readonly SubscriptionState[] {
    return [...this.#states.values()];
  }

  /** The feeds whose latest moves have waited long enough to be stored. */
  get waitingFeeds(): readonly string[] {
    const before = this.#parts.clock.now() - QUIET;
    return [...this.#held].flatMap(([feed, { since }]) => (since <= before ? [feed] : []));
  }

  /** Lets go of an Azure subscription, to be restored when it is needed again. */
  async release(azureSubscription: string): Promise<void> {
    await this.#locks.run([azureSubscription], async () => {
      this.#states.delete(azureSubscription);
    });
  }

  /**
   * Whether another process, such as an import, has stored what those held here do not know. Told
   * once: what is held is then to be let go of.
   */
  async isBehind(): Promise<boolean> {
    const { store, clock } = this.#parts;
    const { evidence } = await store.coverage();
    const now = clock.now();
    if (this.#evidence === null || this.#evidence === evidence) {
      this.#evidence = evidence;
      this.#aheadSince = null;
      return false;
    }
    this.#aheadSince ??= now;
    if (now - this.#aheadSince < AHEAD) {
      return false;
    }
    this.#evidence = evidence;
    this.#aheadSince = null;
    return true;
  }

  /**
   * Stores content and what follows from it; a move that brings nothing new is held back a while.
   *
   * @param subscriptions every Azure subscription that the content is about.
   * @returns how many events were new.
   * @throws whatever the store or the router throws; nothing is stored then.
   */
  async store(
    content: Content,
    subscriptions: readonly string[],
    isUrgent: Urgency,
  ): Promise<number> {
    const { move } = content;
    const keys = move === null ? subscriptions : [...subscriptions, feedKey(move.feed)];
    return this.#locks.run(keys, async () =>
      this.#orForget(subscriptions, async () => {
        const events: ReceivedEvent[] = [];
        const sightings: Sighting[] = [];
        const evaluations: Evaluation[] = [];
        for (const one of subscriptions) {
          const state = await this.#stateOf(one);
          const fresh = state.add(
            content.events.filter(({ event }) => event.resource.subscriptionId === one),
          );
          events.push(...fresh);
          sightings.push(
            ...state.see(
              content.sightings.filter(({ resource }) => resource.subscriptionId === one),
            ),
          );
          if (move?.read?.azureSubscription === one) {
            state.read(move.read.span);
          }
          if (isUrgent(fresh, one) && state.isDue) {
            evaluations.push(await this.#evaluate(state));
          }
        }
        const quarantined = content.quarantined.filter(
          ({ digest }) => !this.#quarantined.has(digest),
        );
        await this.#commit({ ...content, events, sightings, quarantined }, evaluations);
        return events.length;
      }),
    );
  }

  /** Works out what follows from what is known of the Azure subscription by now, and stores it. */
  async settle(azureSubscription: string): Promise<void> {
    await this.#locks.run([azureSubscription], async () =>
      this.#orForget([azureSubscription], async () => {
        const state = await this.#stateOf(azureSubscription);
        if (state.isDue) {
          await this.#commit(NOTHING, [await this.#evaluate(state)]);
        }
      }),
    );
  }

  /** Stores the move of the feed that is held back, if there is one. */
  async storeHeld(feed: string): Promise<void> {
    await this.#locks.run([feedKey(feed)], async () => {
      const held = this.#held.get(feed);
      if (held !== undefined) {
        // Where it cannot be stored now, it has waited long enough.
        this.#held.set(feed, { ...held, since: Number.NEGATIVE_INFINITY });
        await this.#parts.store.commit(changeOf({ ...NOTHING, move: held.move }, [], []));
        this.#held.delete(feed);
      }
    });
  }

  /**
   * Throws away what is old, such that what stays still says the same. The Azure subscription is to be
   * settled before.
   *
   * @param before openings that were closed before it may go, with their events.
   * @returns how many events went; null when everything had to stay.
   */
  async thin(azureSubscription: string, before: Instant): Promise<number | null> {
    return this.#locks.run([azureSubscription], async () =>
      this.#orForget([azureSubscription], async () => {
        const { store, isWorkingTime } = this.#parts;
        const state = await this.#stateOf(azureSubscription);
        const events: ActivityEvent[] = [];
        for await (const event of store.events(azureSubscription)) {
          events.push(event);
        }
        const removal = state.planThinning(events, before, isWorkingTime);
        if (removal !== null && removal.events.length + removal.sightings.length > 0) {
          // Said first: "never before" must not be said of a time that is half gone.
          const move = {
            feed: thinningFeed(azureSubscription),
            cursor: String(knownSinceThinned(before)),
            read: null,
          };
          await store.commit(changeOf({ ...NOTHING, move }, [], []));
          await store.thin(removal);
          this.#states.delete(azureSubscription);
        }
        return removal?.events.length ?? null;
      }),
    );
  }

  async #evaluate(state: SubscriptionState): Promise<Evaluation> {
    return state.evaluate(this.#parts.isWorkingTime, this.#parts.wall ?? null);
  }

  async #commit(content: Content, evaluations: readonly Evaluation[]): Promise<void> {
    const { clock, store, route, onStored } = this.#parts;
    const move = content.move === null ? null : await this.#joinedWithHeld(content.move);
    const isNews =
      content.events.length > 0 ||
      content.sightings.length > 0 ||
      content.quarantined.length > 0 ||
      evaluations.some(({ difference }) => !isEmptyDifference(difference));
    if (isNews) {
      const changes = evaluations.flatMap(({ difference }) => difference.changes);
      const deliveries = changes.length === 0 ? [] : await route(changes, clock.now());
      await store.commit(changeOf({ ...content, move }, evaluations, deliveries));
      // What somebody else had stored before is known here too from now on: it counts as well.
      this.#evidence =
        this.#evidence === null
          ? null
          : this.#evidence + content.events.length + content.sightings.length;
      onStored();
    }
    if (move !== null && isNews) {
      this.#held.delete(move.feed);
    } else if (move !== null && !isStill(move)) {
      const since = this.#held.get(move.feed)?.since ?? clock.now();
      this.#held.set(move.feed, { move, since });
    }
    this.#rememberQuarantined(content);
    for (const evaluation of evaluations) {
      this.#states.get(evaluation.azureSubscription)?.accept(evaluation);
    }
  }

  /** The move with the one that is held back; where they cannot be joined, that one is stored first. */
  async #joinedWithHeld(move: FeedMove): Promise<FeedMove> {
    const held = this.#held.get(move.feed);
    const joined = held === undefined ? move : joinMoves(held.move, move);
    if (held === undefined || joined !== null) {
      return joined ?? move;
    }
    await this.#parts.store.commit(changeOf({ ...NOTHING, move: held.move }, [], []));
    this.#held.delete(move.feed);
    return move;
  }

  /** A window that is read again brings the same rows again. */
  #rememberQuarantined({ quarantined }: Content): void {
    if (this.#quarantined.size + quarantined.length > MOST_QUARANTINED) {
      this.#quarantined.clear();
    }
    for (const { digest } of quarantined) {
      this.#quarantined.add(digest);
    }
  }

  async #stateOf(azureSubscription: string): Promise<SubscriptionState> {
    const held = this.#states.get(azureSubscription);
    if (held !== undefined) {
      return held;
    }
    const { store } = this.#parts;
    const { subscriptions } = await store.coverage();
    const stored = subscriptions.find((one) => one.azureSubscription === azureSubscription);
    const state = await SubscriptionState.restore(store, azureSubscription, stored?.spans ?? []);
    for (const span of this.#heldSpans(azureSubscription)) {
      state.read(span);
    }
    this.#states.set(azureSubscription, state);
    return state;
  }

  #heldSpans(azureSubscription: string): readonly ReadSpan[] {
    return [...this.#held.values()].flatMap(({ move: { read } }) =>
      read?.azureSubscription === azureSubscription ? [read.span] : [],
    );
  }

  async #orForget<T>(subscriptions: readonly string[], work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      for (const one of subscriptions) {
        this.#states.delete(one);
      }
      throw error;
    }
  }
}

function changeOf(
  content: Content,
  evaluations: readonly Evaluation[],
  deliveries: TrailChange["deliveries"],
): TrailChange {
  const differences = evaluations.map(({ difference }) => difference);
  return {
    feed: content.move?.feed ?? null,
    events: content.events,
    sightings: content.sightings,
    quarantined: content.quarantined,
    cursor: content.move?.cursor ?? null,
    read: content.move?.read ?? null,
    openings: differences.flatMap(({ changes }) => changes.map(({ after }) => after)),
    goneOpenings: differences.flatMap(({ goneOpenings }) => goneOpenings),
    requests: differences.flatMap(({ requests }) => requests),
    goneRequests: differences.flatMap(({ goneRequests }) => goneRequests),
    guards: evaluations.flatMap(({ azureSubscription, difference: { guards } }) =>
      guards === null ? [] : [{ azureSubscription, guards }],
    ),
    deliveries,
    leases: [],
  };
}

/** Feeds and Azure subscriptions are locked side by side. */
function feedKey(feed: string): string {
  return `feed ${feed}`;
}
