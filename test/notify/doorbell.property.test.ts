import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DAY, HOUR, MINUTE } from "../../src/domain/instant.ts";
import { rings } from "../../src/notify/filter.ts";
import { OutboxWorker } from "../../src/notify/outbox-worker.ts";
import { CrashGate } from "../fakes/crash-gate.ts";
import { gatedAdapter, gatedOutbox } from "../fakes/gated.ts";
import { MemoryChatAdapter, MemoryChatPlatform } from "../fakes/memory-chat.ts";
import { IngestLab, subscriptionOf, wantedTrail } from "../ingest/ingest-lab.ts";
import { START, tenantFeeds } from "../ingest/tenant-pages.ts";
import { LAB_TIMING } from "./outbox-lab.ts";

const CHANNELS = ["ops", "security"];
const SUBSCRIBED = START + 6 * HOUR;

/** One life of the program: it takes the feeds in and posts, and ends when it is killed or told to stop. */
async function live(
  lab: IngestLab,
  chat: MemoryChatPlatform,
  gate: CrashGate,
  sources: ReturnType<typeof tenantFeeds>["sources"],
): Promise<void> {
  const stop = new AbortController();
  const worker = new OutboxWorker({
    store: gatedOutbox(lab.store, gate),
    adapters: [gatedAdapter(new MemoryChatAdapter(chat), gate)],
    clock: lab.clock,
    random: { next: () => 0.5 },
    onProblem: (problem) => lab.problems.push(problem),
    timing: LAB_TIMING,
  });
  const ingest = lab.ingest(gate, {}, () => {
    worker.wake();
  });
  const running = worker.run(stop.signal);
  const following = lab.follow(ingest, sources);
  await lab.clock.through(Promise.race([following, gate.died]));
  if (!gate.isDead) {
    await lab.clock.runTo(lab.clock.now() + HOUR);
  }
  stop.abort();
  await lab.clock.through(Promise.race([running, gate.died]));
}

test("from feeds in disorder to the channel, through kills: every opening that rings stands in one message", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.array(fc.integer({ min: 0, max: 250 }), { maxLength: 8 }),
      async (seed, lives) => {
        const { sources, events, subscriptions } = tenantFeeds(seed);
        const lab = await IngestLab.open(START + DAY);
        await lab.subscribe(SUBSCRIBED, ...CHANNELS);
        const chat = new MemoryChatPlatform(() => lab.clock.now());
        for (const steps of [...lives, Number.POSITIVE_INFINITY]) {
          await live(lab, chat, new CrashGate(steps), sources);
          await lab.clock.runTo(lab.clock.now() + MINUTE);
        }
        const ringing = subscriptions
          .flatMap((one) => wantedTrail(events, one).openings)
          .filter((opening) => rings(opening, subscriptionOf("", SUBSCRIBED)));
        for (const channel of CHANNELS) {
          const own = chat.inChannel(channel).filter(({ thread }) => thread === null);
          const timesTold = ringing.map(
            ({ id }) => own.filter(({ text }) => text.includes(id)).length,
          );
          expect(timesTold).toEqual(ringing.map(() => 1));
          const keys = chat.inChannel(channel).map(({ key }) => key);
          expect(keys).toEqual([...new Set(keys)]);
        }
        expect(lab.problems).toEqual([]);
        await lab.store.close();
      },
    ),
    { numRuns: 12 },
  );
});
