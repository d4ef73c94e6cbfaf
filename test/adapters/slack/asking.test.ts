import { describe, expect, test } from "vitest";
import { shownText } from "../../fakes/slack/reading.ts";
import type { FakeMessage } from "../../fakes/slack/world.ts";
import { answerTo, sitting } from "./slack-sitting.ts";
import type { Sitting } from "./slack-sitting.ts";

const text = (message: FakeMessage): string => shownText(message, "Europe/Berlin");

async function seen(at: Sitting, count: number): Promise<readonly FakeMessage[]> {
  return at.slack.workspace.until(() => {
    const messages = at.alice.sees(at.ops);
    return messages.length >= count && messages;
  });
}

describe.each(["socket", "http"] as const)("over %s", (transport) => {
  test("a slash command is answered to the asker alone", async () => {
    const at = await sitting({ transport });
    const delivered = await at.alice.types(at.ops, "/jit who opened rdp on vm-x");
    expect(delivered).toMatchObject({ acknowledged: true, answer: null });
    const [answer] = await seen(at, 1);
    expect(answer).toMatchObject({ ephemeralFor: at.alice.user.id, threadTs: null });
    expect(answer?.blocks.length).toBe(1);
    expect(at.asked).toMatchObject([
      {
        text: "who opened rdp on vm-x",
        channel: { platform: "slack", workspace: "T0CONTOSO", channel: at.ops.id },
        user: { id: at.alice.user.id, name: "Alice Adams", zone: "Europe/Berlin" },
      },
    ]);
  });

  test("a question that Slack delivers twice is answered once", async () => {
    const at = await sitting({ transport });
    await at.alice.types(at.ops, "/jit what is open");
    await seen(at, 1);
    expect(await at.slack.deliveries.redeliver()).toMatchObject({ acknowledged: true });
    await at.alice.says(at.ops, "@doorbell what is open");
    await at.slack.deliveries.redeliver();
    await at.alice.says(at.ops, "@doorbell help");
    expect((await seen(at, 3)).map(text)).toEqual([
      "You asked: what is open",
      "You asked: what is open",
      "You asked: help",
    ]);
  });
});

test("dashes and quotes reach the program as a phone wrote them, addresses as they were typed", async () => {
  const at = await sitting();
  await at.alice.types(at.ops, "/jit who opened “vm–x” since friday & before < now");
  await at.alice.says(at.ops, "@doorbell what did alice@contoso.example open on db.contoso.com");
  await seen(at, 2);
  expect(at.asked.map((question) => question.text)).toEqual([
    "who opened “vm–x” since friday & before < now",
    "what did alice@contoso.example open on db.contoso.com",
  ]);
});

test("a person who is mentioned in a question is asked about by mail address", async () => {
  const at = await sitting();
  at.slack.workspace.addUser({ name: "bob", mail: "bob@contoso.example" });
  const bob = [...at.slack.workspace.users.values()].at(-1)?.id ?? "";
  await at.alice.says(at.ops, `@doorbell what did <@${bob}> open`);
  await seen(at, 1);
  expect(at.asked[0]?.text).toBe("what did bob@contoso.example open");
});

test("a command without words asks for help", async () => {
  const at = await sitting();
  await at.alice.types(at.ops, "/jit");
  expect((await seen(at, 1)).map(text)).toEqual(["You asked: help"]);
});

test("a mention is answered to the asker alone, in a thread within the thread", async () => {
  const at = await sitting();
  const first = await at.alice.says(at.ops, "@doorbell what is open");
  const [alone] = await seen(at, 1);
  expect(alone).toMatchObject({ ephemeralFor: at.alice.user.id, threadTs: null });
  await at.alice.says(at.ops, "@doorbell and yesterday", { thread: first.message });
  const [, inThread] = await seen(at, 2);
  expect(inThread).toMatchObject({
    ephemeralFor: at.alice.user.id,
    threadTs: first.message.ts,
  });
});

