import { describe, expect, test } from "vitest";
import type { DeliveryState } from "../../../src/domain/notification.ts";
import type { DeliveryOutcome, Store } from "../../../src/ports.ts";
import { opening } from "../../ask/trail-builder.ts";
import { change, channel, idsOf, notification, receipt } from "./changes.ts";
import { storeOn } from "./ground.ts";
import type { Ground } from "./ground.ts";
import { claimAt, sayAt } from "./outbox-contract.ts";

const SAID = { kind: "said", receipt: receipt("m"), digest: "d" } as const;
const RETRY = { kind: "retry", at: 500, reason: "too many calls" } as const;
const UNKNOWN = { kind: "unknown", at: 500, reason: "no answer" } as const;
const WAITING = { kind: "waiting", at: 500, reason: "the channel is archived" } as const;
const DROPPED = { kind: "dropped", reason: "refused for good" } as const;

/** The outcomes of one claim after the other, what is stored then, and what the next claim says. */
const COURSES: readonly (readonly [
  string,
  readonly DeliveryOutcome[],
  DeliveryState,
  DeliveryState | null,
])[] = [
  ["posted", [SAID], "posted", null],
  ["surely not posted", [RETRY], "pending", "pending"],
  ["perhaps posted", [UNKNOWN], "unknown", "unknown"],
  ["not postable for now", [WAITING], "waiting", "waiting"],
  ["given up", [DROPPED], "dropped", null],
  ["perhaps posted, then surely not", [UNKNOWN, RETRY], "unknown", "unknown"],
  ["perhaps posted, then not postable", [UNKNOWN, WAITING], "waiting", "unknown"],
  ["perhaps posted, then found", [UNKNOWN, SAID], "posted", null],
  ["not postable, then posted", [WAITING, SAID], "posted", null],
];

