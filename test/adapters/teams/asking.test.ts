import { expect, test, vi } from "vitest";
import { mentionsIn } from "../../../adapters/teams/incoming.ts";
import { typedText } from "../../../adapters/teams/typed-text.ts";
import { message, paragraph } from "../../../src/message/build.ts";
import { cardText, cardsOf } from "../../fakes/teams/reading.ts";
import { sitting } from "./teams-sitting.ts";
import type { SittingOptions } from "./teams-sitting.ts";

test("a mention in a channel is answered in its thread", async () => {
  const at = await sitting();
  const { message: question } = await at.alice.says(at.ops, "@doorbell who opened vm-x");
  expect(await at.said(at.ops)).toEqual(["You asked: who opened vm-x"]);
  expect(at.alice.sees(at.ops).map(({ thread }) => thread)).toEqual([question.id]);
  const id = at.alice.user.objectId ?? "";
  expect(at.asked).toMatchObject([
    {
      channel: at.ref(at.ops),
      conversation: `teams ${at.teams.tenant.id} ${at.ops.id} ${question.id}`,
      thread: { channel: at.ref(at.ops) },
      user: { id, name: "Alice Adams", zone: "Europe/Berlin" },
      text: "who opened vm-x",
    },
  ]);
});

test("a question in a thread belongs to it, whoever asks", async () => {
  const at = await sitting();
  const bob = at.teams.tenant.addUser({ name: "bob" });
  at.team.members.add(bob.id);
  const { message: first } = await at.alice.says(at.ops, "@doorbell what is open");
  await at.said(at.ops);
  await at.teams.person(bob).says(at.ops, "@doorbell and vm-y", { thread: first });
  await at.said(at.ops, 2);
  expect(new Set(at.asked.map(({ conversation }) => conversation)).size).toBe(1);
  expect(at.alice.sees(at.ops).map(({ thread }) => thread)).toEqual([first.id, first.id]);
});

test("in a personal chat no mention is needed, and there are no threads", async () => {
  const at = await sitting();
  const chat = at.teams.tenant.personalChat(at.alice.user);
  await at.alice.says(chat, "what is open");
  expect(await at.said(chat)).toEqual(["You asked: what is open"]);
  expect(at.asked).toMatchObject([{ channel: at.ref(chat), thread: null }]);
});

test("a group chat is answered where it is mentioned, for each person apart", async () => {
  const at = await sitting();
  const bob = at.teams.tenant.addUser({ name: "bob" });
  const chat = at.teams.tenant.addGroupChat({ name: "on call", members: [at.alice.user, bob] });
  await at.alice.says(chat, "@doorbell what is open");
  await at.teams.person(bob).says(chat, "@doorbell what is open");
  expect(await at.said(chat, 2)).toHaveLength(2);
  expect(new Set(at.asked.map(({ conversation }) => conversation)).size).toBe(2);
});

test("a mention alone asks for help", async () => {
  const at = await sitting();
  await at.alice.says(at.ops, "@doorbell");
  expect(await at.said(at.ops)).toEqual(["You asked: help"]);
});

test("a delivery that comes again is answered once", async () => {
  const at = await sitting();
  await at.alice.says(at.ops, "@doorbell what is open");
  await at.said(at.ops);
  expect((await at.teams.deliveries.redeliver()).status).toBe(200);
  await at.alice.says(at.ops, "@doorbell what is open");
  await at.said(at.ops, 2);
  expect(at.asked).toHaveLength(2);
  expect(at.alice.sees(at.ops)).toHaveLength(2);
});

test("a question that takes a while shows that an answer comes", async () => {
  const answer = Promise.withResolvers<null>();
  const at = await sitting({ handlers: { answer: async () => answer.promise } });
  await at.alice.says(at.ops, "@doorbell what is open");
  await at.teams.tenant.until(() => at.clock.sleepers > 0);
  expect(at.teams.countCalls("sendToConversation")).toBe(0);
  at.clock.advance(1000);
  await at.teams.tenant.until(() => at.teams.countCalls("sendToConversation") === 1);
  expect(at.teams.calls.at(-1)?.body).toContain('"typing"');
  answer.resolve(null);
});