test("follow-ups belong to their thread, else to the asker in the channel", async () => {
  const at = await sitting();
  const bob = at.slack.person(at.slack.workspace.addUser({ name: "bob" }));
  at.ops.members.add(bob.user.id);
  const conversationOf = async (ask: () => Promise<unknown>): Promise<string> => {
    const before = at.asked.length;
    await ask();
    await at.slack.workspace.until(() => at.asked.length > before);
    return at.asked[before]?.conversation ?? "";
  };
  const root = await at.alice.says(at.ops, "nothing to Doorbell");
  const thread = { thread: root.message };
  const alone = await conversationOf(() => at.alice.says(at.ops, "@doorbell one"));
  expect(await conversationOf(() => at.alice.types(at.ops, "/jit two"))).toBe(alone);
  expect(await conversationOf(() => bob.says(at.ops, "@doorbell three"))).not.toBe(alone);
  const threaded = await conversationOf(() => at.alice.says(at.ops, "@doorbell four", thread));
  expect(threaded).not.toBe(alone);
  expect(await conversationOf(() => bob.says(at.ops, "@doorbell five", thread))).toBe(threaded);
});

test.each([
  ["public what is open", "what is open"],
  ["what is open publicly", "what is open"],
  ["in public: what is open", "what is open"],
])("an answer that is asked for in public is for everybody: %s", async (typed, question) => {
  const at = await sitting();
  await at.alice.types(at.ops, `/jit ${typed}`);
  const mention = await at.alice.says(at.ops, `@doorbell ${typed}`);
  const [command, threaded] = await seen(at, 2);
  expect(command).toMatchObject({ ephemeralFor: null, threadTs: null });
  expect(threaded).toMatchObject({ ephemeralFor: null, threadTs: mention.message.ts });
  expect(at.asked.map((one) => one.text)).toEqual([question, question]);
});

test("answers are for everybody where the configuration says so, unless the asker says private", async () => {
  const at = await sitting({ settings: { publicAnswers: true } });
  await at.alice.types(at.ops, "/jit what is open");
  await at.alice.types(at.ops, "/jit private what is open");
  expect((await seen(at, 2)).map(({ ephemeralFor }) => ephemeralFor)).toEqual([
    null,
    at.alice.user.id,
  ]);
});

test("a direct message is answered there, and Doorbell does not answer itself", async () => {
  const at = await sitting();
  const direct = at.slack.workspace.directMessages(at.alice.user);
  await at.alice.says(direct, "what is open");
  await at.slack.workspace.until(() => at.alice.sees(direct).length === 1);
  await at.alice.says(direct, "status");
  const answers = await at.slack.workspace.until(() => {
    const messages = at.alice.sees(direct);
    return messages.length === 2 && messages;
  });
  expect(answers.map(text)).toEqual(["You asked: what is open", "You asked: status"]);
});

test("messages that are no questions are left alone: edits, bots, channels' own words", async () => {
  const at = await sitting();
  const direct = at.slack.workspace.directMessages(at.alice.user);
  await at.alice.says(direct, "edited", { extra: { subtype: "message_changed" } });
  await at.alice.says(direct, "by a bot", { extra: { bot_id: "B0OTHER" } });
  await at.alice.says(at.ops, "@doorbell joined", { extra: { subtype: "channel_join" } });
  await at.alice.says(direct, "what is open");
  await at.slack.workspace.until(() => at.alice.sees(direct).length === 1);
  expect(at.asked.map((question) => question.text)).toEqual(["what is open"]);
});

test("a command is answered also where the bot is not in the channel", async () => {
  const at = await sitting();
  const closed = at.slack.workspace.addChannel({
    name: "closed",
    kind: "private",
    members: [at.alice.user],
  });
  await at.alice.types(closed, "/jit what is open");
  await at.alice.types(closed, "/jit public what is open");
  const answers = await at.slack.workspace.until(() => {
    const messages = at.alice.sees(closed);
    return messages.length === 2 && messages;
  });
  expect(answers.map(({ ephemeralFor }) => ephemeralFor)).toEqual([at.alice.user.id, null]);
});

