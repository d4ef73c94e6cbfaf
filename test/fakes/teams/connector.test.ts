import { ClientSecretCredential } from "@azure/identity";
import { expect, test } from "vitest";
import { z } from "zod";
import { POSTS } from "./faults.ts";
import type { Fault } from "./faults.ts";
import { seenIn } from "./reading.ts";
import { call, card, post, sitting, text, withCard } from "./sitting.ts";

test("a conversation answers as Teams' do: unknown, without the bot, archived, deleted", async () => {
  const { teams, ops } = await sitting();
  const team = teams.tenant.teams.get(ops.team ?? "");
  const outcome = async (): Promise<string> => {
    const { status, text: said } = await post(teams, ops);
    return `${status} ${/"code":"(\w+)"/.exec(said)?.[1] ?? ""}`.trim();
  };
  expect(await outcome()).toBe("201");
  expect((await post(teams, { ...ops, id: "19:nowhere@thread.tacv2" })).text).toContain(
    "ConversationNotFound",
  );
  expect((await post(teams, { ...ops, id: "C0SLACK" })).status).toBe(400);
  Object.assign(team ?? {}, { archived: true });
  expect(await outcome()).toBe("403 NotEnoughPermissions");
  Object.assign(team ?? {}, { archived: false, installed: false });
  expect(await outcome()).toBe("403 BotNotInConversationRoster");
  ops.deleted = true;
  expect(await outcome()).toBe("404 ConversationNotFound");
});

test("a message that is gone can neither be edited nor answered", async () => {
  const { teams, alice, ops } = await sitting();
  await post(teams, ops);
  const [message] = alice.sees(ops);
  if (message === undefined) {
    throw new Error("There is no message.");
  }
  alice.removes(message);
  const path = `conversations/${encodeURIComponent(ops.id)}/activities/${message.id}`;
  for (const method of ["PUT", "POST", "DELETE"]) {
    const body = method === "DELETE" ? undefined : { type: "message", text: "x" };
    const answer = await call(teams, method, path, body);
    expect([answer.status, answer.text]).toEqual([
      404,
      expect.stringContaining("ActivityNotFoundInConversation"),
    ]);
  }
});

test("text with a card is split into two messages, and the answer names neither", async () => {
  const { teams, ops } = await sitting();
  const both = { ...withCard(card([text("card")])), text: "words" };
  expect((await post(teams, ops, both)).text).toBe("{}");
  expect(seenIn(teams.tenant, ops).map((seen) => seen.text)).toEqual(["words", "card"]);
});

test("a message is as large as Teams takes it, in UTF-16, pictures not counted", async () => {
  const { teams, ops } = await sitting();
  const sized = (length: number): object => ({ type: "message", text: "x".repeat(length) });
  const frame = JSON.stringify(sized(0)).length;
  expect((await post(teams, ops, sized(20_480 - frame))).status).toBe(201);
  const tooBig = await post(teams, ops, sized(20_481 - frame));
  expect([tooBig.status, tooBig.text]).toEqual([413, expect.stringContaining("MessageSizeTooBig")]);
  const url = `data:image/png;base64,${"A".repeat(50_000)}`;
  const picture = withCard(card([{ type: "Image", url, altText: "a timeline" }]));
  expect((await post(teams, ops, picture)).status).toBe(201);
});

test("a conversation takes seven posts in a second and eight in two", async () => {
  let now = Date.UTC(2026, 10, 25);
  const { teams, ops } = await sitting({ rateLimits: true, now: () => now });
  const other = teams.tenant.addChannel({ name: "other" });
  const sends = async (count: number, where = ops): Promise<readonly (number | string)[]> => {
    const outcomes: (number | string)[] = [];
    for (let index = 0; index < count; index += 1) {
      const { status, headers } = await post(teams, where);
      outcomes.push(status === 429 ? `wait ${headers.get("retry-after") ?? ""}` : status);
    }
    return outcomes;
  };
  expect((await sends(8)).slice(6)).toEqual([201, "wait 1"]);
  expect(await sends(1, other)).toEqual([201]);
  now += 1000;
  expect(await sends(2)).toEqual([201, "wait 1"]);
  now += 1000;
  expect(await sends(1)).toEqual([201]);
});

const FAULTS: readonly (readonly [Fault, string, number])[] = [
  [{ kind: "drop-before" }, "nothing", 0],
  [{ kind: "drop-after" }, "nothing", 1],
  [{ kind: "http-500-after" }, "500", 1],
  [{ kind: "http-error", status: 502 }, "502", 0],
  [{ kind: "rate-limited", seconds: 7 }, "429 after 7", 0],
  [{ kind: "error", status: 403, code: "BotNotInConversationRoster" }, "403", 0],
];

