import { expect, test } from "vitest";
import { message, paragraph, person } from "../../../src/message/build.ts";
import type { PostOptions } from "../../../src/ports.ts";
import { POSTS } from "../../fakes/teams/faults.ts";
import type { Fault } from "../../fakes/teams/faults.ts";
import { effectsOf } from "../../fakes/teams/reading.ts";
import { answerTo, freePort, sitting } from "./teams-sitting.ts";
import type { Sitting } from "./teams-sitting.ts";

const ONCE: PostOptions = { key: "n-0123456789ab", thread: null, maybeRepeated: false };

test.each<[string, Fault, string]>([
  ["a gateway's 502", { kind: "http-error", status: 502 }, "unknown"],
  ["a gateway's 503", { kind: "http-error", status: 503 }, "unknown"],
  ["a gateway's 504", { kind: "http-error", status: 504 }, "unknown"],
  ["a failure behind the post", { kind: "http-500-after" }, "unknown"],
  ["a broken connection", { kind: "drop-before" }, "unknown"],
  ["a lost answer", { kind: "drop-after" }, "unknown"],
  ["too many calls", { kind: "rate-limited", seconds: 3 }, "rate-limited"],
  ["412", { kind: "error", status: 412, code: "PreconditionFailed" }, "not-sent"],
  ["409", { kind: "error", status: 409, code: "Conflict" }, "not-sent"],
  ["400", { kind: "error", status: 400, code: "BadArgument" }, "invalid"],
  ["413", { kind: "error", status: 413, code: "MessageSizeTooBig" }, "invalid"],
  ["401", { kind: "error", status: 401, code: "Unauthorized" }, "refused"],
  ["an app that is blocked", { kind: "error", status: 403, code: "BotDisabledByAdmin" }, "refused"],
  [
    "no roster",
    { kind: "error", status: 403, code: "BotNotInConversationRoster" },
    "channel-closed",
  ],
  [
    "no conversation",
    { kind: "error", status: 404, code: "ConversationNotFound" },
    "channel-closed",
  ],
  ["a strange refusal", { kind: "error", status: 418, code: "Teapot" }, "not-sent"],
])("%s fails a post as it is, after one call", async (_, fault, becomes) => {
  const at = await sitting();
  at.teams.faults.planOnce(POSTS, fault);
  await expect(at.chat.post(at.ref(at.ops), answerTo("x"), ONCE)).rejects.toMatchObject({
    name: "DeliveryError",
    fault: becomes,
    retryAfter: becomes === "rate-limited" ? 3000 : null,
  });
  expect(at.teams.countCalls(...POSTS)).toBe(1);
});

test("a call that is never answered ends, and its outcome is unknown", async () => {
  const at = await sitting({ settings: { callTimeout: 200 } });
  at.teams.faults.planOnce(POSTS, { kind: "stall-after" });
  await expect(at.chat.post(at.ref(at.ops), answerTo("x"), ONCE)).rejects.toMatchObject({
    fault: "unknown",
  });
  expect(at.teams.countCalls(...POSTS)).toBe(1);
});

test.each(["drop-after", "stall-after"] as const)(
  "a lookup that is lost (%s) refuses the asker, and is made once",
  async (kind) => {
    const at = await sitting({ settings: { callTimeout: 200 } });
    at.teams.faults.plan("getConversationMember", { kind });
    await at.alice.says(at.ops, "@doorbell what is open");
    expect((await at.said(at.ops)).join()).toContain("Teams does not tell Doorbell who you are");
    expect(at.teams.countCalls("getConversationMember")).toBe(1);
  },
);

test("a channel that nothing was heard from is reached where its cloud's tenants are", async () => {
  const at = await sitting();
  await at.chat.post(at.ref(at.ops), answerTo("x"), ONCE);
  expect(at.alice.sees(at.ops)).toHaveLength(1);
  const cloud = { ...at.settings.cloud, serviceUrl: `http://127.0.0.1:${await freePort()}/` };
  const away = await sitting({ settings: { cloud } });
  await expect(away.chat.post(away.ref(away.ops), answerTo("x"), ONCE)).rejects.toMatchObject({
    fault: "not-sent",
  });
});

test("what activities told of where Teams is counts more than the cloud's address", async () => {
  const at = await sitting();
  const second = at.teams.tenant.addChannel({ name: "second", team: at.team });
  const cloud = { ...at.settings.cloud, serviceUrl: `http://127.0.0.1:${await freePort()}/` };
  await at.alice.says(at.ops, "@doorbell what is open");
  await at.said(at.ops);
  const later = await sitting({ records: at.records, settings: { cloud } });
  for (const channel of [at.ops, second]) {
    await later.chat
      .post(at.ref(channel), answerTo("from later"), ONCE)
      .catch((error: unknown) => error);
  }
  // The two fakes are made alike, so that the first takes what the second's bot posts, but for its token.
  expect(at.teams.countCalls("createConversation")).toBe(2);
});

