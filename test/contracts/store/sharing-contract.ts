import { describe, expect, test } from "vitest";
import type { Store } from "../../../src/ports.ts";
import { opening, request, resource } from "../../ask/trail-builder.ts";
import {
  all,
  AZURE,
  change,
  channel,
  event,
  notification,
  receipt,
  received,
  sighting,
  WHOLE,
} from "./changes.ts";
import { placeOf } from "./ground.ts";
import type { Ground } from "./ground.ts";
import { claimAt, sayAt } from "./outbox-contract.ts";

/** A page that writes to every table that pages are written to. */
const PAGE = change({
  feed: "feed",
  cursor: "behind the page",
  events: [received(event("e-1"))],
  sightings: [sighting("s-1")],
  quarantined: [{ digest: "q-1", reason: "no time", raw: "{", receivedAt: 1 }],
  read: { azureSubscription: AZURE, span: { from: 1, to: 2 } },
  openings: [opening({ id: "o-1" })],
  requests: [request({ id: "r-1" })],
  guards: [
    {
      azureSubscription: AZURE,
      guards: [{ nsg: resource("nsg", "nsg-x"), vmName: "vm-x", vm: resource("vm", "vm-x") }],
    },
  ],
  deliveries: [notification("n-1", ["o-1"])],
});

const TABLES = [
  "event",
  "azure_subscription",
  "tally",
  "sighting",
  "quarantine",
  "feed",
  "read_span",
  "opening",
  "opening_person",
  "access_request",
  "request_vm",
  "guard",
  "channel",
  "delivery",
  "delivery_opening",
  "vm",
  "person",
];

