import { expect, test } from "vitest";
import type { IncomingAction } from "../../../src/domain/chat.ts";
import { choices, message, paragraph } from "../../../src/message/build.ts";
import type { Message } from "../../../src/message/message.ts";
import type { ChatHandlers } from "../../../src/ports.ts";
import type { FakeMessage } from "../../fakes/teams/world.ts";
import { answerTo, sitting } from "./teams-sitting.ts";
import type { Sitting, SittingOptions } from "./teams-sitting.ts";

const NOTIFICATION: Message = {
  ...message("warning", "RDP is open.", [
    paragraph("RDP is open."),
    choices("Ask on:", ["show o-0123456789ab"]),
  ]),
  actions: [
    { id: "ack:n-1", label: "I look after it", options: [] },
    {
      id: "silence:n-1",
      label: "Silence",
      options: [
        { id: "hour", label: "for an hour" },
        { id: "day", label: "for a day" },
      ],
    },
  ],
};

/** A sitting with a notification in the channel. */
async function notified(
  handlers: Partial<ChatHandlers>,
  options: SittingOptions = {},
): Promise<Sitting & { readonly posted: FakeMessage }> {
  const at = await sitting({ handlers, ...options });
  await at.chat.post(at.ref(at.ops), NOTIFICATION, {
    key: "n-0123456789ab",
    thread: null,
    maybeRepeated: false,
  });
  const [posted] = at.alice.sees(at.ops);
  if (posted === undefined) {
    throw new Error("Nothing was posted.");
  }
  return { ...at, posted };
}

function sentence(value: string) {
  return { statusCode: 200, type: "application/vnd.microsoft.activity.message", value };
}

test("a press on a question is answered in the thread, with who asked what", async () => {
  const at = await notified({});
  const { status, answer } = await at.alice.presses(at.posted, "show o-0123456789ab");
  expect(status).toBe(200);
  expect(answer).toEqual(sentence("Looking it up; the answer comes below."));
  const [, said = ""] = await at.said(at.ops, 2);
  expect(said).toContain("You asked: show o-0123456789ab");
  expect(said).toContain("Alice Adams asked: show o-0123456789ab");
  expect(at.alice.sees(at.ops).map(({ thread }) => thread)).toEqual([null, at.posted.id]);
  expect(at.asked).toMatchObject([{ text: "show o-0123456789ab", channel: at.ref(at.ops) }]);
});

test("in a personal chat, who asked is plain", async () => {
  const at = await sitting();
  const chat = at.teams.tenant.personalChat(at.alice.user);
  await at.chat.post(at.ref(chat), NOTIFICATION, {
    key: "n-1",
    thread: null,
    maybeRepeated: false,
  });
  const [posted] = at.alice.sees(chat);
  if (posted !== undefined) {
    await at.alice.presses(posted, "show o-0123456789ab");
  }
  expect((await at.said(chat, 2)).at(-1)).toBe("You asked: show o-0123456789ab");
});

test("a press on an action is obeyed, and the presser is told alone", async () => {
  const obeyed: IncomingAction[] = [];
  const act: ChatHandlers["act"] = (action) => {
    obeyed.push(action);
    return Promise.resolve(answerTo("You look after it."));
  };
  const at = await notified({ act });
  const pressed = await at.alice.presses(at.posted, "I look after it");
  expect(pressed.answer).toEqual(sentence("You asked: You look after it."));
  expect(obeyed).toMatchObject([
    {
      channel: at.ref(at.ops),
      user: { id: at.alice.user.objectId, name: "Alice Adams", zone: "Europe/Berlin" },
      action: "ack:n-1",
      option: null,
    },
  ]);
  expect(at.alice.sees(at.ops)).toHaveLength(1);
});