/** What becomes of deliveries that were claimed. */
export function outboxOutcomeContract(ground: Ground): void {
  describe("outcomes", () => {
    test.each(COURSES)("A delivery that was %s comes again as it must.", async (...course) => {
      const [, outcomes, stored, next] = course;
      const { store } = await withNotification(ground);
      let now = 10;
      for (const outcome of outcomes) {
        const [claimed] = await claimAt(store, now);
        expect(await store.record("n-1", claimed?.fence ?? 0, outcome)).toBe(true);
        now = 500;
      }
      expect((await store.outboxHealth()).byState[stored]).toBe(1);
      expect(await store.nextDue(["slack"])).toBe(next === null ? null : 500);
      const [again] = await claimAt(store, 2_000_000);
      expect(again?.state ?? null).toBe(next);
      expect(again?.attempts ?? null).toBe(next === null ? null : outcomes.length);
    });

    test.each([RETRY, UNKNOWN, WAITING])(
      "An edit that came to nothing ($kind) is made again, of the message that stands.",
      async (outcome) => {
        const { store } = await withNotification(ground);
        await sayAt(store, 10);
        await store.commit(change({ openings: [opening({ id: "o-1", vmName: "renamed" })] }));
        const [edit] = await claimAt(store, 2_000_000);
        await store.record("n-1", edit?.fence ?? 0, outcome);
        expect(await claimAt(store, 2_000_000)).toMatchObject([
          {
            state: outcome.kind === "waiting" ? "waiting" : "posted",
            receipt: receipt("m n-1"),
            saidDigest: "d",
            attempts: 1,
          },
        ]);
      },
    );

    test("Whoever died before the post leaves it to be posted, and loses the claim.", async () => {
      const { store } = await withNotification(ground);
      const [lost] = await claimAt(store, 10);
      expect(await claimAt(store, 19)).toEqual([]);
      const [taken] = await claimAt(store, 20);
      expect(taken).toMatchObject({ state: "pending", attempts: 1, firstTriedAt: null });
      expect(taken?.fence).toBeGreaterThan(lost?.fence ?? 0);
      expect(await store.beginPost("n-1", lost?.fence ?? 0, 21)).toBe(false);
      expect(await store.record("n-1", lost?.fence ?? 0, DROPPED)).toBe(false);
      expect(await store.beginPost("n-1", taken?.fence ?? 0, 21)).toBe(true);
      expect(await store.record("n-1", taken?.fence ?? 0, SAID)).toBe(true);
    });

    test("Whoever died during the post leaves its outcome unknown, with the time to look from.", async () => {
      const { store } = await withNotification(ground);
      const [lost] = await claimAt(store, 10);
      expect(await store.beginPost("n-1", lost?.fence ?? 0, 12)).toBe(true);
      expect((await store.outboxHealth()).byState.posting).toBe(1);
      const [taken] = await claimAt(store, 20);
      expect(taken).toMatchObject({ state: "unknown", firstTriedAt: 12, receipt: null });
      expect(await store.beginPost("n-1", taken?.fence ?? 0, 25)).toBe(true);
      await store.record("n-1", taken?.fence ?? 0, { ...RETRY, at: 30 });
      expect(await claimAt(store, 30)).toMatchObject([{ state: "unknown", firstTriedAt: 12 }]);
    });

    test("Nobody begins to post when the claim has run out, and an outcome counts once.", async () => {
      const { store } = await withNotification(ground);
      const [claimed] = await claimAt(store, 10);
      const fence = claimed?.fence ?? 0;
      expect(await store.beginPost("n-1", fence, 20)).toBe(false);
      expect(await store.record("n-1", fence, SAID)).toBe(true);
      expect(await store.record("n-1", fence, DROPPED)).toBe(false);
      expect(await store.record("n-9", fence, DROPPED)).toBe(false);
      expect((await store.outboxHealth()).byState.posted).toBe(1);
    });

    test.each([
      [RETRY, 15],
      [UNKNOWN, 500],
      [WAITING, 500],
    ])(
      "A change after $kind hastens another attempt, unless it must settle first.",
      async (outcome, due) => {
        const { store, clock } = await withNotification(ground);
        const [claimed] = await claimAt(store, 10);
        await store.record("n-1", claimed?.fence ?? 0, outcome);
        clock.set(15);
        await store.commit(change({ openings: [opening({ id: "o-1", vmName: "renamed" })] }));
        expect(await store.nextDue(["slack"])).toBe(due);
      },
    );

    test("A change does not ring before the time that a notification was to gather until.", async () => {
      const { store, clock } = await storeOn(ground);
      clock.set(10);
      const deliveries = [notification("n-1", ["o-1"], { dueAt: 70 })];
      await store.commit(change({ openings: [opening({ id: "o-1" })], deliveries }));
      await store.commit(change({ openings: [opening({ id: "o-1", vmName: "renamed" })] }));
      expect(await store.nextDue(["slack"])).toBe(70);
    });

    test("A notification that was given up unposted is tried again when it has something new to say.", async () => {
      const { store, clock } = await withNotification(ground);
      const [claimed] = await claimAt(store, 10);
      await store.record("n-1", claimed?.fence ?? 0, DROPPED);
      clock.set(15);
      await store.commit(change({ openings: [opening({ id: "o-1", vmName: "renamed" })] }));
      expect(await claimAt(store, 15)).toMatchObject([{ key: "n-1", state: "pending" }]);
    });

    test("A message that somebody deleted stays away, until other openings ring with it.", async () => {
      const { store } = await withNotification(ground);
      await sayAt(store, 10);
      await store.commit(change({ openings: [opening({ id: "o-1", vmName: "renamed" })] }));
      const [edit] = await claimAt(store, 2_000_000);
      await store.record("n-1", edit?.fence ?? 0, DROPPED);
      await store.commit(change({ openings: [opening({ id: "o-1", vmName: "again" })] }));
      expect(await store.nextDue(["slack"])).toBeNull();
      await store.commit(
        change({
          openings: [opening({ id: "o-2" })],
          deliveries: [notification("n-1", ["o-2"], { dueAt: 2_000_000 })],
        }),
      );
      const [anew] = await claimAt(store, 2_000_000);
      expect(anew).toMatchObject({ state: "pending", receipt: null, saidDigest: null });
      expect(idsOf(anew?.openings ?? [])).toEqual(["o-1", "o-2"]);
    });

    test("Replies go with their notification, and none follow one that was given up.", async () => {
      const { store } = await withNotification(ground);
      const reply = (key: string) =>
        notification(key, ["o-1"], {
          content: { kind: "reply", parent: "n-1", openingId: "o-1", milestone: "closed" },
        });
      await store.commit(change({ deliveries: [reply("n-2")] }));
      const [claimed] = await claimAt(store, 10);
      await store.record("n-1", claimed?.fence ?? 0, DROPPED);
      await store.commit(change({ deliveries: [reply("n-3")] }));
      expect(await store.outboxHealth()).toMatchObject({
        byState: { dropped: 2, pending: 0 },
        oldestUnsaid: null,
      });
      expect(await store.nextDue(["slack"])).toBeNull();
    });

    test("A reply that somebody lost hold of goes with its notification, whatever they say of it later.", async () => {
      const { store, clock } = await withNotification(ground);
      await sayAt(store, 10);
      const reply = notification("n-2", ["o-1"], {
        content: { kind: "reply", parent: "n-1", openingId: "o-1", milestone: "closed" },
        dueAt: 12,
      });
      await store.commit(change({ deliveries: [reply] }));
      const [lost] = await claimAt(store, 12);
      clock.set(11);
      await store.commit(change({ openings: [opening({ id: "o-1", vmName: "renamed" })] }));
      const [edit] = await claimAt(store, 22);
      expect([lost?.key, edit?.key]).toEqual(["n-2", "n-1"]);
      await store.record("n-1", edit?.fence ?? 0, DROPPED);
      expect(await store.record("n-2", lost?.fence ?? 0, RETRY)).toBe(false);
      expect((await store.outboxHealth()).byState.dropped).toBe(2);
    });

    test("Health counts states, and tells the oldest unsaid and the latest problems once each.", async () => {
      const { store, clock } = await storeOn(ground);
      const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
      for (const [index, name] of names.entries()) {
        clock.set(100 + index);
        const deliveries = [notification(`n-${name}`, ["o-1"], { channel: channel(name) })];
        await store.commit(change({ openings: [opening({ id: "o-1" })], deliveries }));
      }
      const claimed = await claimAt(store, 200);
      for (const [index, { key, fence }] of claimed.slice(1).entries()) {
        clock.set(300 + index);
        const reason = `reason ${Math.min(index, 5)}`;
        await store.record(
          key,
          fence,
          index % 2 === 0 ? { ...WAITING, reason } : { ...DROPPED, reason },
        );
      }
      expect(await store.outboxHealth()).toEqual({
        byState: { pending: 1, posting: 0, unknown: 0, posted: 0, waiting: 4, dropped: 3 },
        oldestUnsaid: 100,
        problems: ["reason 5", "reason 4", "reason 3", "reason 2", "reason 1"],
      });
    });
  });
}

/** A store with one notification of one opening, due at once. */
async function withNotification(ground: Ground): Promise<{
  readonly store: Store;
  readonly clock: Awaited<ReturnType<typeof storeOn>>["clock"];
}> {
  const made = await storeOn(ground);
  await made.store.commit(
    change({
      openings: [opening({ id: "o-1" })],
      deliveries: [notification("n-1", ["o-1"])],
    }),
  );
  return made;
}
