import { describe, expect, test } from "vitest";
import { DeliveryError } from "../../../src/errors.ts";
import type { DeliveryFault } from "../../../src/errors.ts";
import { fact, facts, message, paragraph, person } from "../../../src/message/build.ts";
import type { Fault } from "../../fakes/slack/faults.ts";
import { links, pings, shownText } from "../../fakes/slack/reading.ts";
import { answerTo, sitting } from "./slack-sitting.ts";
import type { Sitting } from "./slack-sitting.ts";

const KEY = "n-0123456789ab";
const FRESH = { key: KEY, thread: null, maybeRepeated: false };
const CARD = answerTo("card");

async function errorOf(act: Promise<unknown>): Promise<DeliveryError> {
  const error: unknown = await act.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DeliveryError)) {
    throw new Error(`It ended with ${String(error)}.`);
  }
  return error;
}

const FAULTS: readonly (readonly [string, Fault, DeliveryFault, number])[] = [
  ["breaks off before it is done", { kind: "drop-before" }, "unknown", 0],
  ["is done and the answer is lost", { kind: "drop-after" }, "unknown", 1],
  ["is done and answered with 500", { kind: "http-500-after" }, "unknown", 1],
  ["meets a proxy's refusal", { kind: "http-error", status: 403 }, "not-sent", 0],
  ["meets a bad gateway", { kind: "http-error", status: 502 }, "unknown", 0],
  ["counts as one too many", { kind: "rate-limited", seconds: 7 }, "rate-limited", 0],
  ["fails inside", { kind: "error", code: "fatal_error" }, "unknown", 0],
  ["has an expired token", { kind: "error", code: "token_expired" }, "refused", 0],
  [
    "meets a channel that only some may post in",
    { kind: "error", code: "restricted_action" },
    "channel-closed",
    0,
  ],
  ["is said to be too long", { kind: "error", code: "msg_blocks_too_long" }, "invalid", 0],
  ["fails with a code of tomorrow", { kind: "error", code: "some_new_code" }, "not-sent", 0],
];

test.each(FAULTS)("a post that %s", async (_, fault, becomes, stands) => {
  const at = await sitting();
  at.slack.faults.plan("chat.postMessage", fault);
  const error = await errorOf(at.chat.post(at.ref(at.ops), CARD, FRESH));
  expect(error.fault).toBe(becomes);
  expect(at.alice.sees(at.ops)).toHaveLength(stands);
  expect(at.slack.countCalls("chat.postMessage")).toBeLessThanOrEqual(1);
});

test.each([
  ["does it and never answers", { kind: "stall-after" }, 1],
  ["never does it nor answers", { kind: "stall-before" }, 0],
] as const)("a post is given up in time when Slack %s", async (_, fault, stands) => {
  const at = await sitting({ settings: { callTimeout: 200 } });
  at.slack.faults.plan("chat.postMessage", fault);
  expect((await errorOf(at.chat.post(at.ref(at.ops), CARD, FRESH))).fault).toBe("unknown");
  expect(at.alice.sees(at.ops)).toHaveLength(stands);
});

test("a rate limit tells how long to wait, and nothing is tried again by itself", async () => {
  const at = await sitting();
  at.slack.faults.plan("chat.postMessage", { kind: "rate-limited", seconds: 7 });
  expect((await errorOf(at.chat.post(at.ref(at.ops), CARD, FRESH))).retryAfter).toBe(7000);
  expect(at.slack.countCalls("chat.postMessage")).toBe(1);
});

describe("channels have their answers", () => {
  const people = (at: Sitting) => [at.alice.user];
  test.each([
    ["one that does not exist", () => ({ id: "C0NOWHERE" })],
    [
      "an archived one",
      (at: Sitting) => at.slack.workspace.addChannel({ name: "a", archived: true }),
    ],
    [
      "one without the bot",
      (at: Sitting) => at.slack.workspace.addChannel({ name: "b", members: people(at) }),
    ],
    [
      "a private one without the bot",
      (at: Sitting) =>
        at.slack.workspace.addChannel({ name: "c", kind: "private", members: people(at) }),
    ],
  ])("%s is closed", async (_, make) => {
    const at = await sitting();
    const channel = { ...at.ref(at.ops), channel: make(at).id };
    const error = await errorOf(at.chat.post(channel, CARD, FRESH));
    expect(error.fault).toBe("channel-closed");
    expect(error.message).toContain("invite the bot");
  });

  test("a renamed one is the same", async () => {
    const at = await sitting();
    const receipt = await at.chat.post(at.ref(at.ops), CARD, FRESH);
    at.ops.name = "operations";
    await at.chat.edit(receipt, answerTo("renamed"));
    expect(at.alice.sees(at.ops)[0]?.edits).toBe(1);
  });

  test("a person's ID is the direct conversation with them", async () => {
    const at = await sitting();
    const receipt = await at.chat.post(
      { ...at.ref(at.ops), channel: at.alice.user.id },
      CARD,
      FRESH,
    );
    const direct = at.slack.workspace.directMessages(at.alice.user);
    expect(receipt.channel.channel).toBe(direct.id);
    await at.chat.edit(receipt, answerTo("edited"));
    expect(at.alice.sees(direct).map(({ edits }) => edits)).toEqual([1]);
  });
});