describe("an answer that takes long", () => {
  async function slowly(ask: (at: Sitting) => Promise<unknown>): Promise<Sitting> {
    const gate = Promise.withResolvers<undefined>();
    const at = await sitting({
      handlers: {
        answer: async ({ text: question }) => {
          await gate.promise;
          return answerTo(question);
        },
      },
    });
    const before = at.clock.sleepers;
    await ask(at);
    await at.slack.workspace.until(() => at.clock.sleepers > before);
    at.clock.advance(1500);
    await at.slack.workspace.until(() =>
      [...at.slack.workspace.channels.values()].some(
        (channel) => at.alice.sees(channel).length > 0,
      ),
    );
    gate.resolve(undefined);
    return at;
  }

  test("is announced, and replaces the announcement where everybody sees it", async () => {
    const at = await slowly((sat) => sat.alice.types(sat.ops, "/jit public what is open"));
    const answer = await at.slack.workspace.until(() =>
      at.alice.sees(at.ops).find(({ edits }) => edits === 1),
    );
    expect(text(answer)).toBe("You asked: what is open");
    expect(at.alice.sees(at.ops)).toHaveLength(1);
  });

  test("is announced and replaced in a direct conversation", async () => {
    const at = await slowly((sat) =>
      sat.alice.says(sat.slack.workspace.directMessages(sat.alice.user), "what is open"),
    );
    const direct = at.slack.workspace.directMessages(at.alice.user);
    await at.slack.workspace.until(() => at.alice.sees(direct)[0]?.edits === 1);
    expect(at.alice.sees(direct).map(text)).toEqual(["You asked: what is open"]);
  });

  test("follows its announcement where only the asker sees it, which Slack cannot replace", async () => {
    const at = await slowly((sat) => sat.alice.types(sat.ops, "/jit what is open"));
    expect((await seen(at, 2)).map(text)).toEqual([
      "Looking it up; the answer comes here.",
      "You asked: what is open",
    ]);
  });
});

test("an answer that fails says so to the asker, and why to the log", async () => {
  const at = await sitting({
    handlers: { answer: () => Promise.reject(new Error("the database is away")) },
  });
  await at.alice.types(at.ops, "/jit what is open");
  const [answer] = await seen(at, 1);
  expect(answer === undefined ? "" : text(answer)).toContain("Doorbell could not answer");
  expect(at.log.join("\n")).toContain("the database is away");
});

test("a response URL that is dead is logged, and the next question is answered", async () => {
  const at = await sitting();
  at.slack.faults.plan("response_url", { kind: "http-error", status: 404 });
  await at.alice.types(at.ops, "/jit one");
  await at.slack.workspace.until(() => at.asked.length === 1);
  await at.alice.types(at.ops, "/jit two");
  expect((await seen(at, 1)).map(text)).toEqual(["You asked: two"]);
  expect(at.log.join("\n")).toContain("an answer did not arrive");
});

describe("who is not answered", () => {
  const guest = { guest: true };
  const foreign = { team: "T0OTHERS" };
  test.each([
    ["a guest", guest, {}, "does not answer guests"],
    ["a person of another organisation", foreign, {}, "its own organisation only"],
    [
      "another organisation's guest where guests may",
      { ...guest, ...foreign },
      { guests: true },
      "own organisation",
    ],
    ["a channel that is not allowed", {}, { channels: ["C0ELSEWHERE"] }, "in this channel"],
    ["a workspace that is not allowed", {}, { workspaces: ["T0ELSEWHERE"] }, "in this workspace"],
  ])("%s", async (_, kind, settings, reason) => {
    const at = await sitting({ settings });
    const mallory = at.slack.person(at.slack.workspace.addUser({ name: "mallory", ...kind }));
    await mallory.types(at.ops, "/jit what is open");
    const [refused] = await at.slack.workspace.until(() => {
      const messages = mallory.sees(at.ops);
      return messages.length > 0 && messages;
    });
    expect(refused === undefined ? "" : text(refused)).toContain(reason);
    expect(at.asked).toEqual([]);
  });

  test("anybody in direct messages where they are off", async () => {
    const at = await sitting({ settings: { directMessages: false } });
    const direct = at.slack.workspace.directMessages(at.alice.user);
    await at.alice.says(direct, "what is open");
    await at.slack.workspace.until(() => at.alice.sees(direct).length === 1);
    expect(at.asked).toEqual([]);
  });
});