test("two presses are two deliveries, and one that comes again is the same", async () => {
  const ids: string[] = [];
  const act: ChatHandlers["act"] = ({ deliveryId }) => {
    ids.push(deliveryId);
    return Promise.resolve(null);
  };
  const at = await notified({ act });
  const { answer } = await at.alice.presses(at.posted, "I look after it");
  expect(answer).toEqual(sentence("It is done already."));
  await at.teams.deliveries.redeliver();
  await at.alice.presses(at.posted, "I look after it");
  expect(ids[1]).toBe(ids[0]);
  expect(ids[2]).not.toBe(ids[0]);
});

test("what takes longer than people wait is said in the thread", async () => {
  const done = Promise.withResolvers<Message>();
  const at = await notified({ act: async () => done.promise });
  const pressed = at.alice.presses(at.posted, "I look after it");
  await at.teams.tenant.until(() => at.clock.sleepers > 0);
  at.clock.advance(5000);
  expect((await pressed).answer).toEqual(sentence("Doorbell is on it; the answer comes below."));
  done.resolve(answerTo("done"));
  expect((await at.said(at.ops, 2)).at(-1)).toContain("You asked: done");
});

test("an action that fails says so, and logs why", async () => {
  const at = await notified({ act: () => Promise.reject(new Error("disk full")) });
  const { answer } = await at.alice.presses(at.posted, "I look after it");
  expect(JSON.stringify(answer)).toContain("something failed inside");
  expect(at.log.join()).toContain("disk full");
});

test("whoever may not ask may not press either", async () => {
  const at = await notified(
    { act: () => Promise.resolve(answerTo("done")) },
    { settings: { channels: [] } },
  );
  for (const label of ["I look after it", "show o-0123456789ab"]) {
    const { answer } = await at.alice.presses(at.posted, label);
    expect(JSON.stringify(answer)).toContain("does not answer in this conversation");
  }
  expect(at.asked).toEqual([]);
});

test.each([
  ["a choice", { verb: "act", data: { action: "a", input: "i", i: "day" } }, "a", "day"],
  ["no choice", { verb: "act", data: { action: "a" } }, "a", null],
  ["a choice that is none", { verb: "act", data: { action: "a", input: "i", i: 1 } }, "a", null],
])("an action with %s is handed over", async (_, action, id, option) => {
  const obeyed: IncomingAction[] = [];
  const at = await notified({
    act: (one) => {
      obeyed.push(one);
      return Promise.resolve(null);
    },
  });
  await at.alice.invokes(at.ops, "adaptiveCard/action", { action });
  expect(obeyed).toMatchObject([{ action: id, option }]);
});

test.each([
  [undefined],
  [{ verb: "act" }],
  [{ verb: "unknown", data: {} }],
  [{ verb: "ask", data: { command: 1 } }],
  [{ verb: "page", data: { answer: "x", page: -1 } }],
  ["act"],
])("a button of somebody else's, %j, does nothing", async (action) => {
  const at = await notified({ act: () => Promise.reject(new Error("It was obeyed.")) });
  const { answer } = await at.alice.invokes(at.ops, "adaptiveCard/action", { action });
  expect(JSON.stringify(answer)).toContain("This button is one of an older Doorbell");
  expect(at.asked).toEqual([]);
});

test.each([
  ["with its verb", { verb: "ask", data: { command: "what is open" } }],
  ["flat", { verb: "ask", command: "what is open" }],
  ["without a verb", { command: "what is open" }],
])("a question of an older client's button, %s, is answered", async (_, value) => {
  const at = await notified({});
  const question = { text: "", value, entities: [] };
  await at.alice.says(at.ops, "@doorbell", { thread: at.posted, extra: question });
  expect((await at.said(at.ops, 2)).at(-1)).toContain("You asked: what is open");
  expect(at.alice.sees(at.ops).at(-1)?.thread).toBe(at.posted.id);
});

test("an action of an older client's button is obeyed, and answered in the thread", async () => {
  const at = await notified({ act: ({ action }) => Promise.resolve(answerTo(action)) });
  const press = { text: "", value: { action: "ack:n-1" }, entities: [] };
  await at.alice.says(at.ops, "@doorbell", { thread: at.posted, extra: press });
  expect((await at.said(at.ops, 2)).at(-1)).toContain("You asked: ack:n-1");
});
