import { describe, expect, test } from "vitest";
import type { Silence } from "../../../src/domain/silence.ts";
import type { Store } from "../../../src/ports.ts";
import { attribution, opening, resource } from "../../ask/trail-builder.ts";
import { change, channel, notification } from "./changes.ts";
import { storeOn } from "./ground.ts";
import type { Ground } from "./ground.ts";
import { claimAt, sayAt } from "./outbox-contract.ts";

function silence(id: string, parts: Partial<Silence> = {}): Silence {
  return {
    id,
    channel: channel(),
    subject: { kind: "vm", id: resource("vm", "vm-x"), name: "vm-x" },
    from: 100,
    until: 200,
    by: "bob \0 \ud83d",
    ...parts,
  };
}

async function withPosted(store: Store, keys: readonly string[]): Promise<void> {
  for (const [index, key] of keys.entries()) {
    const id = `o-${key}`;
    await store.commit(
      change({
        openings: [opening({ id, openedAt: index, vm: resource("vm", "vm-x") })],
        deliveries: [notification(key, [id])],
      }),
    );
    await sayAt(store, 10);
  }
}

/** What people, and the platform, do to a channel's notifications. */
export function reactionContract(ground: Ground): void {
  describe("reactions", () => {
    test("The first acknowledgement of a notification counts, and makes it say so.", async () => {
      const { store } = await storeOn(ground);
      await withPosted(store, ["n-1"]);
      expect(await claimAt(store, 20)).toEqual([]);
      const first = { by: "bob", at: 20 };
      expect(await store.acknowledge(channel(), "n-1", first)).toEqual(first);
      expect(await store.acknowledge(channel(), "n-1", { by: "eve", at: 21 })).toEqual(first);
      expect(await claimAt(store, 20)).toMatchObject([{ key: "n-1", acknowledgement: first }]);
    });

    test("Nobody acknowledges what the channel does not have.", async () => {
      const { store } = await storeOn(ground);
      await withPosted(store, ["n-1"]);
      const acknowledgement = { by: "bob", at: 20 };
      expect(await store.acknowledge(channel("other"), "n-1", acknowledgement)).toBeNull();
      expect(await store.acknowledge(channel(), "n-2", acknowledgement)).toBeNull();
      await store.commit(
        change({
          deliveries: [
            notification("n-3", ["o-n-1"], {
              content: {
                kind: "reply",
                parent: "n-1",
                openingId: "o-n-1",
                milestone: "closed",
              },
            }),
          ],
        }),
      );
      expect(await store.acknowledge(channel(), "n-3", acknowledgement)).toBeNull();
      expect(await claimAt(store, 20)).toMatchObject([
        { key: "n-3", acknowledgement: null, silences: [] },
      ]);
    });

    test("Silences come back whole, until they have ended.", async () => {
      const { store } = await storeOn(ground);
      const [vm, named, person] = [
        silence("q-1"),
        silence("q-2", { subject: { kind: "vm", id: null, name: "vm-x" }, from: 50, until: 150 }),
        silence("q-3", {
          subject: { kind: "person", key: "oid:a", name: "alice" },
          channel: channel("other"),
        }),
      ];
      for (const one of [vm, named, person, silence("q-1", { until: 900 })]) {
        await store.silence(one, 100);
      }
      expect(await store.silences(100)).toEqual([named, vm, person]);
      expect(await store.silences(150)).toEqual([vm, person]);
      expect(await store.silences(200)).toEqual([]);
    });

    test("A silence ends early where it was wished for, once.", async () => {
      const { store } = await storeOn(ground);
      await store.silence(silence("q-1"), 100);
      expect(await store.endSilence(channel("other"), "q-1", 120)).toBe(false);
      expect(await store.endSilence(channel(), "q-2", 120)).toBe(false);
      expect(await store.endSilence(channel(), "q-1", 120)).toBe(true);
      expect(await store.endSilence(channel(), "q-1", 130)).toBe(false);
      expect(await store.silences(0)).toEqual([silence("q-1", { until: 120 })]);
    });

    test("The latest notifications about what is silenced say so, and so do they when it ends.", async () => {
      const { store, clock } = await storeOn(ground);
      clock.set(50);
      await withPosted(
        store,
        [1, 2, 3, 4, 5, 6, 7].map((number) => `n-${number}`),
      );
      const vm = silence("q-1");
      await store.silence(silence("q-2", { channel: channel("other") }), 100);
      await store.silence(
        silence("q-3", { subject: { kind: "vm", id: resource("vm", "vm-y"), name: "vm-y" } }),
        100,
      );
      expect(await claimAt(store, 100)).toEqual([]);
      await store.silence(vm, 100);
      const told = [];
      for (let count = 0; count < 5; count += 1) {
        const { key, silences } = await sayAt(store, 100);
        expect(silences).toEqual([vm]);
        told.push(key);
      }
      expect(new Set(told).size).toBe(5);
      expect(await claimAt(store, 100)).toEqual([]);
      await store.endSilence(channel(), "q-1", 120);
      expect(await claimAt(store, 120)).toMatchObject([{ silences: [{ ...vm, until: 120 }] }]);
    });

    test("A notification says what silences its person, and nothing that ended before it.", async () => {
      const { store, clock } = await storeOn(ground);
      clock.set(160);
      await store.silence(silence("q-0", { until: 160 }), 100);
      const person = silence("q-1", {
        subject: { kind: "person", key: "oid:alice", name: "alice" },
      });
      await store.silence(person, 100);
      const actor = { key: "oid:alice", name: "alice", objectId: "alice", kind: "user" } as const;
      await store.commit(
        change({
          openings: [
            opening({
              id: "o-1",
              vm: resource("vm", "vm-x"),
              attribution: attribution({ verdict: "certain", actor }),
            }),
          ],
          deliveries: [notification("n-1", ["o-1"])],
        }),
      );
      expect(await claimAt(store, 160)).toMatchObject([{ silences: [person] }]);
    });

    test("What waits for a person is due at once when its channel, workspace or platform is open.", async () => {
      const { store } = await storeOn(ground);
      const places = [
        channel("a"),
        channel("b"),
        { ...channel("c"), workspace: "other" },
        channel("d", "teams"),
      ];
      await store.commit(
        change({
          openings: [opening({ id: "o-1" })],
          deliveries: places.map((place, index) =>
            notification(`n-${index}`, ["o-1"], { channel: place }),
          ),
        }),
      );
      const platforms = ["slack", "teams"];
      const due = async (now: number): Promise<readonly string[]> => {
        const claimed = await claimAt(store, now, { platforms });
        for (const { key, fence } of claimed) {
          await store.record(key, fence, { kind: "waiting", at: 900, reason: "archived" });
        }
        return claimed.map(({ key }) => key).toSorted();
      };
      expect(await due(1)).toEqual(["n-0", "n-1", "n-2", "n-3"]);
      expect(await due(2)).toEqual([]);
      await store.retryWaiting(channel("a"), 3);
      expect(await due(3)).toEqual(["n-0"]);
      await store.retryWaiting(channel(""), 4);
      expect(await due(4)).toEqual(["n-0", "n-1"]);
      await store.retryWaiting({ platform: "slack", workspace: "", channel: "" }, 5);
      expect(await due(5)).toEqual(["n-0", "n-1", "n-2"]);
    });
  });

  describe("installations", () => {
    test("A workspace has the record that was saved last, until it is forgotten.", async () => {
      const { store } = await storeOn(ground);
      expect(await store.installation("slack", "T1")).toBeNull();
      await store.saveInstallation("slack", "T1", "first");
      await store.saveInstallation("slack", "T1", "second");
      await store.saveInstallation("slack", "T2", "other");
      expect(await store.installation("slack", "T1")).toBe("second");
      expect(await store.installation("teams", "T1")).toBeNull();
      await store.forgetInstallation("slack", "T1");
      expect(await store.installation("slack", "T1")).toBeNull();
      expect(await store.installation("slack", "T2")).toBe("other");
    });
  });
}