test("an answer that fails says so", async () => {
  const at = await sitting({ handlers: { answer: () => Promise.reject(new Error("disk full")) } });
  await at.alice.says(at.ops, "@doorbell what is open");
  expect((await at.said(at.ops)).join()).toContain("something failed inside");
  expect(at.log.join()).toContain("disk full");
});

test("an answer waits for as long as Teams says", async () => {
  const at = await sitting();
  at.teams.faults.plan("sendToConversation", { kind: "rate-limited", seconds: 7 });
  await at.alice.says(at.ops, "@doorbell what is open");
  await at.teams.tenant.until(
    () => at.teams.countCalls("sendToConversation") === 1 && at.clock.sleepers === 1,
  );
  at.clock.advance(6900);
  expect(at.clock.sleepers).toBe(1);
  at.clock.advance(200);
  expect(await at.said(at.ops)).toEqual(["You asked: what is open"]);
});

test("a long answer is turned page by page, for whoever turns it", async () => {
  const long = message(
    "info",
    "Much.",
    Array.from({ length: 60 }, (_, row) => paragraph(`row ${row} ${"lorem ipsum ".repeat(60)}`)),
  );
  const at = await sitting({ handlers: { answer: () => Promise.resolve(long) } });
  await at.alice.says(at.ops, "@doorbell what is open");
  const [first = ""] = await at.said(at.ops);
  expect(first).toContain("row 0 ");
  const [answer] = at.alice.sees(at.ops);
  if (answer === undefined) {
    throw new Error("There is no answer.");
  }
  const [label = ""] = /Page 2 of \d+(?=\])/.exec(first) ?? [];
  await at.alice.presses(answer, label);
  const [own] = cardsOf(answer, at.alice.user.id);
  const [others] = cardsOf(answer);
  expect(cardText(own)).toContain(`${label}.`);
  expect(cardText(others)).toContain("row 0 ");
  await at.chat.stop();
  await at.chat.start({ answer: () => Promise.resolve(null) });
  const { answer: gone } = await at.alice.presses(answer, label.replace("2", "3"));
  expect(JSON.stringify(gone)).toContain("no longer at hand");
});

interface Refusal extends SittingOptions {
  readonly who: string;
  readonly where: "channel" | "personal";
  readonly says: string;
}

const REFUSALS: readonly Refusal[] = [
  {
    who: "anybody, in a tenant that is not allowed",
    where: "channel",
    settings: { tenants: ["11111111-2222-4333-8444-555555555555"] },
    says: "Doorbell does not answer in this organisation.",
  },
  {
    who: "anybody, in a channel that is not allowed",
    where: "channel",
    settings: { channels: ["19:other@thread.tacv2"] },
    says: "Doorbell does not answer in this conversation.",
  },
  {
    who: "anybody, in a personal chat where those are off",
    where: "personal",
    settings: { directMessages: false },
    says: "Doorbell does not answer in personal chats here.",
  },
];

test.each(REFUSALS)("it does not answer $who, and says so", async ({ where, says, ...options }) => {
  const at = await sitting(options);
  const place = where === "channel" ? at.ops : at.teams.tenant.personalChat(at.alice.user);
  await at.alice.says(place, "@doorbell what is open");
  expect((await at.said(place)).join()).toContain(says);
  expect(at.asked).toEqual([]);
});

test.each([
  ["a guest", { role: "guest" as const }, "does not answer guests"],
  [
    "somebody whose account is a guest's",
    { mail: "mallory_fabrikam.example#EXT#@contoso.example" },
    "does not answer guests",
  ],
  [
    "somebody of another organisation",
    { tenant: "99999999-8888-4777-a666-555555555555" },
    "people of its own organisation only",
  ],
  ["somebody without an account", { role: "anonymous" as const }, "people who are signed in only"],
])("it does not answer %s, and says so", async (_, differs, says) => {
  const at = await sitting();
  const mallory = at.teams.tenant.addUser({ name: "mallory", ...differs });
  const chat = at.teams.tenant.addGroupChat({ name: "shared", members: [mallory] });
  await at.teams.person(mallory).says(chat, "@doorbell what is open");
  expect((await at.said(chat)).join()).toContain(says);
  expect(at.asked).toEqual([]);
});

