import type { ActivityEvent } from "../domain/activity-event.ts";
import type { ReceivedEvent } from "../domain/feed.ts";
import { MINUTE } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { Sighting } from "../domain/sighting.ts";
import { subscriptionLease } from "../domain/lease-name.ts";
import { leaseLost } from "../errors.ts";
import type { Clock, Lease, NotificationRouter, TrailReader, TrailWriter } from "../ports.ts";
import type { FeedMove } from "./feed-move.ts";
import { changeOf, NOTHING } from "./content.ts";
import type { Content } from "./content.ts";
import { HeldMoves } from "./held-moves.ts";
import { HeldStates } from "./held-states.ts";
import type { Held } from "./held-states.ts";
import { KeyedLock } from "./keyed-lock.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import { knownSinceThinned, thinningFeed } from "./subscription-state.ts";
import type { Evaluation, SubscriptionState } from "./subscription-state.ts";
import { isEmptyDifference } from "./trail-difference.ts";

/** How long another process may be ahead: a replica that reads the same feed is caught up with by itself. */
const AHEAD: Duration = 2 * MINUTE;
/** How many events are in memory at a time, where no one Azure subscription has more: some 0.6 GiB. */
const MOST_EVENTS = 250_000;
/** How many rows that could not be understood are remembered as stored. */
const MOST_QUARANTINED = 10_000;

/** What the keeper works with. */
export interface KeeperParts {
  readonly store: TrailWriter & Pick<TrailReader, "coverage">;
  readonly route: NotificationRouter;
  /** What this replica may do; null where no other program uses the store. */
  readonly leases: LeaseKeeper | null;
  readonly clock: Clock;
  /** Real time: where it is given, long work lets others have their turn in between. */
  readonly wall?: Clock;
  /** Whether an instant lies within working hours; null when nobody configured them. */
  readonly isWorkingTime: ((instant: Instant) => boolean) | null;
  /** How many events are held in memory; 250,000 when left out. */
  readonly mostEvents?: number;
  /** Told when something was stored that the outbox may have to deliver. */
  readonly onStored: () => void;
}

/** Tells, for what is new of an Azure subscription, whether what follows is worked out at once. */
export type Urgency = (fresh: readonly ReceivedEvent[], azureSubscription: string) => boolean;

/**
 * Keeps the trail in the store true to the events. For each Azure subscription it holds the events
 * correlated. What is stored is one transaction: events, what follows from them, the deliveries to be
 * made, and how far the feed has come. Azure subscriptions that are quiet rest in the store, where many
 * have many events. When it fails, what is held of its Azure subscriptions is thrown
 * away, to be restored from the store before the next try. Azure subscriptions do not wait for one
 * another.
 *
 * Among replicas, conclusions are drawn under the lease of the Azure subscription alone: whoever reads
 * something about another one stores it, which is news to the holder of its lease.
 */
export class TrailKeeper {
  readonly #parts: KeeperParts;
  readonly #locks = new KeyedLock();
  readonly #states: HeldStates;
  readonly #moves: HeldMoves;
  readonly #quarantined = new Set<string>();
  /** The store's evidence as far as is known here; null before it was looked at. */
  #evidence: number | null = null;
  #aheadSince: Instant | null = null;

