import { describe, expect, test } from "vitest";
import type { ChannelRef, PauseScope } from "../../../src/domain/notification.ts";
import type { ClaimedDelivery, DeliveryOutcome, OutboxStore, Store } from "../../../src/ports.ts";
import { opening } from "../../ask/trail-builder.ts";
import { change, channel, notification, receipt } from "./changes.ts";
import { placeOf, storeOn } from "./ground.ts";
import type { Ground, StandingClock } from "./ground.ts";
import { claimAt } from "./outbox-contract.ts";

const LIMITED = { kind: "retry", at: 100, reason: "too many calls" } as const;
const PLACES = {
  ops: channel("ops"),
  security: channel("security"),
  elsewhere: { ...channel("ops"), workspace: "fabrikam" },
  teams: channel("ops", "teams"),
} as const;

/** What workers tell each other of channels that fail. */
export function pauseContract(ground: Ground): void {
  describe("pauses", () => {
    test.each([
      ["channel", ["ops"]],
      ["workspace", ["ops", "security"]],
      ["platform", ["ops", "security", "elsewhere"]],
    ] as const)(
      "After a failure of the %s nobody claims there until it is over, and everybody elsewhere.",
      async (scope, paused) => {
        const { store, clock } = await storeOn(ground);
        await announce(store, PLACES.ops, "first");
        await fail(store, clock, LIMITED, scope);
        for (const [name, place] of Object.entries(PLACES)) {
          await announce(store, place, `second-${name}`);
        }
        const names = (claimed: readonly ClaimedDelivery[]): readonly string[] =>
          claimed.flatMap(({ channel: place }) =>
            Object.entries(PLACES).flatMap(([name, one]) =>
              JSON.stringify(one) === JSON.stringify(place) ? [name] : [],
            ),
          );
        const free = Object.keys(PLACES).filter((name) => !paused.some((one) => one === name));
        expect(names(await claimAll(store, 99))).toEqual(free);
        expect(await store.nextDue(["slack"])).toBe(100);
        expect(names(await claimAll(store, 100))).toEqual(paused);
      },
    );

    test("A pause says for how long, why, and whether a person is waited for.", async () => {
      const { store, clock } = await storeOn(ground);
      await announce(store, PLACES.ops, "first");
      await fail(store, clock, { kind: "waiting", at: 100, reason: "invite me" }, "channel");
      await announce(store, PLACES.ops, "second");
      expect(await claimAt(store, 50)).toMatchObject([
        { pause: { until: 100, reason: "invite me", waitsForPerson: true }, failures: 1 },
      ]);
    });

    test("Failures are counted, of whichever worker, until something is posted.", async () => {
      const { store, clock } = await storeOn(ground);
      await announce(store, PLACES.ops, "first");
      const counts: number[] = [];
      for (let now = 1; now < 4; now += 1) {
        counts.push(await fail(store, clock, { ...LIMITED, at: now }, "channel", now));
      }
      const [last] = await claimAt(store, 10);
      await store.record(last?.key ?? "", last?.fence ?? 0, {
        kind: "said",
        receipt: receipt("m"),
        digest: "d",
      });
      await announce(store, PLACES.ops, "second");
      const [next] = await claimAt(store, 20);
      expect([...counts, last?.failures, next?.failures]).toEqual([0, 1, 2, 3, 0]);
    });

    test("What is posted in one channel does not end the pause of a workspace.", async () => {
      const { store, clock } = await storeOn(ground);
      await announce(store, PLACES.ops, "first");
      await announce(store, PLACES.security, "in hand");
      const claimed = await claimAt(store, 10);
      clock.set(11);
      for (const { key, fence, channel: place } of claimed) {
        await (place.channel === "ops"
          ? store.record(key, fence, LIMITED, "workspace")
          : store.record(key, fence, { kind: "said", receipt: receipt("m"), digest: "d" }));
      }
      await announce(store, PLACES.security, "next");
      expect(await claimAt(store, 50)).toEqual([]);
      expect(await claimAt(store, 100)).toHaveLength(2);
    });

    test("When a pause is over, the delivery that failed is the first of its channel again.", async () => {
      const { store, clock } = await storeOn(ground);
      clock.set(0);
      await announce(store, PLACES.ops, "first");
      clock.set(1);
      await announce(store, PLACES.ops, "second");
      await fail(store, clock, LIMITED, "channel", 2);
      expect(await claimAt(store, 100)).toMatchObject([{ key: "n-first", pause: null }]);
    });

    test("A failure of one delivery alone pauses nothing.", async () => {
      const { store, clock } = await storeOn(ground);
      await announce(store, PLACES.ops, "first");
      await fail(store, clock, LIMITED, null);
      await announce(store, PLACES.ops, "second");
      expect(await claimAt(store, 50)).toMatchObject([{ pause: null, failures: 0 }]);
    });

    test("When a person has mended it, pauses that wait for one end, and rate limits go on.", async () => {
      const { store, clock } = await storeOn(ground);
      await announce(store, PLACES.ops, "first");
      await announce(store, PLACES.security, "first there");
      for (const { key, fence, channel: place } of await claimAt(store, 1)) {
        const outcome =
          place.channel === "ops" ? LIMITED : ({ ...LIMITED, kind: "waiting" } as const);
        await store.record(key, fence, outcome, "channel");
      }
      clock.set(12);
      await store.retryWaiting({ ...channel(), channel: "" }, 12);
      await announce(store, PLACES.ops, "second");
      const claimed = await claimAt(store, 50);
      expect(claimed).toMatchObject([{ channel: PLACES.security, pause: null }]);
    });
  });
}

/** The same, between several stores on one database. */
export function sharedPauseContract(ground: Ground): void {
  test("One replica's pause is the other's.", async () => {
    const place = await placeOf(ground);
    const [one, other] = [await place.open(), await place.open()];
    place.clock.set(0);
    await announce(one, PLACES.ops, "first");
    await fail(one, place.clock, LIMITED, "channel");
    await announce(one, PLACES.ops, "second");
    expect(await claimAt(other, 50)).toEqual([]);
    expect(await claimAt(other, 100)).toMatchObject([{ key: "n-first", failures: 1 }]);
  });
}

async function announce(store: Store, place: ChannelRef, name: string): Promise<void> {
  const id = `o-${name}`;
  await store.commit(
    change({
      openings: [opening({ id })],
      deliveries: [notification(`n-${name}`, [id], { channel: place })],
    }),
  );
}

/** Claims what is due, and says that it failed; returns how many failures were known before. */
async function fail(
  store: OutboxStore,
  clock: StandingClock,
  outcome: DeliveryOutcome,
  scope: PauseScope | null,
  now = 1,
): Promise<number> {
  const [claimed] = await claimAt(store, now);
  clock.set(now);
  await store.record(claimed?.key ?? "", claimed?.fence ?? 0, outcome, scope);
  return claimed?.failures ?? -1;
}

async function claimAll(store: OutboxStore, now: number): Promise<readonly ClaimedDelivery[]> {
  const claimed = await claimAt(store, now, { platforms: ["slack", "teams"] });
  const order = Object.values(PLACES).map((place) => JSON.stringify(place));
  return claimed.toSorted(
    (a, b) => order.indexOf(JSON.stringify(a.channel)) - order.indexOf(JSON.stringify(b.channel)),
  );
}