test.each(FAULTS)("a planned fault happens to one post: %j", async (fault, outcome, posts) => {
  const { teams, ops } = await sitting();
  teams.faults.planOnce(POSTS, fault);
  const said = await post(teams, ops, { type: "message", text: "key-1" }).then(
    ({ status, headers }) =>
      [status, headers.get("retry-after")].filter((part) => part !== null).join(" after "),
    () => "nothing",
  );
  expect(said).toBe(outcome);
  expect(seenIn(teams.tenant, ops)).toHaveLength(posts);
  expect(teams.countPosts("key-1")).toBe(posts);
  expect((await post(teams, ops)).status).toBe(201);
});

test("while Teams is away nobody answers; then everything is as it was", async () => {
  const { teams, ops } = await sitting();
  await post(teams, ops);
  teams.goAway();
  await expect(post(teams, ops)).rejects.toThrow("fetch failed");
  await teams.comeBack();
  expect((await post(teams, ops)).status).toBe(201);
  expect(seenIn(teams.tenant, ops)).toHaveLength(2);
});

const CREDENTIALS: readonly (readonly [string, Readonly<Record<string, string>>, number])[] = [
  ["the bot's own", {}, 200],
  ["another app", { client_id: "11111111-2222-4333-8444-555555555555" }, 400],
  ["a wrong secret", { client_secret: "guessed" }, 401],
  ["another scope", { scope: "https://graph.microsoft.com/.default" }, 400],
];

test.each(CREDENTIALS)("Entra gives a token for %s", async (_, changes, status) => {
  const { teams, ops } = await sitting();
  const answer = await fetch(teams.tokenUrl, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: teams.appId,
      client_secret: teams.clientSecret,
      scope: teams.cloud.scope,
      ...changes,
    }),
  });
  expect(answer.status).toBe(status);
  const said = await answer.text();
  const token = /"access_token":"([^"]+)"/.exec(said)?.[1] ?? "none";
  const path = `conversations/${encodeURIComponent(ops.id)}/members`;
  expect((await call(teams, "GET", path, undefined, token)).status).toBe(
    status === 200 ? 200 : 401,
  );
});

test("the credentials of Azure's own library get a token over HTTPS", async () => {
  const { teams, ops } = await sitting({ https: true });
  const { tenant, appId, clientSecret, authority, ca } = teams;
  const credential = new ClientSecretCredential(tenant.id, appId, clientSecret, {
    authorityHost: authority,
    disableInstanceDiscovery: true,
    ...(ca === null ? {} : { tlsOptions: { ca } }),
  });
  const { token } = await credential.getToken(teams.cloud.scope);
  const path = `conversations/${encodeURIComponent(ops.id)}/members`;
  expect((await call(teams, "GET", path, undefined, token)).status).toBe(200);
});

const memberPage = z.object({
  continuationToken: z.string().optional(),
  members: z.array(z.object({ id: z.string() })),
});

test("the members of a large team come in pages", async () => {
  const { teams } = await sitting();
  const people = Array.from({ length: 70 }, (_, index) =>
    teams.tenant.addUser({ name: `person${index}` }),
  );
  const team = teams.tenant.addTeam({ name: "large", members: people });
  const path = `conversations/${encodeURIComponent(team.id)}/pagedmembers?pageSize=60`;
  const first = memberPage.parse(JSON.parse((await call(teams, "GET", path)).text));
  expect(first.members).toHaveLength(60);
  const rest = `${path}&continuationToken=${first.continuationToken ?? ""}`;
  const second = memberPage.parse(JSON.parse((await call(teams, "GET", rest)).text));
  expect([second.members.length, second.continuationToken]).toEqual([10, undefined]);
});

test("a bot may begin a personal chat where it is installed, or shares a team", async () => {
  const { teams, alice } = await sitting();
  const stranger = teams.tenant.addUser({ name: "stranger" });
  const begin = async (id: string): Promise<string> => {
    const parameters = { members: [{ id }], tenantId: teams.tenant.id, isGroup: false };
    const { status, text: said } = await call(teams, "POST", "conversations", parameters);
    return `${status} ${/"code":"(\w+)"/.exec(said)?.[1] ?? ""}`.trim();
  };
  expect(await begin(alice.user.id)).toBe("201");
  expect(await begin(stranger.id)).toBe("403 ForbiddenOperationException");
  expect(await begin("29:nobody")).toBe("400 BadArgument");
  teams.tenant.personalChat(stranger);
  expect(await begin(stranger.objectId ?? "")).toBe("201");
});
