import { expect, test } from "vitest";
import { startDemo } from "../../src/app/demo.ts";
import type { Service } from "../../src/app/service.ts";
import { DAY, MINUTE, SECOND } from "../../src/domain/instant.ts";
import { trailRow } from "../../src/domain/trail-row.ts";
import type { Trail } from "../../src/domain/trail.ts";
import { REVEALING_WEEK } from "../../src/sandbox/profiles.ts";
import { SYSTEM_CLOCK, SYSTEM_RANDOM } from "../../src/system-clock.ts";
import { MemoryChatAdapter, MemoryChatPlatform } from "../fakes/memory-chat.ts";
import { differences } from "../sandbox/trail-truth.ts";

const SPEED = 20_000;
/** Long enough for the story's week, for the ends of its last openings, and for the log's delay. */
const STORY = 8 * DAY;
/** By then the log has shown every NSG once. */
const SHOWN = 10 * MINUTE;
const MOST_LOOKS = 60;

test("a week of a tenant, read over HTTPS: the trail is what happened, and each JIT opening rings once", async () => {
  const wall = SYSTEM_CLOCK;
  const chat = new MemoryChatPlatform(() => wall.now());
  const channel = { platform: "memory", workspace: "", channel: "on-call" };
  const problems: string[] = [];
  const demo = await startDemo({
    speed: SPEED,
    seed: 11,
    profile: REVEALING_WEEK,
    wall,
    random: SYSTEM_RANDOM,
    zone: "UTC",
    chats: [new MemoryChatAdapter(chat)],
    channel,
    onProblem: (problem) => problems.push(problem),
  });
  try {
    const { clock, sandbox, service } = demo;
    const start = clock.now();
    await service.listen();
    await clock.sleep(STORY);
    const truth = sandbox.truth();
    expect(truth.openings.length).toBeGreaterThan(100);
    let trail = await wholeTrail(service);
    let wrong: readonly string[] = [];
    // On a slow machine the feeds are behind for a while: right in the end is what counts.
    for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
      trail = await wholeTrail(service);
      wrong = differences(trail.openings.map(trailRow), truth, start + SHOWN);
      if (wrong.length === 0) {
        break;
      }
      await wall.sleep(SECOND);
    }
    expect(wrong).toEqual([]);

    await settled(chat, async () => wall.sleep(SECOND));
    const posts = chat.messages.filter(({ thread }) => thread === null);
    const ringing = trail.openings.filter(
      ({ kind, openedAt, openedAtExact }) => kind === "jit" && openedAtExact && openedAt >= start,
    );
    for (const { id } of ringing) {
      expect(posts.filter(({ text }) => text.includes(id)).map(({ key }) => key)).toHaveLength(1);
    }
    expect(posts.some(({ repeat }) => repeat)).toBe(false);
    const methods = new Set(
      sandbox
        .requestsSeen()
        .filter(({ path }) => !path.includes("/oauth2/"))
        .map(({ method }) => method),
    );
    expect([...methods]).toEqual(["GET"]);
    expect(problems).toEqual([]);
  } finally {
    await demo.stop();
  }
});

async function wholeTrail(service: Service): Promise<Trail> {
  const everything = { kind: "history", vm: { kind: "any" }, period: null } as const;
  return (await service.conversations.knowledge(everything, "UTC")).trail;
}

/** Waits until nothing more is said. */
async function settled(chat: MemoryChatPlatform, wait: () => Promise<void>): Promise<void> {
  const said = (): string => JSON.stringify(chat.messages.map(({ texts }) => texts.length));
  for (let before = ""; before !== said();) {
    before = said();
    await wait();
  }
}
