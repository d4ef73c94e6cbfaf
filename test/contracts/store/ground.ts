import { onTestFinished } from "vitest";
import type { Instant } from "../../../src/domain/instant.ts";
import type { Clock, Store } from "../../../src/ports.ts";

/** A clock that stands still until a test moves it. Its sleeps are short, so that others get their turn. */
export class StandingClock implements Clock {
  #now: Instant;

  constructor(now: Instant = 1_000_000) {
    this.#now = now;
  }

  now(): Instant {
    return this.#now;
  }

  set(now: Instant): void {
    this.#now = now;
  }

  async sleep(): Promise<void> {
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
  }
}

/** One new, empty database. */
export interface Place {
  readonly clock: StandingClock;
  /** Opens a store on it; where the place is shared, each call gives another one on the same database. */
  open(): Promise<Store>;
  /** Runs SQL beside the store. */
  sql(text: string): Promise<void>;
  /** Removes the database; its stores are closed by then. */
  remove(): Promise<void>;
}

/** A kind of database that the contract runs on. */
export interface Ground {
  readonly name: string;
  /** Whether several stores can be opened on one database, and what they wrote outlives them. */
  readonly shared: boolean;
  /** The database's words for a trigger that makes every insert into a table fail, and for its end. */
  failing(table: string): { readonly plant: readonly string[]; readonly pull: readonly string[] };
  fresh(): Promise<Place>;
}

/** A place for one test, whose stores and database go when the test ends. */
export async function placeOf(ground: Ground): Promise<Place> {
  const place = await ground.fresh();
  const stores: Store[] = [];
  onTestFinished(async () => {
    for (const store of stores) {
      await store.close();
    }
    await place.remove();
  });
  return {
    clock: place.clock,
    sql: (text) => place.sql(text),
    remove: () => place.remove(),
    open: async () => {
      const store = await place.open();
      stores.push(store);
      return store;
    },
  };
}

/** A store of its own for one test. */
export async function storeOn(
  ground: Ground,
): Promise<{ readonly store: Store; readonly clock: StandingClock }> {
  const place = await placeOf(ground);
  return { store: await place.open(), clock: place.clock };
}
