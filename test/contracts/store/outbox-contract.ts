import { describe, expect, test } from "vitest";
import type { ClaimedDelivery, OutboxStore, Store } from "../../../src/ports.ts";
import { opening } from "../../ask/trail-builder.ts";
import { change, channel, idsOf, notification, receipt } from "./changes.ts";
import { storeOn } from "./ground.ts";
import type { Ground } from "./ground.ts";

/** Claims what is due at a moment, for ten ms. */
export async function claimAt(
  store: OutboxStore,
  now: number,
  parts: Partial<Parameters<OutboxStore["claim"]>[0]> = {},
): Promise<readonly ClaimedDelivery[]> {
  return store.claim({ platforms: ["slack"], now, leaseUntil: now + 10, limit: 10, ...parts });
}

/** Claims the one delivery that is due, and says that it is posted. */
export async function sayAt(store: Store, now: number, digest = "d"): Promise<ClaimedDelivery> {
  const [claimed] = await claimAt(store, now);
  if (claimed === undefined) {
    throw new Error("nothing is due");
  }
  const { key, fence } = claimed;
  await store.record(key, fence, { kind: "said", receipt: receipt(`m ${key}`), digest });
  return claimed;
}

/** What goes into the outbox, and who gets it out. */
export function outboxContract(ground: Ground): void {
  describe("outbox", () => {
    test("A new notification is claimed with its openings as they stand.", async () => {
      const { store, clock } = await storeOn(ground);
      clock.set(7);
      const [first, second] = [opening({ id: "o-1" }), opening({ id: "o-2", openedAt: 5 })];
      await store.commit(
        change({ openings: [first, second], deliveries: [notification("n-1", ["o-1", "o-2"])] }),
      );
      expect(await claimAt(store, 20)).toEqual([
        {
          key: "n-1",
          channel: channel(),
          content: { kind: "notification" },
          openings: [second, first],
          goneOpenings: [],
          state: "pending",
          receipt: null,
          parentReceipt: null,
          saidDigest: null,
          firstTriedAt: null,
          attempts: 0,
          fence: 1,
          createdAt: 7,
          acknowledgement: null,
          silences: [],
          pause: null,
          failures: 0,
        },
      ]);
    });

    test("Nothing is claimed before it is due, or for a platform that nobody asked for.", async () => {
      const { store } = await storeOn(ground);
      await store.commit(
        change({
          openings: [opening()],
          deliveries: [notification("n-1", [opening().id], { dueAt: 50 })],
        }),
      );
      expect(await claimAt(store, 49)).toEqual([]);
      expect(await claimAt(store, 50, { platforms: ["teams"] })).toEqual([]);
      expect(await claimAt(store, 50, { platforms: [] })).toEqual([]);
      expect(await claimAt(store, 50, { limit: 0 })).toEqual([]);
      expect(keys(await claimAt(store, 50, { platforms: ["teams", "slack"] }))).toEqual(["n-1"]);
    });

    test("The oldest are claimed first, one per channel, and no second one while a claim lives.", async () => {
      const { store } = await storeOn(ground);
      const places = ["a", "b", "a", "c", "b"].map((name) => channel(name));
      await store.commit(
        change({
          openings: places.map((_, index) => opening({ id: `o-${index}` })),
          deliveries: places.map((place, index) =>
            notification(`n-${index}`, [`o-${index}`], { channel: place, dueAt: 10 - index }),
          ),
        }),
      );
      const first = await claimAt(store, 20, { limit: 2 });
      expect(keys(first)).toEqual(["n-4", "n-3"]);
      expect(keys(await claimAt(store, 20))).toEqual(["n-2"]);
      expect(await claimAt(store, 20)).toEqual([]);
      await store.record("n-4", first[0]?.fence ?? 0, {
        kind: "said",
        receipt: receipt("m"),
        digest: "d",
      });
      expect(keys(await claimAt(store, 29))).toEqual(["n-1"]);
      expect(keys(await claimAt(store, 30))).toEqual(["n-3", "n-2"]);
    });

    test("An opening is announced once in a channel, and once in each other channel.", async () => {
      const { store } = await storeOn(ground);
      const openings = ["o-1", "o-2"].map((id) => opening({ id }));
      await store.commit(change({ openings, deliveries: [notification("n-1", ["o-1"])] }));
      await store.commit(
        change({
          deliveries: [
            notification("n-2", ["o-1"]),
            notification("n-3", ["o-1", "o-2", "o-2"]),
            notification("n-4", ["o-2"]),
            notification("n-5", ["o-1"], { channel: channel("other") }),
          ],
        }),
      );
      expect(told(await store.announced(["o-1", "o-2", "o-9"]))).toEqual([
        "n-1 ops o-1",
        "n-3 ops o-2",
        "n-5 other o-1",
      ]);
      expect(told(await store.bursts(["burst of n-3", "burst of n-2"]))).toEqual(["n-3 ops o-2"]);
    });

    test("Openings join a notification that is there, and make it due.", async () => {
      const { store, clock } = await storeOn(ground);
      const openings = ["o-1", "o-2"].map((id) => opening({ id }));
      await store.commit(change({ openings, deliveries: [notification("n-1", ["o-1"])] }));
      await sayAt(store, 10);
      expect(await claimAt(store, 20)).toEqual([]);
      clock.set(30);
      await store.commit(
        change({ deliveries: [notification("n-1", ["o-2", "o-1"], { dueAt: 40 })] }),
      );
      expect(await claimAt(store, 39)).toEqual([]);
      const [joined] = await claimAt(store, 40);
      expect(joined).toMatchObject({ state: "posted", receipt: receipt("m n-1") });
      expect(idsOf(joined?.openings ?? [])).toEqual(["o-1", "o-2"]);
    });

    test("A change of an opening makes its notification due again; the same opening does not.", async () => {
      const { store } = await storeOn(ground);
      const first = opening({ id: "o-1" });
      await store.commit(change({ openings: [first], deliveries: [notification("n-1", ["o-1"])] }));
      await sayAt(store, 10, "said");
      await store.commit(change({ openings: [first], deliveries: [notification("n-1", ["o-1"])] }));
      expect(await claimAt(store, 2_000_000)).toEqual([]);
      const closed = { ...first, closedAt: first.openedAt + 1 };
      await store.commit(change({ openings: [closed] }));
      expect(await claimAt(store, 2_000_000)).toMatchObject([
        { key: "n-1", openings: [closed], saidDigest: "said", state: "posted" },
      ]);
    });

    test("A change that comes while a worker holds the notification is not lost.", async () => {
      const { store, clock } = await storeOn(ground);
      const first = opening({ id: "o-1" });
      await store.commit(change({ openings: [first], deliveries: [notification("n-1", ["o-1"])] }));
      const [claimed] = await claimAt(store, 10);
      const closed = { ...first, closedAt: first.openedAt + 1 };
      await store.commit(change({ openings: [closed] }));
      clock.set(15);
      await store.record("n-1", claimed?.fence ?? 0, {
        kind: "said",
        receipt: receipt("m"),
        digest: "d",
      });
      expect(await store.nextDue(["slack"])).toBe(15);
      expect(await claimAt(store, 15)).toMatchObject([{ openings: [closed], state: "posted" }]);
    });

    test("An opening that was taken back is told as gone, and as there when it comes back.", async () => {
      const { store } = await storeOn(ground);
      const openings = ["o-1", "o-2"].map((id) => opening({ id }));
      await store.commit(change({ openings, deliveries: [notification("n-1", ["o-1", "o-2"])] }));
      await sayAt(store, 10);
      await store.commit(change({ goneOpenings: ["o-1", "o-9"] }));
      const gone = await sayAt(store, 2_000_000);
      expect([idsOf(gone.openings), gone.goneOpenings]).toEqual([["o-2"], ["o-1"]]);
      await store.commit(change({ openings, deliveries: [notification("n-2", ["o-1"])] }));
      const [back] = await claimAt(store, 2_000_020);
      expect([back?.key, idsOf(back?.openings ?? [])]).toEqual(["n-1", ["o-1", "o-2"]]);
    });

    test("What is thinned was not taken back: its message stays as it is, and it never rings again.", async () => {
      const { store } = await storeOn(ground);
      const openings = ["o-1", "o-2", "o-3"].map((id) => opening({ id }));
      const nothing = { events: [], sightings: [], requests: [] };
      await store.commit(
        change({
          openings,
          deliveries: [
            notification("n-1", ["o-1", "o-2"]),
            notification("n-2", ["o-3"], { dueAt: 1 }),
          ],
        }),
      );
      await sayAt(store, 10);
      await store.thin({ ...nothing, openings: ["o-1", "o-3"] });
      expect(await store.nextDue(["slack"])).toBeNull();
      expect(await store.outboxHealth()).toMatchObject({ byState: { posted: 1, dropped: 1 } });
      await store.commit(
        change({
          openings: [opening({ id: "o-2", vmName: "renamed" })],
          deliveries: [notification("n-3", ["o-1"])],
        }),
      );
      const [edit] = await claimAt(store, 2_000_000);
      expect([edit?.key, idsOf(edit?.openings ?? []), edit?.goneOpenings]).toEqual([
        "n-1",
        ["o-2"],
        [],
      ]);
    });

    test("A reply comes when its notification is posted, and is never edited.", async () => {
      const { store } = await storeOn(ground);
      const one = opening({ id: "o-1" });
      const reply = notification("n-2", ["o-1"], {
        content: { kind: "reply", parent: "n-1", openingId: "o-1", milestone: "closed" },
        dueAt: -1,
      });
      await store.commit(
        change({ openings: [one], deliveries: [notification("n-1", ["o-1"]), reply, reply] }),
      );
      expect(await store.nextDue(["slack"])).toBe(0);
      expect((await sayAt(store, 10)).key).toBe("n-1");
      expect(await store.nextDue(["slack"])).toBe(-1);
      expect(await sayAt(store, 10)).toMatchObject({
        key: "n-2",
        content: reply.content,
        openings: [one],
        parentReceipt: receipt("m n-1"),
      });
      await store.commit(change({ openings: [{ ...one, vmName: "renamed" }] }));
      expect(keys(await claimAt(store, 2_000_000))).toEqual(["n-1"]);
      expect(told(await store.announced(["o-1"]))).toEqual(["n-1 ops o-1"]);
    });

    test("The next look into the outbox is worth it when something is due and its channel is free.", async () => {
      const { store } = await storeOn(ground);
      expect(await store.nextDue(["slack"])).toBeNull();
      expect(await store.nextDue([])).toBeNull();
      await store.commit(
        change({
          openings: ["o-1", "o-2", "o-3"].map((id) => opening({ id })),
          deliveries: [
            notification("n-1", ["o-1"], { dueAt: 5 }),
            notification("n-2", ["o-2"], { dueAt: 6 }),
            notification("n-3", ["o-3"], { dueAt: 90, channel: channel("other") }),
          ],
        }),
      );
      expect(await store.nextDue(["teams"])).toBeNull();
      expect(await store.nextDue(["slack"])).toBe(5);
      await claimAt(store, 20);
      expect(await store.nextDue(["slack"])).toBe(30);
      expect(keys(await claimAt(store, 30))).toEqual(["n-1"]);
    });
  });
}

function keys(deliveries: readonly ClaimedDelivery[]): string[] {
  return deliveries.map(({ key }) => key);
}

function told(announcements: Awaited<ReturnType<Store["announced"]>>): string[] {
  return announcements
    .map(({ key, channel: place, openingId }) => `${key} ${place.channel} ${openingId}`)
    .toSorted();
}
