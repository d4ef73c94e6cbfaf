import { expect, test } from "vitest";
import type { IncomingAction } from "../../../src/domain/chat.ts";
import { choices, inline, list, message, paragraph } from "../../../src/message/build.ts";
import type { Message } from "../../../src/message/message.ts";
import { pressables, shownText } from "../../fakes/slack/reading.ts";
import type { FakeMessage } from "../../fakes/slack/world.ts";
import { answerTo, sitting } from "./slack-sitting.ts";
import type { Sitting } from "./slack-sitting.ts";

const text = (one: FakeMessage): string => shownText(one, "UTC");

const CARD: Message = {
  ...message("warning", "alice opened RDP on vm-x", [
    paragraph("alice opened RDP on vm-x"),
    choices("Ask on:", ["show o-0123456789ab", "history of vm-x"]),
  ]),
  actions: [
    { id: "acknowledge n-1", label: "Acknowledge", options: [] },
    {
      id: "silence vm-x",
      label: "Silence vm-x",
      options: [
        { id: "1h", label: "for an hour" },
        { id: "1d", label: "for a day" },
      ],
    },
  ],
};

async function posted(at: Sitting, card: Message = CARD): Promise<FakeMessage> {
  const receipt = await at.chat.post(at.ref(at.ops), card, {
    key: "n-0123456789ab",
    thread: null,
    maybeRepeated: false,
  });
  const [first] = at.alice.sees(at.ops);
  if (first === undefined || !receipt.message.includes(first.ts)) {
    throw new Error("The card is not there.");
  }
  return first;
}

async function seen(at: Sitting, count: number): Promise<readonly FakeMessage[]> {
  return at.slack.workspace.until(() => {
    const messages = at.alice.sees(at.ops);
    return messages.length >= count && messages;
  });
}

test("a button asks its question for the presser alone, and leaves the card as it is", async () => {
  const at = await sitting();
  const card = await posted(at);
  await at.alice.presses(card, "history of vm-x");
  const [, answer] = await seen(at, 2);
  expect(answer).toMatchObject({ ephemeralFor: at.alice.user.id, threadTs: null });
  expect(at.asked.map((question) => question.text)).toEqual(["history of vm-x"]);
  expect(card.edits).toBe(0);
  expect(text(card)).toContain("alice opened RDP on vm-x");
});

test("a press that Slack delivers twice is answered once", async () => {
  const at = await sitting();
  await at.alice.presses(await posted(at), "history of vm-x");
  await seen(at, 2);
  await at.slack.deliveries.redeliver();
  await at.alice.types(at.ops, "/jit help");
  expect((await seen(at, 3)).slice(1).map(text)).toEqual([
    "You asked: history of vm-x",
    "You asked: help",
  ]);
});

test("a button in a thread is answered in the thread", async () => {
  const at = await sitting();
  const root = await at.alice.says(at.ops, "what was that?");
  const receipt = {
    channel: at.ref(at.ops),
    message: JSON.stringify({ ts: root.message.ts, key: "", maybeRepeated: false }),
  };
  await at.chat.post(at.ref(at.ops), CARD, { key: "n-1", thread: receipt, maybeRepeated: false });
  const [card] = await seen(at, 1);
  expect(card?.threadTs).toBe(root.message.ts);
  if (card !== undefined) {
    await at.alice.presses(card, "history of vm-x");
  }
  const [, answer] = await seen(at, 2);
  expect(answer).toMatchObject({ ephemeralFor: at.alice.user.id, threadTs: root.message.ts });
});

test("buttons under an ephemeral answer lead on", async () => {
  const at = await sitting({
    handlers: {
      answer: ({ text: question }) =>
        Promise.resolve(
          message("info", question, [
            paragraph(question),
            choices("Which?", ["show o-1", "show o-2"]),
          ]),
        ),
    },
  });
  await at.alice.types(at.ops, "/jit who opened rdp");
  const [first] = await seen(at, 1);
  if (first !== undefined) {
    await at.alice.presses(first, "show o-2");
  }
  const [, second] = await seen(at, 2);
  expect(second === undefined ? "" : text(second)).toContain("show o-2");
});

test("what a button does reaches the program with who pressed it, and the presser hears of it", async () => {
  const acts: IncomingAction[] = [];
  const at = await sitting({
    handlers: {
      act: (action) => {
        acts.push(action);
        return Promise.resolve(answerTo(action.action));
      },
    },
  });
  const card = await posted(at);
  await at.alice.presses(card, "Acknowledge");
  await seen(at, 2);
  await at.alice.chooses(card, "Silence vm-x", "for a day");
  await seen(at, 3);
  expect(acts).toMatchObject([
    { action: "acknowledge n-1", option: null, user: { name: "Alice Adams" } },
    { action: "silence vm-x", option: "1d", channel: at.ref(at.ops) },
  ]);
  expect(card.edits).toBe(0);
});

test("a guest's press does nothing", async () => {
  const acts: IncomingAction[] = [];
  const at = await sitting({
    handlers: {
      act: (action) => {
        acts.push(action);
        return Promise.resolve(null);
      },
    },
  });
  const guest = at.slack.person(at.slack.workspace.addUser({ name: "guest", guest: true }));
  await guest.presses(await posted(at), "Acknowledge");
  await at.slack.workspace.until(() => guest.sees(at.ops).length === 2);
  expect(acts).toEqual([]);
});

test("a long answer comes in pages that one can turn, each within Slack's limits", async () => {
  const rows = Array.from({ length: 600 }, (_, index) => `opening number ${index} on vm-x`);
  const at = await sitting({
    handlers: {
      answer: () =>
        Promise.resolve(message("info", "600 openings", [list(rows.map((row) => inline(row)))])),
    },
  });
  await at.alice.types(at.ops, "/jit what is open");
  let pages = await seen(at, 1);
  const shown: string[] = [];
  for (;;) {
    const last = pages.at(-1);
    if (last === undefined) {
      break;
    }
    shown.push(
      ...text(last)
        .split("\n")
        .filter((line) => line.startsWith("•")),
    );
    const [next] = pressables(last);
    if (next === undefined) {
      break;
    }
    expect(text(last)).toContain(`Page ${pages.length} of`);
    await at.alice.presses(last, next.label);
    pages = await seen(at, pages.length + 1);
  }
  expect(shown).toEqual(rows.map((row) => `• ${row}`));
  expect(pages.length).toBeGreaterThan(3);
});

test("a page that is no longer at hand says so", async () => {
  const at = await sitting();
  const card = await posted(at);
  const pressed = {
    ...card,
    blocks: [
      {
        type: "actions",
        elements: [
          {
            type: "button",
            action_id: "doorbell.page",
            value: "gone:2",
            text: { type: "plain_text", text: "Page 2 of 3" },
          },
        ],
      },
    ],
  };
  await at.alice.presses(pressed, "Page 2 of 3");
  const [, answer] = await seen(at, 2);
  expect(answer === undefined ? "" : text(answer)).toContain("Ask again");
});
