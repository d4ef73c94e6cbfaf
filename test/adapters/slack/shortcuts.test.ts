import { expect, test } from "vitest";
import { parseQuestion } from "../../../src/ask/parse-question.ts";
import { questionsAbout } from "../../../src/ask/questions-about.ts";
import type { HomeVisit } from "../../../src/domain/chat.ts";
import { choices, message, paragraph } from "../../../src/message/build.ts";
import { pressables, shownText } from "../../fakes/slack/reading.ts";
import type { FakeView } from "../../fakes/slack/world.ts";
import { sitting } from "./slack-sitting.ts";
import type { Sitting, SittingOptions } from "./slack-sitting.ts";

const VMS = ["vm-x", "vm-y", "database"];
const NAMES = { vms: VMS.map((name) => ({ name, id: null })), people: [] };
const RULE = "SecurityCenter-JITRule_-1234567890_0A1B2C";

const HANDLERS: SittingOptions["handlers"] = {
  vmNames: (typed, most) =>
    Promise.resolve(VMS.filter((name) => name.includes(typed)).slice(0, most)),
  questionsAbout: (text) => Promise.resolve(questionsAbout(text, NAMES)),
};

async function openModal(at: Sitting): Promise<FakeView> {
  await at.alice.usesShortcut("doorbell_ask");
  return at.slack.workspace.until(() =>
    [...at.slack.workspace.views.values()].find(({ type }) => type === "modal"),
  );
}

async function answerIn(at: Sitting, view: FakeView, part: string): Promise<string> {
  return at.slack.workspace.until(() => {
    const shown = shownText(view.view, "UTC");
    return shown.includes(part) && shown;
  });
}

const chosen = (value: string): object => ({ selected_option: { value } });

test("the shortcut's modal suggests VMs, and its answer appears in the modal", async () => {
  const at = await sitting({ handlers: HANDLERS });
  const view = await openModal(at);
  expect(await at.alice.looksFor(view, "Begin to type its name", "vm")).toEqual(["vm-x", "vm-y"]);
  expect(await at.alice.looksFor(view, "Begin to type its name", "")).toEqual(VMS);
  await at.alice.submits(view, {
    "doorbell.vm": { block: "doorbell.vm", value: chosen("vm-x") },
    "doorbell.port": { block: "doorbell.port", value: { value: " rdp " } },
    "doorbell.period": { block: "doorbell.period", value: chosen("since yesterday") },
  });
  expect(await answerIn(at, view, "You asked")).toBe(
    "You asked: who opened rdp on vm-x since yesterday",
  );
  expect(at.asked[0]).toMatchObject({ user: { name: "Alice Adams" } });
});

test.each([
  ["vm-x", "3389", "in the last 7 days", "who opened port 3389 on vm-x in the last 7 days"],
  ["vm-x", "", "any", "who opened anything on vm-x"],
  ["database", "22, 3389", "today", "who opened port 22, 3389 on database today"],
])(
  "the modal asks a question that Doorbell understands: %s %s %s",
  async (vm, port, period, question) => {
    const at = await sitting({ handlers: HANDLERS });
    const view = await openModal(at);
    await at.alice.submits(view, {
      "doorbell.vm": { block: "doorbell.vm", value: chosen(vm) },
      "doorbell.port": { block: "doorbell.port", value: { value: port === "" ? null : port } },
      "doorbell.period": { block: "doorbell.period", value: chosen(period) },
    });
    await answerIn(at, view, "You asked");
    expect(at.asked[0]?.text).toBe(question);
    const understood = parseQuestion(question, {
      now: Date.UTC(2026, 10, 23, 12),
      zone: "UTC",
      names: { vms: VMS, people: [] },
      previous: null,
    });
    expect(understood).toMatchObject({ ok: true, question: { kind: "who-opened" } });
  },
);

