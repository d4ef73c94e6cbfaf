import { expect, onTestFinished, test } from "vitest";
import { keepConfiguredSubscriptions } from "../../src/app/configured-subscriptions.ts";
import { EVERY_JIT_OPENING } from "../../src/ask/chat-command.ts";
import type { ConfiguredSubscription } from "../../src/config/configuration.ts";
import { openSqliteStore } from "../../src/store/open-sqlite-store.ts";
import { conversationsOn } from "../ask/conversations-on.ts";
import { ManualClock } from "../fakes/manual-clock.ts";

const MAIN = { platform: "terminal", workspace: "", channel: "main" };
const ALL: ConfiguredSubscription = { channel: MAIN, filter: EVERY_JIT_OPENING };
const DIRECT: ConfiguredSubscription = {
  channel: MAIN,
  filter: { ...EVERY_JIT_OPENING, kinds: ["direct"] },
};

/** A store, what tells which subscriptions it has, and a chat in its one channel. */
async function channel() {
  const clock = new ManualClock(1);
  const store = await openSqliteStore(":memory:", { clock });
  onTestFinished(() => store.close());
  const conversations = conversationsOn(store, clock);
  let said = 0;
  return {
    start: async (configured: readonly ConfiguredSubscription[], now: number) =>
      keepConfiguredSubscriptions(configured, store, now),
    known: async () =>
      (await store.channelSubscriptions()).map(
        ({ filter, createdAt, createdBy }) => `${filter.kinds.join()} ${createdAt} ${createdBy}`,
      ),
    say: async (text: string) => {
      said += 1;
      const user = { id: "1", name: "alice", zone: null };
      const answer = await conversations.answer({
        deliveryId: String(said),
        channel: MAIN,
        conversation: "1",
        user,
        text,
      });
      return JSON.stringify(answer);
    },
  };
}

test("what is configured begins at the first start and goes on at the next, so that nothing in between is lost", async () => {
  const { start, known } = await channel();
  await start([ALL, DIRECT, ALL], 10);
  await start([DIRECT, ALL], 20);
  expect((await known()).toSorted()).toEqual(["direct 10 configuration", "jit 10 configuration"]);
});

test("what is taken out of the configuration ends, and what the channel wished for itself stays", async () => {
  const { start, known, say } = await channel();
  await start([ALL], 10);
  await say("notify here about direct openings");
  await start([], 20);
  expect(await known()).toEqual(["direct 1 alice"]);
});

test("what is configured without kinds is told as what it is: openings by JIT", async () => {
  const { start, say } = await channel();
  await start([{ channel: MAIN, filter: { ...EVERY_JIT_OPENING, kinds: [] } }], 10);
  expect(await say("subscriptions")).toContain("every new JIT opening");
  expect(await say("notify here")).toContain(
    "This channel already hears of every new JIT opening.",
  );
});

test("a channel that ends what is configured is told that it begins again with the next start", async () => {
  const { start, known, say } = await channel();
  await start([ALL], 10);
  expect(await say("stop notifying")).toContain("take it out there");
  expect(await known()).toEqual([]);
  await say("notify here about direct openings");
  expect(await say("stop notifying")).not.toContain("take it out there");
});
