import { describe, expect, onTestFinished, test } from "vitest";
import { DAY, HOUR } from "../../src/domain/instant.ts";
import type { Instant } from "../../src/domain/instant.ts";
import type { ChannelRef } from "../../src/domain/notification.ts";
import type { Opening } from "../../src/domain/opening.ts";
import { REPEAT_TEXT } from "../../src/message/repeat-notice.ts";
import { attemptDelivery } from "../../src/notify/delivery-attempt.ts";
import { deliveryMessage } from "../../src/notify/delivery-message.ts";
import { OUTBOX_TIMING } from "../../src/notify/outbox-timing.ts";
import type { ChatAdapter, Clock, OutboxStore, Store } from "../../src/ports.ts";
import { openSqliteStore } from "../../src/store/open-sqlite-store.ts";
import { OPEN, opening } from "../ask/trail-builder.ts";
import { CrashGate } from "../fakes/crash-gate.ts";
import { gatedAdapter, gatedOutbox } from "../fakes/gated.ts";
import { NO_CHANGE } from "../fakes/no-change.ts";
import type { ChatHarness, ChatUnderTest, SeenMessage } from "./chat-harness.ts";

const KEY = "n-0123456789ab";
/** More than one delivery has. */
const MOST_STEPS = 14;

/** A clock that stands: calls take as long as they take, and no time limit cuts them off. */
class StandingClock implements Clock {
  at: Instant = DAY;

  now(): Instant {
    return this.at;
  }

  async sleep(_duration: number, signal?: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      signal?.addEventListener("abort", () => {
        resolve();
      });
    });
  }
}

/** The outbox on this adapter, killed at every step: part of the suite that every adapter passes. */
export function chatCrashContract(under: ChatUnderTest): void {
  const { readBack, replaces } = under.traits;
  const steps = Array.from({ length: MOST_STEPS }, (_, step) => step);

  describe(`the outbox on ${under.name}`, () => {
    test.each(steps)("killed at step %i of a post, the message is there", async (step) => {
      const { harness, clock, store } = await outboxOn(under);
      const marmot = opening({ ...OPEN, vm: null, vmName: "vm-marmot" });
      await store.commit({
        ...NO_CHANGE,
        openings: [marmot],
        deliveries: [deliveryOf(marmot, harness.channel)],
      });
      await deliverAndDie(store, harness.adapter, clock, step);
      await deliverAll(store, await harness.restart(), clock);
      const said = await saidOf(harness, "vm-marmot");
      const marked = said.filter(({ text }) => text.includes(REPEAT_TEXT));
      expect(said.length).toBeGreaterThan(0);
      expect(said.length).toBeLessThanOrEqual(readBack ? 1 : 2);
      expect(said.length - marked.length).toBeLessThanOrEqual(1);
      expect(marked.length).toBeLessThanOrEqual(readBack ? 0 : 1);
    });

    test.each(steps)(
      "killed at step %i of an edit, the message says what is true",
      async (step) => {
        const { harness, clock, store } = await outboxOn(under);
        const marmot = opening({ ...OPEN, vm: null, vmName: "vm-marmot" });
        await store.commit({
          ...NO_CHANGE,
          openings: [marmot],
          deliveries: [deliveryOf(marmot, harness.channel)],
        });
        await deliverAll(store, harness.adapter, clock);
        await store.commit({ ...NO_CHANGE, openings: [{ ...marmot, vmName: "vm-badger" }] });
        await deliverAndDie(store, harness.adapter, clock, step);
        await deliverAll(store, await harness.restart(), clock);
        expect((await saidOf(harness, "vm-badger")).length).toBeGreaterThan(0);
        expect((await saidOf(harness, "vm-marmot")).length).toBe(replaces ? 0 : 1);
        expect(await saidOf(harness, REPEAT_TEXT)).toEqual([]);
      },
    );
  });
}

async function outboxOn(under: ChatUnderTest): Promise<{
  readonly harness: ChatHarness;
  readonly clock: StandingClock;
  readonly store: Store;
}> {
  const harness = await under.open();
  const clock = new StandingClock();
  const store = await openSqliteStore(":memory:", { clock });
  onTestFinished(async () => {
    await store.close();
    await harness.close();
  });
  return { harness, clock, store };
}

function deliveryOf({ id }: Opening, channel: ChannelRef) {
  return {
    key: KEY,
    channel,
    content: { kind: "notification" as const },
    burst: "request:r-1",
    openings: [id],
    dueAt: DAY,
  };
}

async function saidOf(harness: ChatHarness, word: string): Promise<readonly SeenMessage[]> {
  return (await harness.said(harness.channel)).filter(({ text }) => text.includes(word));
}

/** Delivers what is due, once. */
async function deliver(store: OutboxStore, adapter: ChatAdapter, clock: Clock): Promise<void> {
  const now = clock.now();
  const leaseUntil = now + OUTBOX_TIMING.lease;
  const claim = { platforms: [adapter.platform], now, leaseUntil, limit: 1 };
  for (const delivery of await store.claim(claim)) {
    const { outcome } = await attemptDelivery(delivery, deliveryMessage(delivery), adapter, {
      store,
      clock,
      random: { next: () => 0 },
      timing: OUTBOX_TIMING,
      leaseUntil,
      turn: () => Promise.resolve(),
      posted: () => undefined,
    });
    if (outcome !== null) {
      await store.record(delivery.key, delivery.fence, outcome);
    }
  }
}

async function deliverAndDie(
  store: Store,
  adapter: ChatAdapter,
  clock: StandingClock,
  steps: number,
): Promise<void> {
  const gate = new CrashGate(steps);
  await Promise.race([
    deliver(gatedOutbox(store, gate), gatedAdapter(adapter, gate), clock),
    gate.died,
  ]);
  clock.at += HOUR;
}

async function deliverAll(store: Store, adapter: ChatAdapter, clock: StandingClock): Promise<void> {
  while ((await store.nextDue([adapter.platform])) !== null) {
    clock.at += HOUR;
    await deliver(store, adapter, clock);
  }
}
