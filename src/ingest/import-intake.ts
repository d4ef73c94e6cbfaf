import type { FeedPage, ReadSpan } from "../domain/feed.ts";
import { importFeed, readReach, writeReach } from "../domain/imported-reach.ts";
import { SECOND } from "../domain/instant.ts";
import { feedLease, subscriptionLease } from "../domain/lease-name.ts";
import { withSpan } from "../domain/read-span.ts";
import type { Clock, TrailWriter } from "../ports.ts";
import type { Conclusions } from "./conclusions.ts";
import { subscriptionsOf } from "./content.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import type { TrailKeeper } from "./trail-keeper.ts";

/** A part of an export. */
export interface ImportedPart extends Pick<FeedPage, "events" | "quarantined"> {
  /** With the last part of an export: from its first row to its last, relevant or not. */
  readonly reached?: ReadSpan | null;
}

/** What exports are taken in with, from outside. */
interface ImportParts {
  readonly store: Pick<TrailWriter, "cursor">;
  readonly leases: LeaseKeeper | null;
  readonly clock: Clock;
  readonly wall?: Clock;
  /** Told of what a person should know, one line each. */
  readonly onProblem: (problem: string) => void;
}

/** What of the ingest an import shares. */
interface SharedParts {
  readonly keeper: TrailKeeper;
  /** null where no other program uses the store. */
  readonly conclusions: Conclusions | null;
  /** Works out what follows from what came of an Azure subscription. */
  readonly settle: (azureSubscription: string) => Promise<void>;
}

/** Takes exports into the store, beside feeds of the same program or of another. */
export class ImportIntake {
  readonly #parts: ImportParts;
  readonly #keeper: TrailKeeper;
  readonly #conclusions: Conclusions | null;
  readonly #settle: SharedParts["settle"];

  constructor(parts: ImportParts, { keeper, conclusions, settle }: SharedParts) {
    this.#parts = parts;
    this.#keeper = keeper;
    this.#conclusions = conclusions;
    this.#settle = settle;
  }

  /**
   * Stores what exports hold, how far they reached, and when they have ended what follows from it. Each
   * part is tried once.
   *
   * @returns how many events were new.
   * @throws DoorbellError when the store fails: the parts before stay, and may be imported again.
   */
  async importAll(parts: AsyncIterable<ImportedPart>): Promise<number> {
    let added = 0;
    const touched = new Set<string>();
    const ofExport = new Set<string>();
    for await (const { events, quarantined, reached = null } of parts) {
      const subscriptions = subscriptionsOf(events, []);
      const content = { events, quarantined, sightings: [], move: null };
      await this.#holdForImport(subscriptions.filter((one) => !touched.has(one)));
      added += await this.#keeper.store(content, subscriptions, () => false);
      for (const one of subscriptions) {
        touched.add(one);
        ofExport.add(one);
      }
      if (reached !== null) {
        for (const one of ofExport) {
          await this.#keepReach(one, reached);
        }
        ofExport.clear();
      }
    }
    for (const one of touched) {
      await this.#seeConcluded(one);
    }
    return added;
  }

  async #keepReach(azureSubscription: string, reached: ReadSpan): Promise<void> {
    const { store, leases, wall, clock } = this.#parts;
    const feed = importFeed(azureSubscription);
    // Not that of the Azure subscription, which a program that serves may hold; imports that run side by
    // side take turns.
    const lease = feedLease(feed, null);
    while ((await leases?.take(lease)) === null) {
      await (wall ?? clock).sleep(SECOND);
    }
    try {
      const cursor = writeReach(withSpan(readReach(await store.cursor(feed)), reached));
      const move = { feed, lease, cursor, read: null };
      await this.#keeper.store(
        { events: [], sightings: [], quarantined: [], move },
        [],
        () => false,
      );
      await this.#keeper.storeHeld(feed);
    } finally {
      await leases?.give(lease);
    }
    // To be restored with what the store says now.
    await this.#keeper.release(azureSubscription);
  }

  /** Holds an Azure subscription from its first row to its last, where nobody else does. */
  async #holdForImport(subscriptions: readonly string[]): Promise<void> {
    for (const one of subscriptions) {
      await this.#parts.leases?.take(subscriptionLease(one));
    }
  }

  async #seeConcluded(azureSubscription: string): Promise<void> {
    if (this.#conclusions === null) {
      await this.#settle(azureSubscription);
    } else if (!(await this.#conclusions.see(azureSubscription))) {
      this.#parts.onProblem(
        `Azure subscription ${azureSubscription} has what was imported, but the Doorbell that serves it is slow to draw conclusions: it will.`,
      );
    }
    await this.#keeper.release(azureSubscription);
    await this.#parts.leases?.give(subscriptionLease(azureSubscription));
  }
}
