import { expect, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../src/domain/instant.ts";
import { notificationRouter } from "../../src/notify/notification-router.ts";
import { OUTBOX_TIMING } from "../../src/notify/outbox-timing.ts";
import { OutboxWorker } from "../../src/notify/outbox-worker.ts";
import { route } from "../../src/notify/routing.ts";
import type { OutboxStore, Store } from "../../src/ports.ts";
import { openSqliteStore } from "../../src/store/open-sqlite-store.ts";
import { ManualClock } from "../fakes/manual-clock.ts";
import { NO_CHANGE } from "../fakes/no-change.ts";
import { LIMITS, LimitedChat, NIGHT, openingsOf, subscriptionsOf } from "./patch-night.ts";

test("5,000 requests in one night ring once in each of 1,000 channels that wants to hear of them", () => {
  const [channels, wide, perPage] = [1_000, 2, 5];
  const subscriptions = subscriptionsOf("slack", channels, wide);
  const told = new Map<string, number>();
  const keys = new Set<string>();
  for (let page = 0; page < channels; page += 1) {
    const openings = Array.from({ length: perPage }, (_, index) =>
      openingsOf(page * perPage + index, page, NIGHT + page),
    ).flat();
    const deliveries = route({
      changes: openings.map((after) => ({ before: null, after })),
      subscriptions,
      announced: [],
      bursts: [],
      silences: [],
      hasThreads: () => true,
      now: NIGHT + page,
    });
    for (const { key, channel, openings: ids } of deliveries) {
      keys.add(key);
      for (const id of ids) {
        const place = `${id} ${channel.channel}`;
        told.set(place, (told.get(place) ?? 0) + 1);
      }
    }
  }
  // Two openings of each request; in two channels that hear of everything, and in one more.
  const requests = channels * perPage;
  const places = requests * wide + (requests - wide * perPage);
  expect(told.size).toBe(places * 2);
  expect(keys.size).toBe(places);
  expect(Math.max(...told.values())).toBe(1);
});

test.each([
  // In the widest channels 60 messages, 1.2 s each: a second, and what a call takes.
  {
    what: "waits that out, so that nothing is refused",
    postInterval: SECOND,
    refused: [0, 0],
    longest: 78 * SECOND,
  },
  {
    what: "does not know it, with a bounded number of claims",
    postInterval: undefined,
    refused: [61, 1_000],
    longest: HOUR,
  },
])(
  "A night's notifications reach channels that take one a second, where the outbox $what",
  async ({ postInterval, refused: [fewest = 0, most = 0], longest }) => {
    const [requests, channels, wide] = [60, 30, 3];
    const clock = new ManualClock(NIGHT);
    const store = await openSqliteStore(":memory:", { clock });
    for (const subscription of subscriptionsOf("slack", channels, wide)) {
      await store.subscribe(subscription);
    }
    const { slack } = LIMITS;
    if (slack === undefined) {
      throw new Error("no limits");
    }
    const { postInterval: known, ...others } = slack;
    expect(known).toBe(SECOND);
    const limits = postInterval === undefined ? others : { ...others, postInterval };
    const chat = new LimitedChat("slack", limits, clock);
    const calls = { claim: 0, claimed: 0 };
    const worker = new OutboxWorker({
      store: counted(store, calls),
      adapters: [chat],
      clock,
      random: { next: () => 0.5 },
      onProblem: (problem) => {
        throw new Error(problem);
      },
      timing: { ...OUTBOX_TIMING, look: 10 * MINUTE },
    });
    const stop = new AbortController();
    const running = worker.run(stop.signal);
    const router = notificationRouter(store, () => true);
    for (let request = 0; request < requests; request += 1) {
      const openings = openingsOf(request, request % channels, clock.now());
      const changes = openings.map((after) => ({ before: null, after }));
      const deliveries = await router(changes, clock.now());
      await store.commit({ ...NO_CHANGE, openings, deliveries });
    }
    worker.wake();
    const end = NIGHT + HOUR;
    for (let due = await store.nextDue(["slack"]); due !== null && clock.now() < end;) {
      await clock.runTo(Math.max(due, clock.now()) + SECOND);
      due = await store.nextDue(["slack"]);
    }
    stop.abort();
    await clock.through(running);
    const places = requests * wide + (requests - (requests / channels) * wide);
    expect([chat.posts.size, chat.posted]).toEqual([places, places]);
    expect(chat.refused).toBeGreaterThanOrEqual(fewest);
    expect(chat.refused).toBeLessThanOrEqual(most);
    expect(chat.lastPost - NIGHT).toBeLessThan(longest);
    // What waits behind a rate limit is left alone: each delivery is claimed for a call to the platform.
    expect(calls.claimed).toBe(chat.posted + chat.refused);
    expect(calls.claim).toBeLessThan(2 * calls.claimed);
    await store.close();
  },
);

function counted(store: Store, calls: { claim: number; claimed: number }): OutboxStore {
  return {
    claim: async (claim) => {
      const claimed = await store.claim(claim);
      calls.claim += 1;
      calls.claimed += claimed.length;
      return claimed;
    },
    beginPost: async (key, fence, at) => store.beginPost(key, fence, at),
    record: async (key, fence, outcome, pauses) => store.record(key, fence, outcome, pauses),
    nextDue: async (platforms) => store.nextDue(platforms),
    outboxHealth: async () => store.outboxHealth(),
  };
}
