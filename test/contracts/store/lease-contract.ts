import { describe, expect, test } from "vitest";
import { importFeed } from "../../../src/domain/imported-reach.ts";
import { subscriptionLease } from "../../../src/domain/lease-name.ts";
import type { LeaseState, Store } from "../../../src/ports.ts";
import { opening } from "../../ask/trail-builder.ts";
import { all, AZURE, change, channel, event, notification, received, sighting } from "./changes.ts";
import { placeOf, storeOn } from "./ground.ts";
import type { Ground } from "./ground.ts";
import { claimAt } from "./outbox-contract.ts";

const LIFE = 30_000;
const NAME = subscriptionLease(AZURE);

/** What replicas agree on through the store. */
export function leaseContract(ground: Ground): void {
  describe("leases", () => {
    test("A lease that nobody holds is taken, and another replica does not get it.", async () => {
      const { store } = await storeOn(ground);
      await store.keepAlive("a", 1, LIFE);
      await store.keepAlive("b", 1, LIFE);
      expect(await store.takeLeases("a", ["x", "y"])).toEqual([
        { name: "x", owner: "a", fence: 1 },
        { name: "y", owner: "a", fence: 1 },
      ]);
      expect(await store.takeLeases("b", ["y", "z"])).toEqual([
        { name: "z", owner: "b", fence: 1 },
      ]);
      expect(await store.keepAlive("b", 3, LIFE)).toEqual({
        replicas: [
          { owner: "a", wants: 1 },
          { owner: "b", wants: 3 },
        ],
        leases: [state("x", "a", 1), state("y", "a", 1), state("z", "b", 1)],
      });
    });

    test("What is given back, or left, is free at once; what was lost cannot be given back.", async () => {
      const { store } = await storeOn(ground);
      await store.keepAlive("a", 1, LIFE);
      await store.keepAlive("b", 1, LIFE);
      const [x, y] = await store.takeLeases("a", ["x", "y"]);
      await store.giveLeases(x === undefined ? [] : [x]);
      expect(await store.takeLeases("b", ["x", "y"])).toEqual([
        { name: "x", owner: "b", fence: 2 },
      ]);
      await store.giveLeases(x === undefined ? [] : [x]);
      expect(await store.takeLeases("a", ["x"])).toEqual([]);
      await store.leave("a");
      expect(await store.takeLeases("b", ["y"])).toEqual([{ name: "y", owner: "b", fence: 2 }]);
      const { replicas, leases } = await store.keepAlive("b", 1, LIFE);
      expect(replicas).toEqual([{ owner: "b", wants: 1 }]);
      expect(leases).toEqual([state("x", "b", 2), state("y", "b", 2)]);
      expect(y?.fence).toBe(1);
    });

    test("A replica that nobody has heard of for long is dead: its leases may be taken.", async () => {
      const { store } = await storeOn(ground);
      await store.keepAlive("a", 1, -1);
      await store.takeLeases("a", ["x"]);
      await store.keepAlive("b", 1, LIFE);
      expect((await store.keepAlive("b", 1, LIFE)).leases).toEqual([state("x", null, 1)]);
      expect(await store.takeLeases("b", ["x"])).toEqual([{ name: "x", owner: "b", fence: 2 }]);
    });

    test("A replica that says that it lives for longer than anybody does, as after the clock was set back, is dead.", async () => {
      const { store } = await storeOn(ground);
      await store.keepAlive("a", 1, 3_600_000);
      await store.takeLeases("a", ["x"]);
      await store.keepAlive("b", 1, LIFE);
      expect(await store.takeLeases("b", ["x"])).toMatchObject([{ fence: 2 }]);
    });

    test("Whoever lost the lease can store nothing under it, and thin nothing; whoever holds it can.", async () => {
      const { store } = await storeOn(ground);
      await store.keepAlive("a", 1, -1);
      const old = await store.takeLeases("a", [NAME]);
      await store.commit(change({ events: [received(event("e-1"))], leases: old }));
      await store.keepAlive("b", 1, LIFE);
      const leases = await store.takeLeases("b", [NAME]);
      const late = change({
        feed: "feed",
        cursor: "late",
        events: [received(event("e-2"))],
        openings: [opening({ id: "o-1" })],
      });
      await expect(store.commit({ ...late, leases: old })).rejects.toMatchObject({
        code: "lease-lost",
      });
      const removal = { events: ["e-1"], sightings: [], openings: [], requests: [] };
      await expect(store.thin(removal, old)).rejects.toMatchObject({ code: "lease-lost" });
      expect(await store.cursor("feed")).toBeNull();
      expect(await eventsOf(store)).toEqual(["e-1"]);
      await store.commit({ ...late, leases });
      await store.thin(removal, leases);
      expect(await eventsOf(store)).toEqual(["e-2"]);
    });

    test("Under several leases a change is refused when one of them is lost.", async () => {
      const { store } = await storeOn(ground);
      await store.keepAlive("a", 1, LIFE);
      const leases = await store.takeLeases("a", ["x", "y"]);
      await store.commit(change({ feed: "feed", cursor: "1", leases }));
      await store.giveLeases(leases.slice(1));
      await expect(
        store.commit(change({ feed: "feed", cursor: "2", leases })),
      ).rejects.toMatchObject({ code: "lease-lost" });
      expect(await store.cursor("feed")).toBe("1");
    });

    test("What others add to an Azure subscription is news to the holder of its lease until it is heeded.", async () => {
      const { store } = await storeOn(ground);
      await store.keepAlive("a", 1, LIFE);
      const leases = await store.takeLeases("a", [NAME]);
      const stands = async (): Promise<LeaseState | undefined> =>
        (await store.keepAlive("a", 1, LIFE)).leases[0];
      await store.commit(change({ events: [received(event("e-1"))], leases }));
      expect(await stands()).toEqual(state(NAME, "a", 1));
      await store.commit(change({ events: [received(event("e-2"))] }));
      // What was there already is no news.
      await store.commit(change({ events: [received(event("e-2"))] }));
      await store.commit(change({ sightings: [sighting("s-1")] }));
      await store.commit(change({ feed: importFeed(AZURE), cursor: "1..2" }));
      expect(await stands()).toEqual({ ...state(NAME, "a", 1), news: 3 });
      for (const lease of leases) {
        await store.heedNews({ ...lease, fence: 0 }, 3);
        expect(await stands()).toMatchObject({ heeded: 0 });
        await store.heedNews(lease, 3);
        await store.heedNews(lease, 1);
      }
      expect(await stands()).toEqual({ ...state(NAME, "a", 1), news: 3, heeded: 3 });
    });

    test("What a replica had in hand is free half a minute after its death, but for a post that it had begun.", async () => {
      const { store } = await storeOn(ground);
      const names = ["begun", "claimed"];
      await store.commit(
        change({
          openings: names.map((id) => opening({ id })),
          deliveries: names.map((id) => notification(`n-${id}`, [id], { channel: channel(id) })),
        }),
      );
      const claim = { leaseUntil: 900_000, owner: "dead" };
      for (const { key, fence } of await claimAt(store, 10, claim)) {
        if (key === "n-begun") {
          await store.beginPost(key, fence, 11);
        }
      }
      await store.keepAlive("dead", 1, -20_000);
      await store.keepAlive("b", 1, LIFE);
      expect(await claimAt(store, 20)).toEqual([]);
      await store.keepAlive("dead", 1, -40_000);
      await store.keepAlive("b", 1, LIFE);
      expect(await claimAt(store, 20)).toMatchObject([{ key: "n-claimed", fence: 2 }]);
      expect(await claimAt(store, 900_001)).toMatchObject([
        { key: "n-begun", state: "unknown" },
        {},
      ]);
    });

    test("News of an Azure subscription that nobody ever held wait for whoever takes it.", async () => {
      const { store } = await storeOn(ground);
      await store.commit(change({ events: [received(event("e-1"))] }));
      const { leases } = await store.keepAlive("a", 1, LIFE);
      expect(leases).toEqual([{ ...state(NAME, null, 0), news: 1 }]);
      expect(await store.takeLeases("a", [NAME])).toMatchObject([{ owner: "a", fence: 1 }]);
    });
  });
}

/** The same, between several stores on one database. */
export function sharedLeaseContract(ground: Ground): void {
  test("Of replicas that grasp for the same leases at once, each lease goes to one.", async () => {
    const place = await placeOf(ground);
    const stores = [await place.open(), await place.open(), await place.open()];
    const names = Array.from({ length: 40 }, (_, index) => `lease-${index}`);
    const taken = await Promise.all(
      stores.map(async (store, index) => {
        await store.keepAlive(`r-${index}`, 40, LIFE);
        return store.takeLeases(`r-${index}`, names);
      }),
    );
    const got = taken.flat().map(({ name }) => name);
    expect(new Set(got).size).toBe(got.length);
    const [store] = stores;
    await store?.takeLeases("r-0", names);
    const board = await store?.keepAlive("r-0", 40, LIFE);
    expect(board?.leases).toHaveLength(names.length);
    expect(board?.leases.map(({ owner }) => owner)).not.toContain(null);
  });
}

function state(name: string, owner: string | null, fence: number): LeaseState {
  return { name, owner, fence, news: 0, heeded: 0 };
}

async function eventsOf(store: Store): Promise<readonly string[]> {
  return (await all(store.events(AZURE))).map(({ id }) => id);
}