/** Several stores on one database, at once and one after the other. */
export function sharingContract(ground: Ground): void {
  describe("sharing", () => {
    test("All is there after a restart.", async () => {
      const place = await placeOf(ground);
      const first = await place.open();
      await first.commit(PAGE);
      await first.markSeen("d-1", 1);
      const [claimed] = await claimAt(first, 10);
      await first.beginPost("n-1", claimed?.fence ?? 0, 11);
      const before = await contentOf(first);
      await first.close();
      const second = await place.open();
      expect(await contentOf(second)).toEqual(before);
      expect(await second.markSeen("d-1", 2)).toBe(false);
      expect(await claimAt(second, 20)).toMatchObject([{ key: "n-1", state: "unknown" }]);
    });

    test.each(TABLES)(
      "A page that fails in %s leaves nothing of itself, and can come again.",
      async (table) => {
        const place = await placeOf(ground);
        const store = await place.open();
        const before = await contentOf(store);
        const { plant, pull } = ground.failing(table);
        for (const text of plant) {
          await place.sql(text);
        }
        await expect(store.commit(PAGE)).rejects.toThrow("planted");
        expect(await contentOf(store)).toEqual(before);
        for (const text of pull) {
          await place.sql(text);
        }
        await store.commit(PAGE);
        const after = await contentOf(store);
        expect(after).toMatchObject({ cursor: "behind the page", events: [event("e-1")] });
        await store.commit(PAGE);
        expect(await contentOf(store)).toEqual(after);
      },
    );

    test("Two replicas that store the same page at once store it once.", async () => {
      const place = await placeOf(ground);
      const stores = [await place.open(), await place.open()];
      await Promise.all([...stores, ...stores].map((store) => store.commit(PAGE)));
      expect(await contentOf(stores[0])).toMatchObject({
        events: [event("e-1")],
        coverage: { events: 1, quarantined: 1 },
        announced: [{ key: "n-1", openingId: "o-1" }],
      });
    });

    test("Workers of two replicas never hold two deliveries of a channel, and none is lost.", async () => {
      const place = await placeOf(ground);
      const stores = [await place.open(), await place.open()];
      const names = ["a", "b", "c", "d", "e"];
      const ids = Array.from({ length: 30 }, (_, index) => `o-${index}`);
      await stores[0]?.commit(
        change({
          openings: ids.map((id) => opening({ id })),
          deliveries: ids.map((id, index) =>
            notification(`n-${index}`, [id], { channel: channel(names[index % names.length]) }),
          ),
        }),
      );
      const held = new Set<string>();
      const posted: string[] = [];
      const work = async (store: Store): Promise<void> => {
        while (posted.length < ids.length) {
          const claimed = await claimAt(store, 10, { leaseUntil: 1_000, limit: 3 });
          for (const { channel: place } of claimed) {
            expect(held.has(place.channel)).toBe(false);
            held.add(place.channel);
          }
          for (const { key, fence, channel: place } of claimed) {
            expect(await store.beginPost(key, fence, 11)).toBe(true);
            posted.push(key);
            held.delete(place.channel);
            const outcome = { kind: "said", receipt: receipt(key, place), digest: "d" } as const;
            expect(await store.record(key, fence, outcome)).toBe(true);
          }
        }
      };
      await Promise.all([...stores, ...stores].map(work));
      expect(posted.toSorted()).toEqual(ids.map((id) => id.replace("o", "n")).toSorted());
    });

    test("Pages are stored while workers claim and record, and every change is said in the end.", async () => {
      const place = await placeOf(ground);
      const [writer, worker] = [await place.open(), await place.open()];
      const ids = Array.from({ length: 8 }, (_, index) => `o-${index}`);
      const written = new AbortController();
      const said = new Map<string, string>();
      const write = async (): Promise<void> => {
        for (let round = 0; round < 6; round += 1) {
          await writer.commit(
            change({
              openings: ids.map((id) => opening({ id, vmName: `round ${round}`, vm: null })),
              deliveries: ids.map((id) => notification(`n${id}`, [id], { channel: channel(id) })),
            }),
          );
        }
        written.abort();
      };
      const work = async (): Promise<void> => {
        while (!written.signal.aborted || (await worker.nextDue(["slack"])) !== null) {
          const now = 1_000_000;
          const mine = await claimAt(worker, now, { limit: 2 });
          if (mine.length === 0) {
            await place.clock.sleep();
          }
          for (const claimed of mine) {
            const [told] = claimed.openings;
            said.set(claimed.key, told?.vmName ?? "");
            const outcome = { kind: "said", receipt: receipt(claimed.key), digest: "d" } as const;
            await worker.record(claimed.key, claimed.fence, outcome);
          }
        }
      };
      await Promise.all([write(), work()]);
      expect([...new Set(said.values())]).toEqual(["round 5"]);
      expect(said.size).toBe(ids.length);
    });

    test("Whoever has little to write does not wait for all the pages that wait.", async () => {
      const place = await placeOf(ground);
      const store = await place.open();
      let stored = 0;
      const pages = Array.from({ length: 12 }, async (_, page) => {
        const events = Array.from({ length: 100 }, (__, index) =>
          received(event(`${page}-${index}`)),
        );
        await store.commit(change({ events }));
        stored += 1;
      });
      expect(await store.markSeen("delivery", 1)).toBe(true);
      expect(stored).toBeLessThan(3);
      await Promise.all(pages);
      expect((await store.coverage()).events).toBe(1_200);
    });

    test("A change of one replica is known to the other at once, names too.", async () => {
      const place = await placeOf(ground);
      const [one, other] = [await place.open(), await place.open()];
      expect((await other.names()).vms).toEqual([]);
      await one.commit(PAGE);
      expect((await other.names()).vms).toHaveLength(1);
      await sayAt(other, 10);
      expect(await one.nextDue(["slack"])).toBeNull();
    });
  });
}

async function contentOf(store: Store | undefined) {
  if (store === undefined) {
    throw new Error("no store");
  }
  return {
    cursor: await store.cursor("feed"),
    events: await all(store.events(AZURE)),
    sightings: await all(store.sightings(AZURE)),
    azureSubscriptions: await store.azureSubscriptions(),
    coverage: await store.coverage(),
    trail: await store.trail(WHOLE),
    names: await store.names(),
    announced: await store.announced(["o-1"]),
    outbox: await store.outboxHealth(),
  };
}
