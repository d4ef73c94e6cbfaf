import type { FeedHealth, FeedPage, ReceivedEvent } from "../domain/feed.ts";
import { DAY } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import { feedLease, subscriptionLease } from "../domain/lease-name.ts";
import { isLeaseLost } from "../errors.ts";
import type { ActivitySource, RandomSource } from "../ports.ts";
import { Conclusions } from "./conclusions.ts";
import { subscriptionsOf } from "./content.ts";
import { moveOf } from "./feed-move.ts";
import { ImportIntake } from "./import-intake.ts";
import type { ImportedPart } from "./import-intake.ts";
import { persevere } from "./perseverance.ts";
import type { Persevered } from "./perseverance.ts";
import { PostponedConclusions } from "./postponed-conclusions.ts";
import { TrailKeeper } from "./trail-keeper.ts";
import type { KeeperParts } from "./trail-keeper.ts";

/** Older rows are history: working out what follows from them can wait for the next tick. */
const OLD_NEWS: Duration = DAY;

/** What the ingest works with. */
export interface IngestParts extends KeeperParts {
  readonly random: RandomSource;
  /** Told of what a person should know, one line each. */
  readonly onProblem: (problem: string) => void;
}

/** How the following of a feed ended. */
export type FeedEnd =
  /** It has no more pages. */
  | { readonly kind: "ended" }
  | { readonly kind: "aborted" }
  /** What no retry can mend. */
  | { readonly kind: "failed"; readonly error: unknown };

/** How the ingest is doing, for `status` and the health page. */
export interface IngestHealth {
  readonly feeds: readonly FeedHealth[];
  readonly subscriptions: readonly {
    readonly azureSubscription: string;
    readonly events: number;
    /** Up to when its log can be known; null when nothing is. */
    readonly knownUntil: Instant | null;
  }[];
}

/**
 * Takes what feeds and exports bring into the store, and keeps the trail there true as time goes on. Among
 * replicas it reads, and concludes, what it holds the leases of.
 */
export class IngestService {
  readonly #parts: IngestParts;
  readonly #keeper: TrailKeeper;
  /** null where no other program uses the store. */
  readonly #conclusions: Conclusions | null;
  readonly #imports: ImportIntake;
  readonly #sources = new Map<string, ActivitySource>();
  /** What cannot be stored at the moment, by feed or Azure subscription. */
  readonly #problems = new Map<string, string>();
  /** Why feeds have stopped for good. */
  readonly #stopped = new Map<string, string>();
  /** Azure subscriptions that feeds bring events of. */
  readonly #followed = new Set<string>();
  /** Up to when Azure subscriptions were thinned by this program. */
  readonly #thinned = new Map<string, Instant>();
  readonly #postponed: PostponedConclusions;