test("a button in the modal answers in the modal", async () => {
  const at = await sitting({
    handlers: {
      ...HANDLERS,
      answer: ({ text }) =>
        Promise.resolve(message("info", text, [paragraph(text), choices("Ask on:", ["show o-1"])])),
    },
  });
  const view = await openModal(at);
  await at.alice.submits(view, {
    "doorbell.vm": { block: "doorbell.vm", value: chosen("vm-x") },
  });
  await answerIn(at, view, "who opened anything on vm-x");
  await at.alice.presses(view, "show o-1");
  expect(await answerIn(at, view, "show o-1\n")).not.toContain("who opened");
});

test("a guest is suggested no names", async () => {
  const at = await sitting({ handlers: HANDLERS });
  const view = await openModal(at);
  const guest = at.slack.person(at.slack.workspace.addUser({ name: "guest", guest: true }));
  expect(await guest.looksFor(view, "Begin to type its name", "vm")).toEqual([]);
});

test("a message that names one VM is asked about; the answer is for the asker alone", async () => {
  const at = await sitting({ handlers: HANDLERS });
  const { message: alert } = await at.alice.says(at.ops, "Alert: logon failures on vm-x.");
  await at.alice.usesMessageShortcut("doorbell_about", alert);
  const [answer] = await at.slack.workspace.until(() => {
    const messages = at.alice.sees(at.ops);
    return messages.length > 0 && messages;
  });
  expect(answer?.ephemeralFor).toBe(at.alice.user.id);
  expect(at.asked.map(({ text }) => text)).toEqual(["who has access to vm-x"]);
  expect(alert.edits).toBe(0);
});

test("a message that names several VMs and rules offers them; one that names none says so", async () => {
  const at = await sitting({ handlers: HANDLERS });
  const { message: alert } = await at.alice.says(at.ops, "no words");
  alert.blocks = [{ type: "section", text: { type: "mrkdwn", text: `${RULE} on vm-y` } }];
  await at.alice.usesMessageShortcut("doorbell_about", alert);
  const [offer] = await at.slack.workspace.until(() => {
    const messages = at.alice.sees(at.ops);
    return messages.length > 0 && messages;
  });
  expect(offer === undefined ? [] : pressables(offer).map(({ value }) => value)).toEqual([
    `explain rule ${RULE}`,
    "who has access to vm-y",
  ]);
  const { message: empty } = await at.alice.says(at.ops, "good morning");
  await at.alice.usesMessageShortcut("doorbell_about", empty);
  const [, none] = await at.slack.workspace.until(() => {
    const messages = at.alice.sees(at.ops);
    return messages.length > 1 && messages;
  });
  expect(none === undefined ? "" : shownText(none, "UTC")).toContain("names no VM");
});

test("the home tab shows what the program says, for the person who opened it", async () => {
  const visits: HomeVisit[] = [];
  const at = await sitting({
    handlers: {
      home: (visit) => {
        visits.push(visit);
        return Promise.resolve(
          message("info", "Open now", [
            paragraph("2 openings stand."),
            choices("Ask:", ["what is open"]),
          ]),
        );
      },
    },
  });
  await at.alice.opensHome();
  const home = await at.slack.workspace.until(() =>
    [...at.slack.workspace.views.values()].find(({ user }) => user === at.alice.user.id),
  );
  expect(shownText(home.view, "UTC")).toContain("2 openings stand.");
  expect(visits).toMatchObject([
    { user: { zone: "Europe/Berlin" }, channel: { platform: "slack" } },
  ]);
  await at.alice.presses(home, "what is open");
  const modal = await at.slack.workspace.until(() =>
    [...at.slack.workspace.views.values()].find(({ type }) => type === "modal"),
  );
  await answerIn(at, modal, "You asked: what is open");
});

test("without a word from the program the home tab explains Doorbell", async () => {
  const at = await sitting();
  await at.alice.opensHome();
  const home = await at.slack.workspace.until(() => [...at.slack.workspace.views.values()][0]);
  expect(shownText(home.view, "UTC")).toContain("Ask with /jit");
});
