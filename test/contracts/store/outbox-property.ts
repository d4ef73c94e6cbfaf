import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ClaimedDelivery, Store } from "../../../src/ports.ts";
import { opening } from "../../ask/trail-builder.ts";
import { change, channel, notification, receipt, WHOLE } from "./changes.ts";
import { storeOn } from "./ground.ts";
import type { Ground, StandingClock } from "./ground.ts";

const LEASE = 10;
const OPENINGS = 3;
const CHANNELS = 2;

/** What may happen to an outbox, one thing after the other. */
type Step =
  | {
      readonly kind: "open";
      readonly opening: number;
      readonly channel: number;
      readonly key: number;
    }
  | { readonly kind: "change"; readonly opening: number }
  | { readonly kind: "take-back"; readonly opening: number }
  | { readonly kind: "wait"; readonly length: number }
  | { readonly kind: "claim" }
  | { readonly kind: "post"; readonly held: number }
  | { readonly kind: "record"; readonly held: number; readonly outcome: Outcome };

interface Held {
  readonly delivery: ClaimedDelivery;
  readonly until: number;
  began: boolean;
}

type Outcome = "said" | "retry" | "unknown" | "waiting" | "die";

const openingIndex = fc.nat(OPENINGS - 1);
const heldIndex = fc.nat(1);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("open" as const),
      opening: openingIndex,
      channel: fc.nat(CHANNELS - 1),
      key: fc.nat(1),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("change" as const), opening: openingIndex }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("take-back" as const), opening: openingIndex }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      length: fc.constantFrom(1, 4, LEASE),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("claim" as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("post" as const), held: heldIndex }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("record" as const),
      held: heldIndex,
      outcome: fc.constantFrom<Outcome[]>("said", "said", "retry", "unknown", "waiting", "die"),
    }),
  },
);

/** Runs steps against a store and keeps what a channel would show. */
class Course {
  readonly #store: Store;
  readonly #clock: StandingClock;
  readonly #run: number;
  /** Claims that workers hold, with the end of their lease; lost ones among them. */
  readonly #held: Held[] = [];
  /** What stands in the channels, by key: the versions of the openings that the message tells of. */
  readonly shown = new Map<string, readonly string[]>();
  /** Keys of messages that were posted twice although nobody had reason to look for them. */
  readonly doubled: string[] = [];
  readonly overlaps: string[] = [];
  #version = 0;

  /** @param run keeps the courses in one store apart. */
  constructor(store: Store, clock: StandingClock, run: number) {
    this.#store = store;
    this.#clock = clock;
    this.#run = run;
  }

  get openings(): readonly string[] {
    return Array.from({ length: OPENINGS }, (_, index) => this.#idOf(index));
  }

  #idOf(index: number): string {
    return `o-${this.#run}-${index}`;
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case "open":
        return this.#open(step);
      case "change":
        return this.#commit(this.#idOf(step.opening));
      case "take-back":
        return this.#store.commit(change({ goneOpenings: [this.#idOf(step.opening)] }));
      case "wait":
        this.#clock.set(this.#clock.now() + step.length);
        return;
      case "claim":
        return this.claim();
      case "post":
        return this.#post(this.#held[step.held]);
      case "record":
        return this.#record(step.held, step.outcome);
    }
  }

  async claim(): Promise<void> {
    const now = this.#clock.now();
    const until = now + LEASE;
    const claim = { platforms: ["slack"], now, leaseUntil: until, limit: 5 };
    for (const delivery of await this.#store.claim(claim)) {
      const rival = this.#held.find(
        (one) => one.until > now && one.delivery.channel.channel === delivery.channel.channel,
      );
      if (rival !== undefined) {
        this.overlaps.push(`${rival.delivery.key} ${delivery.key}`);
      }
      this.#held.push({ delivery, until, began: false });
    }
  }

  /** Says everything that is due, until nothing is. */
  async drain(): Promise<void> {
    for (let round = 0; (await this.#store.nextDue(["slack"])) !== null; round += 1) {
      if (round > 200) {
        throw new Error("the outbox never empties");
      }
      this.#clock.set(this.#clock.now() + 1_000);
      await this.claim();
      while (this.#held.length > 0) {
        await this.#post(this.#held[0]);
        await this.#record(0, "said");
      }
    }
  }

  async #open(step: Extract<Step, { kind: "open" }>): Promise<void> {
    const id = this.#idOf(step.opening);
    const name = `${this.#run}-${step.channel}`;
    await this.#commit(id);
    const key = `n-${name}-${step.key}`;
    const dueAt = this.#clock.now();
    await this.#store.commit(
      change({ deliveries: [notification(key, [id], { channel: channel(name), dueAt })] }),
    );
  }

  async #commit(id: string): Promise<void> {
    this.#version += 1;
    await this.#store.commit(
      change({ openings: [opening({ id, vm: null, vmName: `version ${this.#version}` })] }),
    );
  }

  async #post(held: Held | undefined): Promise<void> {
    if (held === undefined || held.began || held.delivery.receipt !== null) {
      return;
    }
    const { key, fence, state } = held.delivery;
    if (await this.#store.beginPost(key, fence, this.#clock.now())) {
      held.began = true;
      // Whoever finds the state unknown looks first, and does not post what is there.
      if (this.shown.has(key) && state !== "unknown") {
        this.doubled.push(key);
      }
      this.shown.set(key, saidBy(held.delivery));
    }
  }

  async #record(index: number, outcome: Outcome): Promise<void> {
    const [held] = this.#held.splice(index, 1);
    if (held === undefined || outcome === "die") {
      return;
    }
    const { key, fence, channel: place, receipt: stands } = held.delivery;
    const at = this.#clock.now() + 3;
    if (outcome === "said") {
      await this.#post(held);
      if (!held.began && stands === null) {
        return;
      }
      const said = { kind: "said", receipt: receipt(key, place), digest: "d" } as const;
      if (await this.#store.record(key, fence, said)) {
        this.shown.set(key, saidBy(held.delivery));
      }
      return;
    }
    // A post that began and reached the channel was surely not refused.
    const kind = held.began && outcome !== "unknown" ? "unknown" : outcome;
    await this.#store.record(key, fence, { kind, at, reason: "planted" });
  }
}

function saidBy({ openings, goneOpenings }: ClaimedDelivery): readonly string[] {
  return [...openings.map(({ vmName }) => vmName ?? ""), ...goneOpenings].toSorted();
}

/** Whatever happens, channels show each opening once, and in the end as it stands. */
export function outboxProperty(ground: Ground): void {
  describe("outbox, in any course of things", () => {
    test("No message is doubled, no claim overlaps, and in the end all that was announced is told as it stands.", async () => {
      const { store, clock } = await storeOn(ground);
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 30, maxLength: 60, size: "max" }),
          async (steps) => {
            run += 1;
            const course = new Course(store, clock, run);
            for (const one of steps) {
              await course.take(one);
            }
            clock.set(clock.now() + LEASE);
            await course.drain();
            expect([course.doubled, course.overlaps]).toEqual([[], []]);
            const announced = await store.announced(course.openings);
            const stored = await store.trail(WHOLE);
            const names = new Map(stored.openings.map(({ id, vmName }) => [id, vmName ?? ""]));
            const wanted = Map.groupBy(announced, ({ key }) => key);
            expect(course.shown).toEqual(
              new Map(
                [...wanted].map(([key, told]) => [
                  key,
                  told.map(({ openingId }) => names.get(openingId) ?? openingId).toSorted(),
                ]),
              ),
            );
          },
        ),
        { numRuns: ground.shared ? 8 : 50 },
      );
    });
  });
}