test("records are plain JSON, one for a tenant, a conversation and a team", async () => {
  const at = await sitting();
  await at.alice.says(at.ops, "@doorbell what is open");
  await at.said(at.ops);
  const tenant = at.teams.tenant.id;
  const { serviceUrl } = at.teams;
  const botId = `28:${at.teams.appId}`;
  expect(
    Object.fromEntries([...at.records.kept].map(([name, record]) => [name, JSON.parse(record)])),
  ).toEqual({
    [`teams ${tenant}`]: { serviceUrl },
    [`teams ${tenant} conversation ${at.ops.id}`]: {
      serviceUrl,
      kind: "channel",
      botId,
      teamId: at.team.id,
    },
    [`teams ${tenant} team ${at.team.id}`]: { channels: [at.ops.id] },
  });
});

test("records that cannot be read are as good as none", async () => {
  const at = await sitting();
  const tenant = at.teams.tenant.id;
  at.records.kept.set(`teams ${tenant}`, "{");
  at.records.kept.set(`teams ${tenant} conversation ${at.ops.id}`, '{"serviceUrl":1}');
  await at.chat.post(at.ref(at.ops), answerTo("x"), ONCE);
  expect(at.alice.sees(at.ops)).toHaveLength(1);
});

const PEOPLE = message("warning", "Alice opened RDP.", [
  paragraph(
    person({ name: "alice@contoso.example", objectId: "12345678-1234-4234-8234-123456789abc" }),
    " opened RDP.",
  ),
]);

function mentionsIn(at: Sitting): readonly string[] {
  return at.alice.sees(at.ops).flatMap((posted) => effectsOf(posted));
}

test("a notification mentions its people, and keeps to that in edits", async () => {
  const at = await sitting();
  const receipt = await at.chat.post(at.ref(at.ops), PEOPLE, ONCE);
  expect(mentionsIn(at).join()).toContain("mentions");
  await at.chat.edit(receipt, PEOPLE);
  expect(mentionsIn(at).join()).toContain("mentions");
});

test("where Teams refuses the mention, the message is posted without it", async () => {
  const at = await sitting();
  const refusal = { kind: "error" as const, status: 400, code: "BadArgument" };
  at.teams.faults.plan("createConversation", refusal);
  const receipt = await at.chat.post(at.ref(at.ops), PEOPLE, ONCE);
  expect(mentionsIn(at)).toEqual([]);
  await at.chat.edit(receipt, PEOPLE);
  expect(mentionsIn(at)).toEqual([]);
  expect(at.teams.countCalls("createConversation")).toBe(2);
});

test("a group chat and a personal chat are posted to, edited and replied in", async () => {
  const at = await sitting();
  const chats = [
    at.teams.tenant.addGroupChat({ name: "on call" }),
    at.teams.tenant.personalChat(at.alice.user),
  ];
  for (const chat of chats) {
    const receipt = await at.chat.post(at.ref(chat), answerTo("x"), ONCE);
    await at.chat.post(at.ref(chat), answerTo("z"), { ...ONCE, key: "n-2", thread: receipt });
    await at.chat.edit(receipt, answerTo("y"));
    expect(await at.said(chat, 2)).toEqual(["You asked: y", "You asked: z"]);
    expect(at.alice.sees(chat).map(({ thread }) => thread)).toEqual([null, null]);
  }
});

test("a reply to a reply stands in the same thread", async () => {
  const at = await sitting();
  const first = await at.chat.post(at.ref(at.ops), answerTo("x"), ONCE);
  const second = await at.chat.post(at.ref(at.ops), answerTo("y"), { ...ONCE, thread: first });
  await at.chat.post(at.ref(at.ops), answerTo("z"), { ...ONCE, thread: second });
  const [root, ...replies] = at.alice.sees(at.ops);
  expect(replies.map(({ thread }) => thread)).toEqual([root?.id, root?.id]);
});

test("a receipt that is none of Teams' is a message that is gone", async () => {
  const at = await sitting();
  for (const text of ["", "{}", '{"ts":"1"}', '{"id":"","root":null}']) {
    const receipt = { channel: at.ref(at.ops), message: text };
    await expect(at.chat.edit(receipt, answerTo("x"))).rejects.toMatchObject({
      fault: "message-gone",
    });
  }
});

test("Teams lets nobody look for a message", async () => {
  const at = await sitting();
  await expect(at.chat.find(at.ref(at.ops), "n-1", 0, null)).rejects.toMatchObject({
    name: "DeliveryError",
  });
});

test("what Teams refuses is told by the health, until it takes something again", async () => {
  const at = await sitting();
  at.teams.faults.planOnce(POSTS, { kind: "error", status: 401, code: "Unauthorized" });
  await at.chat.post(at.ref(at.ops), answerTo("x"), ONCE).catch(() => null);
  expect(at.chat.health?.()).toMatchObject({
    state: "refused",
    problems: [expect.stringContaining("teams.credential")],
  });
  await at.chat.post(at.ref(at.ops), answerTo("x"), ONCE);
  expect(at.chat.health?.()).toMatchObject({ state: "connected", problems: [] });
});