test("a post that history does not show yet is found when it does", async () => {
  const at = await sitting();
  at.slack.historyLag = Number.POSITIVE_INFINITY;
  at.slack.faults.plan("chat.postMessage", { kind: "drop-after" });
  await errorOf(at.chat.post(at.ref(at.ops), CARD, FRESH));
  expect(await at.chat.find(at.ref(at.ops), KEY, 0, null)).toBeNull();
  at.slack.historyCatchesUp();
  expect(await at.chat.find(at.ref(at.ops), KEY, 0, null)).not.toBeNull();
});

test("without the history scopes nothing can be read back, and the token's lack is told at the start", async () => {
  const at = await sitting({ fake: { scopes: ["chat:write", "commands", "users:read"] } });
  expect(at.chat.capabilities.readBack).toBe(false);
  expect(at.log[0]).toContain("lacks the scopes");
  expect(at.log[0]).toContain("channels:history");
  const root = await at.chat.post(at.ref(at.ops), CARD, FRESH);
  await at.chat.post(at.ref(at.ops), CARD, { ...FRESH, thread: root });
  expect(at.alice.sees(at.ops)).toHaveLength(2);
  const error = await errorOf(at.chat.find(at.ref(at.ops), KEY, 0, null));
  expect(error).toMatchObject({ fault: "refused" });
  expect(error.message).toContain("channels:history");
});

test("a workspace that the token is not for is refused in words", async () => {
  const at = await sitting();
  const error = await errorOf(
    at.chat.post({ ...at.ref(at.ops), workspace: "T0OTHERS" }, CARD, FRESH),
  );
  expect(error.fault).toBe("refused");
  expect(error.message).toContain("T0OTHERS");
});

describe("people in a card", () => {
  const card = message("info", "alice opened RDP", [
    paragraph(person({ name: "Alice@contoso.example", objectId: null }), " opened RDP"),
    facts(fact("Also", person({ name: "nobody@contoso.example", objectId: null }))),
  ]);

  test("are links to their profiles, which ring for nobody", async () => {
    const at = await sitting();
    await at.chat.post(at.ref(at.ops), card, FRESH);
    await at.chat.post(at.ref(at.ops), card, FRESH);
    const [first] = at.alice.sees(at.ops);
    expect(first === undefined ? [] : pings(first)).toEqual([]);
    expect(first === undefined ? [] : links(first)).toEqual([
      `https://contoso.slack.com/team/${at.alice.user.id}`,
    ]);
    expect(first === undefined ? "" : shownText(first, "UTC")).toContain(
      "Alice@contoso.example opened RDP",
    );
    expect(at.slack.countCalls("users.lookupByEmail")).toBe(2);
  });

  test.each([
    ["the scope is missing", { scopes: ["chat:write", "users:read"] }, null],
    ["Slack does not answer", {}, { kind: "drop-before" } as const],
  ])("are plain names where %s", async (_, fake, fault) => {
    const at = await sitting({ fake });
    if (fault !== null) {
      at.slack.faults.plan("users.lookupByEmail", fault, fault);
    }
    await at.chat.post(at.ref(at.ops), card, FRESH);
    const [first] = at.alice.sees(at.ops);
    expect(first === undefined ? ["none"] : links(first)).toEqual([]);
  });
});

describe("a picture", () => {
  const picture = {
    png: Uint8Array.from([137, 80, 78, 71]),
    fileName: "timeline-vm-x.png",
    title: "vm-x, last 7 days",
    alternativeText: "Two openings of port 3389. ".repeat(60),
  };

  test("is shared with its alternative text, in its thread", async () => {
    const at = await sitting();
    const root = await at.chat.post(at.ref(at.ops), CARD, FRESH);
    await at.chat.postPicture?.(at.ref(at.ops), picture, root);
    const [file] = [...at.slack.workspace.files.values()];
    expect(file).toMatchObject({ name: "timeline-vm-x.png", title: "vm-x, last 7 days" });
    expect(file?.alternativeText).toHaveLength(1000);
    expect(file?.bytes?.equals(Buffer.from(picture.png))).toBe(true);
    const [, shared] = at.alice.sees(at.ops);
    expect(shared?.files).toEqual([file?.id]);
    expect(root.message).toContain(shared?.threadTs ?? "none");
  });

  test.each([
    ["files.getUploadURLExternal", { kind: "drop-after" }, "not-sent"],
    ["files.completeUploadExternal", { kind: "drop-after" }, "unknown"],
    ["files.completeUploadExternal", { kind: "error", code: "not_in_channel" }, "channel-closed"],
  ] as const)("that fails at %s", async (method, fault, becomes) => {
    const at = await sitting();
    at.slack.faults.plan(method, fault);
    const error = await errorOf(
      at.chat.postPicture?.(at.ref(at.ops), picture, null) ?? Promise.resolve(),
    );
    expect(error.fault).toBe(becomes);
  });
});
