import * as fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { MINUTE, SECOND } from "../../src/domain/instant.ts";
import { LeaseKeeper } from "../../src/ingest/lease-keeper.ts";
import type { Store } from "../../src/ports.ts";
import { openSqliteStore } from "../../src/store/open-sqlite-store.ts";
import { gatedLeases } from "../fakes/gated.ts";
import { ManualClock } from "../fakes/manual-clock.ts";
import { PauseGate } from "../fakes/pause-gate.ts";

/** Replicas that share a store. */
class Replicas {
  readonly clock = new ManualClock(1_000_000);
  readonly #store: Store;
  readonly #stops: (() => Promise<void>)[] = [];
  #started = 0;

  static async open(): Promise<Replicas> {
    const clock = new ManualClock(1_000_000);
    return new Replicas(clock, await openSqliteStore(":memory:", { clock }));
  }

  private constructor(clock: ManualClock, store: Store) {
    this.clock = clock;
    this.#store = store;
  }

  start(names: readonly string[]): {
    readonly keeper: LeaseKeeper;
    readonly gate: PauseGate;
    readonly stop: () => Promise<void>;
  } {
    const gate = new PauseGate();
    this.#started += 1;
    const keeper = new LeaseKeeper({
      store: gatedLeases(this.#store, gate),
      owner: `r-${this.#started}`,
      wall: this.clock,
      random: { next: () => 0.4 },
      onChange: () => {},
      onProblem: (problem) => {
        throw new Error(problem);
      },
    });
    for (const name of names) {
      keeper.want(name);
    }
    const stopping = new AbortController();
    const run = keeper.run(stopping.signal);
    const stop = async (): Promise<void> => {
      gate.open();
      stopping.abort();
      await this.clock.through(run);
    };
    this.#stops.push(stop);
    return { keeper, gate, stop };
  }

  async runFor(duration: number): Promise<void> {
    await this.clock.runTo(this.clock.now() + duration);
  }

  /** Who holds which lease, with its fence. */
  async holders(): Promise<ReadonlyMap<string, string>> {
    const { leases } = await this.#store.keepAlive("onlooker", 0, SECOND);
    return new Map(leases.map(({ name, owner, fence }) => [name, `${owner ?? "nobody"} ${fence}`]));
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) {
      await stop();
    }
    await this.#store.close();
  }
}

async function replicas(): Promise<Replicas> {
  const opened = await Replicas.open();
  onTestFinished(async () => opened.close());
  return opened;
}

const named = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `lease-${index}`);

test("Replicas that come one after the other hold about the same number of leases, and then none changes hands", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 9 }),
      fc.array(fc.constantFrom(0, 300, 20 * SECOND), { minLength: 1, maxLength: 3 }),
      async (count, pauses) => {
        const room = await Replicas.open();
        for (const pause of pauses) {
          room.start(named(count));
          await room.runFor(pause);
        }
        await room.runFor(90 * SECOND);
        const settled = await room.holders();
        expect(settled.size).toBe(count);
        const byOwner = Map.groupBy(settled.values(), (holder) => holder.split(" ")[0]);
        expect(byOwner.has("nobody")).toBe(false);
        for (const held of byOwner.values()) {
          expect(held.length).toBeLessThanOrEqual(Math.ceil(count / pauses.length));
        }
        await room.runFor(20 * SECOND);
        expect(await room.holders()).toEqual(settled);
        await room.close();
      },
    ),
    { numRuns: 8 },
  );
});

test("What a replica held that died is with the others within 5 seconds, whenever it dies", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 3000 }), async (later) => {
      const room = await Replicas.open();
      const [dying, other] = [room.start(named(6)), room.start(named(6))];
      await room.runFor(30 * SECOND + later);
      const term = await dying.keeper.term("lease-0", AbortSignal.timeout(1));
      dying.gate.shut();
      await room.runFor(5 * SECOND);
      expect(named(6).filter((name) => other.keeper.lease(name) === null)).toEqual([]);
      // Who was only away finds out, and tells whoever works under it.
      dying.gate.open();
      await room.runFor(SECOND);
      expect(dying.keeper.lease("lease-0")?.fence ?? null).not.toBe(1);
      expect(term === null || term.over.aborted).toBe(true);
      await room.close();
    }),
    { numRuns: 5 },
  );
});

test("What a replica held that stops is with the others within a second", async () => {
  const room = await replicas();
  const stopping = room.start(named(6));
  await room.runFor(10 * SECOND);
  const other = room.start(named(6));
  await room.runFor(SECOND);
  expect(other.keeper.lease("lease-5")).toBeNull();
  expect(other.keeper.holder("lease-5")).toBe("r-1");
  await stopping.stop();
  await room.runFor(SECOND);
  expect(named(6).filter((name) => other.keeper.lease(name) === null)).toEqual([]);
});

test("What one replica alone can read stays with it, however many it holds", async () => {
  const room = await replicas();
  const { keeper } = room.start(named(6));
  const other = room.start(["elsewhere"]);
  await room.runFor(2 * MINUTE);
  const settled = await room.holders();
  expect(named(6).filter((name) => keeper.lease(name) === null)).toEqual([]);
  expect(other.keeper.lease("elsewhere")).not.toBeNull();
  await room.runFor(2 * MINUTE);
  expect(await room.holders()).toEqual(settled);
});

test("A lease that is borrowed for a moment is taken where nobody holds it, and nowhere else", async () => {
  const room = await replicas();
  const { keeper } = room.start(["held"]);
  const { keeper: borrower } = room.start([]);
  await room.runFor(SECOND);
  expect(await borrower.take("held")).toBeNull();
  expect(await borrower.take("free")).toMatchObject({ name: "free", owner: "r-2" });
  expect(keeper.lease("free")).toBeNull();
  await borrower.give("free");
  expect(await keeper.take("free")).toMatchObject({ owner: "r-1", fence: 2 });
});