  /** @param isRead whether a feed reads the log of an Azure subscription. */
  constructor(parts: KeeperParts, isRead: (azureSubscription: string) => boolean) {
    this.#parts = parts;
    this.#moves = new HeldMoves(async (move, leases) => {
      await parts.store.commit(changeOf({ ...NOTHING, move }, [], [], leases));
    });
    const { store, leases, wall = null, mostEvents = MOST_EVENTS } = parts;
    this.#states = new HeldStates({ store, leases, moves: this.#moves, wall, isRead, mostEvents });
  }

  /** The Azure subscriptions that are looked after at the moment. */
  get states(): readonly Held[] {
    return this.#states.all;
  }

  /** Whether time alone may have changed what is said of it. */
  isOverdue(azureSubscription: string): boolean {
    return this.#states.find(azureSubscription)?.review.isOverdue ?? false;
  }

  /** The feeds whose latest moves have waited long enough to be stored. */
  get waitingFeeds(): readonly string[] {
    return this.#moves.waiting(this.#parts.clock.now());
  }

  /** Lets go of an Azure subscription, to be restored when it is needed again. */
  async release(azureSubscription: string): Promise<void> {
    await this.#locks.run([azureSubscription], async () => {
      this.#states.forget(azureSubscription);
    });
  }

  /**
   * Whether another process has stored what those held here do not know, and tells nobody, because it is
   * of a version that knows no leases, or because there are none. Told once: what is held is then to be let
   * go of.
   */
  async isBehind(): Promise<boolean> {
    const { store, clock, leases } = this.#parts;
    const coverage = await store.coverage();
    const evidence = leases === null ? coverage.evidence : coverage.unleased;
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
    return this.#exclusively(keys, async () =>
      this.#orForget(subscriptions, async () => {
        const leases = this.#leasesOf(subscriptions, move);
        const events: ReceivedEvent[] = [];
        const sightings: Sighting[] = [];
        const evaluations: Evaluation[] = [];
        for (const one of subscriptions) {
          const received = content.events.filter(
            ({ event }) => event.resource.subscriptionId === one,
          );
          const seen = content.sightings.filter(({ resource }) => resource.subscriptionId === one);
          const lease = leaseOf(one, leases);
          const mayConclude = lease !== null || this.#parts.leases === null;
          if (!mayConclude && move !== null) {
            events.push(...received);
            sightings.push(...seen);
            continue;
          }
          if (
            move !== null &&
            seen.length === 0 &&
            this.#canRest(one, lease, received, move, isUrgent)
          ) {
            events.push(...received);
            continue;
          }
          const state = await this.#states.take(one, lease);
          const fresh = state.add(received);
          events.push(...fresh);
          sightings.push(...state.see(seen));
          if (move?.read?.azureSubscription === one) {
            state.review.read(move.read.span);
          }
          if (mayConclude && isUrgent(fresh, one) && state.review.isDue) {
            evaluations.push(await this.#evaluate(state));
          }
        }
        const quarantined = content.quarantined.filter(
          ({ digest }) => !this.#quarantined.has(digest),
        );
        const stored = { ...content, events, sightings, quarantined };
        await this.#commit(stored, evaluations, leases);
        return events.length;
      }),
    );
  }

  /**
   * Works out what follows from what is known of the Azure subscription by now, and stores it; nothing
   * where another replica does.
   *
   * @param news what is held of it must have been restored behind so many news of its lease.
   * @returns behind how many it was restored; null when another replica does it.
   */
  async settle(azureSubscription: string, news = 0): Promise<number | null> {
    return this.#exclusively([azureSubscription], async () =>
      this.#orForget([azureSubscription], async () => {
        const [lease = null] = this.#leasesOf([azureSubscription], null);
        if (lease === null && this.#parts.leases !== null) {
          this.#states.forget(azureSubscription);
          return null;
        }
        const held = this.#states.under(azureSubscription, lease?.fence ?? null);
        if (held !== undefined && held.news >= news && !held.review.isDue) {
          return held.news;
        }
        if (held !== undefined && held.news < news) {
          this.#states.forget(azureSubscription);
        }
        const state = await this.#states.take(azureSubscription, lease);
        if (state.review.isDue) {
          await this.#commit(NOTHING, [await this.#evaluate(state)], lease === null ? [] : [lease]);
        }
        return this.#states.find(azureSubscription)?.news ?? null;
      }),
    );
  }

  /** Stores the move of the feed that is held back, if there is one. */
  async storeHeld(feed: string): Promise<void> {
    await this.#locks.run([feedKey(feed)], async () => {
      await this.#moves.storeHeld(feed);
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
    return this.#exclusively([azureSubscription], async () =>
      this.#orForget([azureSubscription], async () => {
        const { store, isWorkingTime } = this.#parts;
        const leases = this.#leasesOf([azureSubscription], null);
        if (leases.length === 0 && this.#parts.leases !== null) {
          throw leaseLost(subscriptionLease(azureSubscription));
        }
        const state = await this.#states.take(azureSubscription, leases[0] ?? null);
        const events: ActivityEvent[] = [];
        for await (const event of store.events(azureSubscription)) {
          events.push(event);
        }
        const removal = state.planThinning(events, before, isWorkingTime);
        if (removal !== null && removal.events.length + removal.sightings.length > 0) {
          // Said first: "never before" must not be said of a time that is half gone.
          const move = {
            feed: thinningFeed(azureSubscription),
            lease: subscriptionLease(azureSubscription),
            cursor: String(knownSinceThinned(before)),
            read: null,
          };
          await store.commit(changeOf({ ...NOTHING, move }, [], [], leases));
          await store.thin(removal, leases);
          this.#states.forget(azureSubscription);
        }
        return removal?.events.length ?? null;
      }),
    );
  }

  async #evaluate(state: SubscriptionState): Promise<Evaluation> {
    return state.evaluate(this.#parts.isWorkingTime, this.#parts.wall ?? null);
  }

  async #commit(
    content: Content,
    evaluations: readonly Evaluation[],
    leases: readonly Lease[],
  ): Promise<void> {
    const { clock, store, route, onStored } = this.#parts;
    const lease = leases.find(({ name }) => name === content.move?.lease) ?? null;
    const move = content.move === null ? null : await this.#moves.joined(content.move, lease);
    const isNews =
      content.events.length > 0 ||
      content.sightings.length > 0 ||
      content.quarantined.length > 0 ||
      evaluations.some(({ difference }) => !isEmptyDifference(difference));
    if (isNews) {
      const changes = evaluations.flatMap(({ difference }) => difference.changes);
      const deliveries = changes.length === 0 ? [] : await route(changes, clock.now());
      await store.commit(changeOf({ ...content, move }, evaluations, deliveries, leases));
      // What somebody else had stored before is known here too from now on: it counts as well.
      this.#evidence =
        this.#evidence === null || this.#parts.leases !== null
          ? this.#evidence
          : this.#evidence + content.events.length + content.sightings.length;
      onStored();
    }
    if (move !== null && isNews) {
      this.#moves.forget(move.feed);
    } else if (move !== null) {
      this.#moves.hold(move, lease, clock.now());
    }
    this.#rememberQuarantined(content);
    for (const evaluation of evaluations) {
      this.#states.find(evaluation.azureSubscription)?.state?.accept(evaluation);
    }
  }

  /** What is stored about these Azure subscriptions, and of the feed that is moved, is stored under. */
  #leasesOf(subscriptions: readonly string[], move: FeedMove | null): readonly Lease[] {
    const { leases } = this.#parts;
    if (leases === null) {
      return [];
    }
    const held = subscriptions.flatMap((one) => leases.lease(subscriptionLease(one)) ?? []);
    if (move === null || held.some(({ name }) => name === move.lease)) {
      return held;
    }
    const lease = leases.lease(move.lease);
    if (lease === null) {
      throw leaseLost(move.lease);
    }
    return [...held, lease];
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

  /**
   * Whether what is new of an Azure subscription that rests can go to the store without it: nothing follows
   * from it at once.
   */
  #canRest(
    azureSubscription: string,
    lease: Lease | null,
    received: readonly ReceivedEvent[],
    move: FeedMove,
    isUrgent: Urgency,
  ): boolean {
    const held = this.#states.under(azureSubscription, lease?.fence ?? null);
    if (held === undefined || held.state !== null) {
      return false;
    }
    if (move.read?.azureSubscription === azureSubscription) {
      held.review.read(move.read.span);
    }
    for (const { event } of received) {
      held.review.knows(event.at);
      held.review.unsettle();
    }
    if (isUrgent(received, azureSubscription) && held.review.isDue) {
      return false;
    }
    if (received.length > 0) {
      // Some of it may be in the store already: how much is added is not known here.
      this.#evidence = null;
      this.#states.grow(held, received.length);
    }
    return true;
  }

  /** Alone with what is named; afterwards there is room for others. */
  async #exclusively<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    try {
      return await this.#locks.run(keys, work);
    } finally {
      this.#states.rest((one) => this.#locks.isBusy(one));
    }
  }

  async #orForget<T>(subscriptions: readonly string[], work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      for (const one of subscriptions) {
        this.#states.forget(one);
      }
      throw error;
    }
  }
}

function leaseOf(azureSubscription: string, leases: readonly Lease[]): Lease | null {
  return leases.find(({ name }) => name === subscriptionLease(azureSubscription)) ?? null;
}

/** Feeds and Azure subscriptions are locked side by side. */
function feedKey(feed: string): string {
  return `feed ${feed}`;
}
