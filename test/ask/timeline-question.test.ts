import { expect, test } from "vitest";
import { ask } from "../../src/ask/ask.ts";
import { historyOf, parseTimeline, timelineInChat } from "../../src/ask/timeline-question.ts";
import type { TimelineDrawing, TimelinePictures } from "../../src/ask/timeline-question.ts";
import type { Receipt } from "../../src/domain/notification.ts";
import { DeliveryError } from "../../src/errors.ts";
import { messageText } from "../fakes/message-text.ts";
import { knowledge, opening, resource, trail } from "./trail-builder.ts";

const KNOWN = knowledge(
  trail([opening(), opening({ id: "o-000000000002", vm: resource("vm", "vm-y"), vmName: "vm-y" })]),
);
const CHANNEL = { platform: "slack", workspace: "T1", channel: "C1" };

function subjectOf(text: string) {
  const { now, zone } = KNOWN;
  const names = { vms: ["vm-x", "vm-y"], people: [] };
  const parsed = parseTimeline(text, { now, zone, names, previous: null });
  if (parsed?.ok !== true) {
    throw new Error(`not understood: ${text}`);
  }
  return parsed.subject;
}

function picturesInto(posted: [Receipt | null, TimelineDrawing][]): TimelinePictures {
  return {
    takenBy: () => true,
    post: (_, thread, drawing) => {
      posted.push([thread, drawing]);
      return Promise.resolve("2 openings of vm-x.");
    },
  };
}

test("where no picture can be shown, a timeline is told in words, with the command that draws it", () => {
  const { message, question } = ask("show the timeline of vm-x", null, KNOWN);
  const text = messageText(message);
  expect(text).toContain("alice@contoso.com");
  expect(text).toContain("doorbell timeline 'vm-x' --out timeline.png");
  expect(question).toEqual(historyOf(subjectOf("timeline of vm-x")));
});

test("a subscription's timeline in words leaves the others out", () => {
  const id = "00000000-0000-0000-0000-000000000001";
  const other = "00000000-0000-0000-0000-000000000002";
  expect(messageText(ask(`timeline of subscription ${id}`, null, KNOWN).message)).toContain(
    "alice@contoso.com",
  );
  const text = messageText(ask(`timeline of subscription ${other}`, null, KNOWN).message);
  expect(text).not.toContain("alice@contoso.com");
  expect(text).toContain(`doorbell timeline ${other} --out timeline.png`);
});

test("what cannot be understood is told as for any other question", () => {
  const { message, question } = ask("timeline of vm-x sometimes", null, KNOWN);
  expect(question).toBeNull();
  expect(message.severity).toBe("warning");
});

test("in a chat the picture goes where it was asked for, and the answer says what it shows", async () => {
  const posted: [Receipt | null, TimelineDrawing][] = [];
  const thread = { channel: CHANNEL, message: "root" };
  const subject = subjectOf("timeline of vm-x");
  for (const asked of [{ channel: CHANNEL }, { channel: CHANNEL, thread }]) {
    const text = messageText(await timelineInChat(subject, KNOWN, asked, picturesInto(posted)));
    expect(text).toContain(asked.thread === undefined ? "is posted here" : "in this thread");
    expect(text).toContain("2 openings of vm-x.");
    expect(text).toContain("history of vm-x");
  }
  expect(posted.map(([where]) => where)).toEqual([null, thread]);
  expect(posted[0]?.[1].trail.openings.map(({ vmName }) => vmName)).toEqual(["vm-x"]);
});

test("a chat that does not take the picture gets the words, and the reason", async () => {
  const pictures = {
    takenBy: () => true,
    post: () => Promise.reject(new DeliveryError("refused", "The scope files:write is missing.")),
  };
  const answer = await timelineInChat(
    subjectOf("timeline of vm-x"),
    KNOWN,
    { channel: CHANNEL },
    pictures,
  );
  const text = messageText(answer);
  expect(text).toContain("The picture could not be posted: The scope files:write is missing.");
  expect(text).toContain("alice@contoso.com");
});

test("a VM that the log does not know gets the nearest names, and no picture", async () => {
  const posted: [Receipt | null, TimelineDrawing][] = [];
  const answer = await timelineInChat(
    subjectOf("timeline of vm-z"),
    KNOWN,
    { channel: CHANNEL },
    picturesInto(posted),
  );
  expect(messageText(answer)).toContain("vm-x");
  expect(posted).toEqual([]);
});