test("guests are answered where that is allowed", async () => {
  const at = await sitting({ settings: { guests: true } });
  const guest = at.teams.tenant.addUser({ name: "mallory", role: "guest" });
  const chat = at.teams.tenant.addGroupChat({ name: "shared", members: [guest] });
  await at.teams.person(guest).says(chat, "@doorbell what is open");
  expect(await at.said(chat)).toEqual(["You asked: what is open"]);
});

test("people of every tenant that is named are answered", async () => {
  const sister = "99999999-8888-4777-a666-555555555555";
  const at = await sitting();
  const both = await sitting({ settings: { tenants: [at.teams.tenant.id, sister] } });
  const bob = both.teams.tenant.addUser({ name: "bob", tenant: sister });
  const chat = both.teams.tenant.addGroupChat({ name: "shared", members: [bob] });
  await both.teams.person(bob).says(chat, "@doorbell what is open");
  expect(await both.said(chat)).toEqual(["You asked: what is open"]);
});

test("where Teams does not tell who somebody is, they are not answered", async () => {
  const at = await sitting();
  at.teams.faults.plan("getConversationMember", { kind: "http-error", status: 503 });
  await at.alice.says(at.ops, "@doorbell what is open");
  expect((await at.said(at.ops)).join()).toContain("Teams does not tell Doorbell who you are");
  await at.alice.says(at.ops, "@doorbell what is open");
  expect((await at.said(at.ops, 2)).at(-1)).toBe("You asked: what is open");
});

test("a person is looked up once", async () => {
  const at = await sitting();
  await at.alice.says(at.ops, "@doorbell what is open");
  await at.said(at.ops);
  await at.alice.says(at.ops, "@doorbell what was open");
  await at.said(at.ops, 2);
  expect(at.teams.countCalls("getConversationMember")).toBe(1);
});

test("another bot is not answered", async () => {
  const at = await sitting();
  await at.alice.says(at.ops, "@doorbell what is open", {
    extra: { from: { id: "28:another-bot", name: "Another" } },
  });
  await at.alice.says(at.ops, "@doorbell what was open");
  expect(await at.said(at.ops)).toEqual(["You asked: what was open"]);
});

test("an answer of a conversation that lost the bot is logged, and nothing else", async () => {
  const at = await sitting();
  at.teams.faults.plan("sendToConversation", {
    kind: "error",
    status: 403,
    code: "BotNotInConversationRoster",
  });
  await at.alice.says(at.ops, "@doorbell what is open");
  await vi.waitFor(() => {
    expect(at.log.join()).toContain("an answer did not arrive");
  });
  expect(at.log.join()).not.toContain("eyJ");
});

const BOT = "28:bot";

test.each([
  ["<at>Doorbell</at> who opened vm-x", "who opened vm-x"],
  ["<at>Doorbell</at>&nbsp;who&nbsp;opened vm-x\n", "who opened vm-x"],
  ["what is open <at>Doorbell</at>", "what is open"],
  ["<at>Doorbell</at> what did <at>Alice Adams</at> open", "what did Alice Adams open"],
  [
    "<at>Doorbell</at> a &lt; b &amp;&amp; c &gt; d &quot;e&quot; &#39;f&#39; &#x26;",
    `a < b && c > d "e" 'f' &`,
  ],
  ["&amp;lt; stays", "&lt; stays"],
  ["&unknown; &#0; &#99999999;", "&unknown; &#0; &#99999999;"],
  ["one\r\n\ttwo\u00a0three<br>four", "one two three four"],
  ["$& $1 <at>Doorbell</at>", "$& $1"],
])("what was typed as %j reads %j", (text, read) => {
  const entities = [
    { type: "mention", text: "<at>Doorbell</at>", mentioned: { id: BOT, name: "Doorbell" } },
    {
      type: "mention",
      text: "<at>Alice Adams</at>",
      mentioned: { id: "29:1", name: "Alice Adams" },
    },
    { type: "mention", text: "", mentioned: { id: "29:1" } },
    { type: "clientInfo" },
    "nothing",
  ];
  const activity = {
    type: "message",
    channelId: "msteams" as const,
    serviceUrl: "https://smba.example/",
    from: { id: "29:1" },
    recipient: { id: BOT },
    conversation: { id: "a:1" },
    entities,
  };
  expect(typedText(text, mentionsIn(activity), BOT)).toBe(read);
});
