import { expect, onTestFinished, test } from "vitest";
import { renderMessage } from "../../adapters/terminal/index.ts";
import { startDemo } from "../../src/app/demo.ts";
import type { Demo } from "../../src/app/demo.ts";
import type { IncomingQuestion } from "../../src/domain/chat.ts";
import { SYSTEM_CLOCK, SYSTEM_RANDOM } from "../../src/system-clock.ts";
import { MemoryChatAdapter, MemoryChatPlatform } from "../fakes/memory-chat.ts";

const MOST_LOOKS = 3000;

/** The demo with a chat in memory, in which anybody may say something anywhere. */
class Sitting {
  readonly demo: Demo;
  readonly chat: MemoryChatPlatform;
  readonly problems: readonly string[];
  #said = 0;

  static async start(speed: number): Promise<Sitting> {
    const chat = new MemoryChatPlatform(() => SYSTEM_CLOCK.now());
    const problems: string[] = [];
    const demo = await startDemo({
      speed,
      seed: 218,
      wall: SYSTEM_CLOCK,
      random: SYSTEM_RANDOM,
      zone: "UTC",
      chats: [new MemoryChatAdapter(chat)],
      channel: null,
      onProblem: (problem) => problems.push(problem),
    });
    onTestFinished(async () => {
      await demo.stop();
    });
    await demo.service.caughtUp;
    await demo.service.listen();
    return new Sitting(demo, chat, problems);
  }

  private constructor(demo: Demo, chat: MemoryChatPlatform, problems: readonly string[]) {
    this.demo = demo;
    this.chat = chat;
    this.problems = problems;
  }

  /** Says something; returns the answer as text, null when it was answered before. */
  async say(text: string, how: Partial<IncomingQuestion> = {}): Promise<string | null> {
    this.#said += 1;
    const answer = await this.demo.service.conversations.answer({
      deliveryId: `delivery-${this.#said}`,
      channel: { platform: "memory", workspace: "", channel: "on-call" },
      conversation: "thread-1",
      user: { id: "u-1", name: "alice", zone: "UTC" },
      text,
      ...how,
    });
    return answer === null
      ? null
      : renderMessage(answer, { width: 500, zone: "UTC", colour: "none", hyperlinks: false });
  }

  async until(isSo: () => boolean | Promise<boolean>): Promise<void> {
    for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
      if (await isSo()) {
        return;
      }
      await SYSTEM_CLOCK.sleep(20);
    }
    throw new Error("It never was so.");
  }
}

test("A channel asks to be notified, is, and no longer once it says so; every channel for itself", async () => {
  const sitting = await Sitting.start(1000);
  const other = { channel: { platform: "memory", workspace: "", channel: "other" } };
  expect(await sitting.say("subscriptions")).toContain("This channel has no subscription.");
  const said = await sitting.say("notify here about ssh on vm-x");
  expect(said).toMatch(
    /^From now on this channel hears of every new JIT opening of port 22 on vm-x\./,
  );
  const [id = ""] = /s-[0-9a-z]{12}/.exec(said ?? "") ?? [];
  expect(await sitting.say("notify here about ssh on vm-x")).toMatch(
    /^This channel already hears of/,
  );
  expect(await sitting.say("subscriptions")).toContain(id);
  expect(await sitting.say("subscriptions", other)).toContain("This channel has no subscription.");
  expect(await sitting.say(`stop notifying ${id}`, other)).toContain(`no subscription ${id}`);

  await fetch(/http\S+(?=")/.exec(sitting.demo.openCommand)?.[0] ?? "", { method: "POST" });
  await sitting.until(() =>
    sitting.chat.messages.some(({ text }) => text.includes("you@contoso.com")),
  );
  for (const { text } of sitting.chat.messages.filter(({ thread }) => thread === null)) {
    expect(text).toMatch(/SSH \(22\) on vm-x/);
  }

  expect(await sitting.say(`stop notifying ${id}`)).toMatch(
    /^Ended 1 subscription of this channel\./,
  );
  expect(await sitting.say("stop notifying")).toMatch(/This channel has no subscription\./);
});

test("A follow-up belongs to its conversation, and a question that is delivered twice is answered once", async () => {
  const sitting = await Sitting.start(60);
  const again = { deliveryId: "the same" };
  expect(await sitting.say("who opened rdp on vm-x", again)).toMatch(/RDP \(3389\) on vm-x/);
  expect(await sitting.say("who opened rdp on vm-x", again)).toBeNull();
  expect(await sitting.say("and ssh?")).toMatch(/SSH \(22\).*vm-x/);
  const elsewhere = await sitting.say("and ssh?", { conversation: "thread-2" });
  expect(elsewhere).toMatch(/There is no question before this one|I do not understand/);
  expect(await sitting.say("who oppened rdp")).toContain("Did you mean:");
});

test("status tells of every feed, its cost, the outbox and how far the log was read", async () => {
  const sitting = await Sitting.start(60);
  const [subscription = ""] = sitting.demo.sandbox.subscriptions;
  const status = (await sitting.say("status")) ?? "";
  expect(status).toMatch(/^All 3 feeds are read\. Standing now: \d+ openings?\./);
  for (const feed of ["activity-log", "activity-log-backfill", "live"]) {
    expect(status).toMatch(
      new RegExp(`${feed}/${subscription} +(?:waiting|reading|stopped) +\\d{4}-.* +\\d+$`, "m"),
    );
  }
  expect(status).toMatch(/The Activity Log from \S+ \S+ UTC on, last read at/);
  expect(status).toContain("0 posted, 0 to be posted");
  expect(status).toContain("SQLite in memory");
});

test("An answer about the present looks at the NSG itself, and says so where it may not", async () => {
  const sitting = await Sitting.start(60);
  const { sandbox } = sitting.demo;
  const seen = await sitting.say("what is open");
  expect(seen).toMatch(/Seen at .*stands in its NSG right now|Seen at .*stand in their NSG/);
  const giveBack = sandbox.refuse("Microsoft.Network/networkSecurityGroups/read");
  const unseen = await sitting.say("what is open");
  expect(unseen).toMatch(
    /Whether it stands right now could not be checked: Doorbell may not read .* lacks Microsoft\.Network\/networkSecurityGroups\/read/,
  );
  expect(unseen).not.toContain("Seen at");
  giveBack();
  expect(await sitting.say("what is open")).toContain("Seen at");
  expect(seen).not.toContain("when the log ends");
});

test("A permission that is taken away is told of in answers, and all is well by itself when it is granted again", async () => {
  const sitting = await Sitting.start(2000);
  const { sandbox } = sitting.demo;
  const lacking = "Microsoft.Insights/eventtypes/management/values/read";
  const giveBack = sandbox.refuse(lacking);
  await sitting.until(() => sitting.problems.some((problem) => problem.includes(lacking)));
  expect(await sitting.say("what is open")).toContain(`lacks ${lacking}`);
  expect(await sitting.say("status")).toMatch(/^1 of 3 feeds cannot be read\./);
  giveBack();
  await sitting.until(
    async () => (await sitting.say("status"))?.startsWith("All 3 feeds") === true,
  );
  expect(await sitting.say("what is open")).not.toContain("lacks");
  await sitting.say("notify here");
  await fetch(/http\S+(?=")/.exec(sitting.demo.openCommand)?.[0] ?? "", { method: "POST" });
  await sitting.until(() =>
    sitting.chat.messages.some(({ text }) => text.includes("you@contoso.com")),
  );
});