  constructor(parts: IngestParts) {
    this.#parts = parts;
    this.#keeper = new TrailKeeper(parts, (id) => this.#followed.has(id));
    const { leases, wall, clock } = parts;
    this.#postponed = new PostponedConclusions(this.#wallNow());
    this.#conclusions =
      leases === null ? null : new Conclusions(this.#keeper, leases, wall ?? clock);
    this.#imports = new ImportIntake(parts, {
      keeper: this.#keeper,
      conclusions: this.#conclusions,
      settle: async (azureSubscription) => this.#settle(azureSubscription),
    });
  }

  /**
   * Stores the pages of a feed until it ends or the signal aborts; each is tried until it is stored. While
   * another replica has its lease, it waits. Never throws: a feed that fails for good does not end the
   * others.
   */
  async follow(source: ActivitySource, signal: AbortSignal): Promise<FeedEnd> {
    const { feed, azureSubscription } = source;
    const { leases } = this.#parts;
    this.#sources.set(feed, source);
    if (azureSubscription !== null) {
      this.#followed.add(azureSubscription);
    }
    if (leases === null) {
      return this.#read(source, signal);
    }
    const name = feedLease(feed, azureSubscription);
    leases.want(name);
    for (;;) {
      const term = await leases.term(name, signal);
      if (term === null) {
        return { kind: "aborted" };
      }
      const end = await this.#read(source, AbortSignal.any([signal, term.over]));
      if (end.kind !== "aborted" || signal.aborted) {
        return end;
      }
    }
  }

  async #read(source: ActivitySource, signal: AbortSignal): Promise<FeedEnd> {
    const { feed } = source;
    try {
      const cursor = await this.#persist(feed, signal, async () => this.#parts.store.cursor(feed));
      if (cursor.done) {
        const lease = this.#parts.leases?.lease(feedLease(feed, source.azureSubscription));
        const pages = source.pages(cursor.value, signal, lease?.fence);
        try {
          for (let isMore = true; isMore;) {
            isMore = await this.#takeNext(pages, source, signal);
          }
        } finally {
          await pages.return();
        }
      }
    } catch (error) {
      const problem = `The feed ${feed} has stopped: ${textOf(error)}`;
      this.#stopped.set(feed, problem);
      this.#parts.onProblem(problem);
      return { kind: "failed", error };
    }
    await this.#attempt(feed, async () => this.#keeper.storeHeld(feed));
    if (signal.aborted) {
      return { kind: "aborted" };
    }
    const { azureSubscription: one } = source;
    await (one === null ? this.tick() : this.#attempt(one, async () => this.#settle(one)));
    return { kind: "ended" };
  }

  /**
   * A function of its own, because one that waits for the next page would go on holding the one before: of
   * many feeds that is much.
   *
   * @returns whether there may be more.
   */
  async #takeNext(
    pages: ReturnType<ActivitySource["pages"]>,
    source: ActivitySource,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { done, value: page } = await pages.next();
    if (done === true) {
      return false;
    }
    const taken = await this.#persist(source.feed, signal, async () => this.#take(page, source));
    return taken.done;
  }

  /** As `ImportIntake.importAll`. */
  async importAll(parts: AsyncIterable<ImportedPart>): Promise<number> {
    return this.#imports.importAll(parts);
  }

  /**
   * Works out what the passing of time changes and what follows from history that came, and stores moves
   * of feeds that brought nothing new. What fails is told, and tried again by the next tick.
   */
  async tick(): Promise<void> {
    await this.#attempt("store", async () => this.#heedOthers());
    for (const feed of this.#keeper.waitingFeeds) {
      await this.#attempt(feed, async () => this.#keeper.storeHeld(feed));
    }
    for (const one of this.#followed) {
      if (!this.#postponed.has(one) || this.#keeper.isOverdue(one)) {
        await this.#attempt(one, async () => this.#settle(one));
      }
    }
    await this.#settlePostponed();
  }

  async #settlePostponed(): Promise<void> {
    this.#postponed.begin(this.#wallNow());
    for (const one of this.#postponed.all) {
      if (this.#postponed.mayGoOn) {
        await this.#attempt(one, async () => this.#settle(one));
        this.#postponed.worked(this.#wallNow());
      }
    }
  }

  /** Without real time nothing takes any. */
  #wallNow(): Instant {
    return this.#parts.wall?.now() ?? 0;
  }

  /**
   * Ticks until the signal aborts. The first tick looks at every Azure subscription of the store: an
   * import may have been cut off, or an older version may have concluded otherwise.
   */
  async keepTime(interval: Duration, signal: AbortSignal): Promise<void> {
    const stored = await this.#persist("store", signal, async () =>
      this.#parts.store.azureSubscriptions(),
    );
    for (const one of stored.done ? stored.value : []) {
      this.#postponed.add(one, 0);
    }
    await Promise.all([
      this.#conclusions?.keepUp(
        async (what, work) => this.#attempt(what, work),
        (one) => {
          this.#postponed.add(one, 0);
        },
        signal,
      ),
      this.#tickAt(interval, signal),
    ]);
  }

  async #tickAt(interval: Duration, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.tick();
      await this.#parts.clock.sleep(interval, signal);
    }
  }

  /**
   * Throws away openings that were closed before an instant, and the events that nothing else rests on.
   * Where what is kept would say something else without them, that Azure subscription keeps everything,
   * which is told. "For the first time" is judged from then on by what came after. It takes a while, so
   * an Azure subscription that was thinned less than a day ago is passed over. Never throws.
   *
   * @returns how many events went.
   */
  async thin(before: Instant): Promise<number> {
    let gone = 0;
    await this.#attempt("thinning", async () => {
      for (const one of await this.#parts.store.azureSubscriptions()) {
        if (before - (this.#thinned.get(one) ?? Number.NEGATIVE_INFINITY) >= DAY) {
          const thin = async (): Promise<void> => {
            gone += await this.#thinOne(one, before);
          };
          // Whoever holds it thins it.
          await (this.#conclusions?.under(one, thin) ?? thin());
        }
      }
    });
    return gone;
  }

  async #thinOne(azureSubscription: string, before: Instant): Promise<number> {
    await this.#keeper.settle(azureSubscription);
    const removed = await this.#keeper.thin(azureSubscription, before);
    this.#thinned.set(azureSubscription, before);
    if (removed === null) {
      this.#parts.onProblem(
        `Azure subscription ${azureSubscription} keeps its old events: what is to stay would say something else without them.`,
      );
    }
    await this.#settle(azureSubscription);
    return removed ?? 0;
  }

  health(): IngestHealth {
    return {
      feeds: [...this.#sources.values()].map((source) => this.#feedHealth(source)),
      subscriptions: this.#keeper.states.map(({ azureSubscription, events, review }) => ({
        azureSubscription,
        events,
        knownUntil: Number.isFinite(review.knownUntil) ? review.knownUntil : null,
      })),
    };
  }

  #feedHealth(source: ActivitySource): FeedHealth {
    const health = source.health();
    const holder = this.#parts.leases?.holder(feedLease(source.feed, source.azureSubscription));
    if (typeof holder === "string") {
      const quiet = { lastSuccess: null, problem: null, progress: null };
      return { ...health, ...quiet, state: "waiting", heldBy: holder };
    }
    const stopped = this.#stopped.get(source.feed);
    if (stopped !== undefined) {
      return { ...health, state: "stopped", problem: stopped };
    }
    const problem = this.#problems.get(source.feed);
    return problem === undefined ? health : { ...health, state: "failing", problem };
  }

  async #take(page: FeedPage, source: ActivitySource): Promise<void> {
    const { events, sightings, quarantined } = page;
    const subscriptions = new Set(subscriptionsOf(events, sightings));
    for (const one of subscriptions) {
      this.#followed.add(one);
      this.#parts.leases?.want(subscriptionLease(one));
    }
    if (source.azureSubscription !== null) {
      subscriptions.add(source.azureSubscription);
    }
    const content = { events, sightings, quarantined, move: moveOf(page, source) };
    await this.#keeper.store(content, [...subscriptions], (fresh, one) => {
      const isUrgent = this.#isUrgent(page, fresh, one);
      if (isUrgent) {
        this.#postponed.done(one);
      } else {
        this.#postponed.add(one, fresh.length);
      }
      return isUrgent;
    });
  }

  /** What another process has stored changes what follows from what this one stores. */
  async #heedOthers(): Promise<void> {
    if (await this.#keeper.isBehind()) {
      for (const { azureSubscription } of this.#keeper.states) {
        await this.#keeper.release(azureSubscription);
        this.#postponed.add(azureSubscription, 0);
      }
    }
  }

  /** History comes in many pages: correlating after each of them would delay what is new. */
  #isUrgent(page: FeedPage, fresh: readonly ReceivedEvent[], subscription: string): boolean {
    const recent = this.#parts.clock.now() - OLD_NEWS;
    return (
      page.sightings.length > 0 ||
      fresh.some(({ event }) => event.at >= recent) ||
      (fresh.length === 0 && !this.#postponed.has(subscription))
    );
  }

  /** An Azure subscription of which no feed brings events is not held for longer than it takes. */
  async #settle(azureSubscription: string): Promise<void> {
    if (this.#conclusions === null || this.#followed.has(azureSubscription)) {
      await this.#keeper.settle(azureSubscription);
    } else {
      await this.#conclusions.draw(azureSubscription);
    }
    this.#postponed.done(azureSubscription);
    if (!this.#followed.has(azureSubscription)) {
      await this.#keeper.release(azureSubscription);
    }
  }

  async #persist<T>(
    what: string,
    signal: AbortSignal,
    work: () => Promise<T>,
  ): Promise<Persevered<T>> {
    return persevere(work, this.#parts, signal, (error) => {
      this.#tellFailure(what, error);
    });
  }

  /** Tries once; the next tick tries again. */
  async #attempt(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#tellFailure(what, null);
    } catch (error) {
      this.#tellFailure(what, error);
    }
  }

  #tellFailure(what: string, error: unknown): void {
    if (isLeaseLost(error)) {
      // Nobody must act: whoever has it goes on.
      this.#parts.leases?.hurry();
      return;
    }
    this.#tell(
      what,
      error === null ? null : `What came of ${what} cannot be stored: ${textOf(error)}`,
    );
  }

  /** A problem is told when it begins or becomes another, not with every try. */
  #tell(what: string, problem: string | null): void {
    if (problem === null) {
      this.#problems.delete(what);
    } else if (this.#problems.get(what) !== problem) {
      this.#problems.set(what, problem);
      this.#parts.onProblem(problem);
    }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
