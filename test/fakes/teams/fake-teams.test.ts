import { MessageFactory, TeamsInfo, TurnContext } from "botbuilder";
import type { Activity, ConversationReference } from "botbuilder";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { startBot } from "./echo-bot.ts";
import type { EchoBot } from "./echo-bot.ts";
import { startFakeTeams } from "./fake-teams.ts";
import type { FakeTeams, FakeTeamsOptions } from "./fake-teams.ts";
import { POSTS } from "./faults.ts";
import type { Fault } from "./faults.ts";
import type { Person } from "./person.ts";
import { CARD_TYPE, seenIn } from "./reading.ts";
import { FORGERIES } from "./signing.ts";
import { hasBot } from "./world.ts";
import type { FakeConversation } from "./world.ts";

beforeEach(() => {
  // The SDK writes what it refuses to the console.
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});

interface Sitting {
  readonly teams: FakeTeams;
  readonly alice: Person;
  readonly ops: FakeConversation;
}

async function sitting(options: FakeTeamsOptions = {}): Promise<Sitting> {
  const teams = await startFakeTeams({ rateLimits: false, ...options });
  onTestFinished(async () => {
    await teams.stop();
  });
  const alice = teams.tenant.addUser({ name: "alice", realName: "Alice Adams" });
  const ops = teams.tenant.addChannel({ name: "ops" });
  return { teams, alice: teams.person(alice), ops };
}

async function echoAt(teams: FakeTeams): Promise<EchoBot> {
  return startBot(teams, async (context) => {
    await context.sendActivity(`You said: ${TurnContext.removeRecipientMention(context.activity)}`);
  });
}

const card = (body: readonly object[], more: object = {}): object => ({
  type: "AdaptiveCard",
  version: "1.5",
  body,
  ...more,
});
const text = (words: string): object => ({ type: "TextBlock", text: words, wrap: true });
const withCard = (content: object): Partial<Activity> =>
  MessageFactory.attachment({ contentType: CARD_TYPE, content });

/** The activity that was delivered last. */
function lastActivity(teams: FakeTeams): Readonly<Record<string, unknown>> {
  return z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(teams.deliveries.lastRequest?.body ?? ""));
}

/** Calls the Connector without the SDK. */
async function call(
  teams: FakeTeams,
  method: string,
  path: string,
  body?: object,
  token = teams.tokens.issue(),
): Promise<{ readonly status: number; readonly text: string; readonly headers: Headers }> {
  const response = await fetch(`${teams.serviceUrl}v3/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

const post = async (
  teams: FakeTeams,
  where: FakeConversation,
  activity: object = { type: "message", text: "x" },
): ReturnType<typeof call> =>
  call(teams, "POST", `conversations/${encodeURIComponent(where.id)}/activities`, activity);

describe("with the real SDK", () => {
  test("a mention in a channel is answered in its thread", async () => {
    const { teams, alice, ops } = await sitting();
    const bot = await echoAt(teams);
    const { status, message } = await alice.says(ops, "@doorbell what is open");
    expect(status).toBe(200);
    expect(bot.heard).toEqual(["<at>Doorbell</at> what is open\n"]);
    expect(seenIn(teams.tenant, ops).map((seen) => [seen.text.trim(), seen.thread])).toEqual([
      ["<at>Doorbell</at> what is open", null],
      ["You said: what is open", 0],
    ]);
    await alice.says(ops, "@doorbell and now?", { thread: message });
    expect(seenIn(teams.tenant, ops).map(({ thread }) => thread)).toEqual([null, 0, 0, 0]);
  });

  test("the bot hears everything in personal chats, and only mentions elsewhere", async () => {
    const { teams, alice, ops } = await sitting();
    const bot = await echoAt(teams);
    const chat = teams.tenant.addGroupChat({ name: "on call" });
    await alice.says(ops, "nobody is meant");
    await alice.says(chat, "nobody is meant");
    await alice.says(chat, "@doorbell hello chat");
    await alice.says(teams.tenant.personalChat(alice.user), "hello you");
    expect(bot.heard).toEqual(["<at>Doorbell</at> hello chat\n", "hello you"]);
  });

  test("a stored reference is good for a post, an edit and a reply later", async () => {
    const { teams, ops } = await sitting();
    const { adapter } = await echoAt(teams);
    const reference: Partial<ConversationReference> = {
      bot: { id: `28:${teams.appId}`, name: "Doorbell" },
      channelId: "msteams",
      conversation: {
        id: ops.id,
        isGroup: true,
        conversationType: "channel",
        name: "",
        tenantId: teams.tenant.id,
      },
      serviceUrl: teams.serviceUrl,
    };
    let id = "";
    await adapter.continueConversationAsync(teams.appId, reference, async (context) => {
      id = (await context.sendActivity(withCard(card([text("is open")]))))?.id ?? "";
    });
    const thread = {
      ...reference,
      conversation: {
        id: `${ops.id};messageid=${id}`,
        isGroup: true,
        conversationType: "channel",
        name: "",
      },
    };
    await adapter.continueConversationAsync(teams.appId, thread, async (context) => {
      await context.updateActivity({ ...withCard(card([text("is closed")])), id });
      await context.sendActivity("closed by alice");
    });
    expect(seenIn(teams.tenant, ops)).toEqual([
      { id, text: "is closed", thread: null, edited: true, effects: [] },
      { id: expect.any(String), text: "closed by alice", thread: 0, edited: false, effects: [] },
    ]);
  });

  test("a new thread of a channel and a personal chat can be created", async () => {
    const { teams, alice, ops } = await sitting();
    const { adapter } = await echoAt(teams);
    const create = async (parameters: object): Promise<string> => {
      let made = "";
      await adapter.createConversationAsync(
        teams.appId,
        "msteams",
        teams.serviceUrl,
        teams.cloud.scope,
        { isGroup: false, bot: { id: "", name: "" }, channelData: {}, ...parameters },
        (context) => {
          made = context.activity.conversation.id;
          return Promise.resolve();
        },
      );
      return made;
    };
    const thread = await create({
      isGroup: true,
      channelData: { channel: { id: ops.id } },
      activity: MessageFactory.text("hello channel"),
    });
    expect(thread).toMatch(/^19:.+@thread\.tacv2;messageid=\d+$/);
    const chat = await create({
      members: [{ id: alice.user.objectId ?? "", name: "" }],
      tenantId: teams.tenant.id,
    });
    expect(chat).toBe(teams.tenant.personalChat(alice.user).id);
  });

  test("the SDK finds people and teams as Teams tells of them", async () => {
    const { teams, alice, ops } = await sitting();
    const guest = teams.tenant.addUser({ name: "gus", role: "guest" });
    teams.tenant.teams.get(ops.team ?? "")?.members.add(guest.id);
    const found: unknown[] = [];
    await startBot(teams, async (context) => {
      found.push(
        await TeamsInfo.getMember(context, alice.user.objectId ?? ""),
        (await TeamsInfo.getPagedMembers(context)).members.length,
        await TeamsInfo.getTeamDetails(context),
        await TeamsInfo.getTeamChannels(context),
      );
    });
    await alice.says(ops, "@doorbell who is here");
    expect(found).toEqual([
      expect.objectContaining({
        id: alice.user.id,
        aadObjectId: alice.user.objectId,
        email: "alice@contoso.example",
        userRole: "user",
        tenantId: teams.tenant.id,
      }),
      2,
      expect.objectContaining({ id: ops.team, name: "Team of ops", memberCount: 2 }),
      [{ id: ops.team }, { id: ops.id, name: "ops" }],
    ]);
  });

  test.each(FORGERIES)("a token that is $what is refused", async (forgery) => {
    const { teams, alice, ops } = await sitting();
    const bot = await echoAt(teams);
    await alice.says(ops, "@doorbell true");
    const activity = lastActivity(teams);
    const { status } = await teams.deliveries.forge(activity, forgery);
    // The SDK answers 500 where the library that reads tokens throws.
    expect([401, 500]).toContain(status);
    expect(bot.heard).toEqual(["<at>Doorbell</at> true\n"]);
  });

  test("an activity that names another channel or service URL than its token is refused", async () => {
    const { teams, alice, ops } = await sitting();
    const bot = await echoAt(teams);
    await alice.says(ops, "@doorbell true");
    const activity = lastActivity(teams);
    for (const change of [{ channelId: "webchat" }, { serviceUrl: "https://smba.example/" }]) {
      expect((await teams.deliveries.make({ ...activity, ...change })).acknowledged).toBe(false);
    }
    expect(bot.heard).toHaveLength(1);
  });

  test("a revoked or missing token of the bot is refused with 401", async () => {
    const { teams, alice, ops } = await sitting();
    const bot = await echoAt(teams);
    teams.tokens.revokeAll();
    await alice.says(ops, "@doorbell hello");
    expect(teams.calls.map(({ status }) => status)).toContain(401);
    bot.token = teams.tokens.issue();
    await alice.says(ops, "@doorbell hello again");
    expect(teams.countPosts("hello again")).toBe(1);
  });

  test("a button's answer is what its presser sees; an edit is what everybody sees", async () => {
    const { teams, alice, ops } = await sitting();
    const bob = teams.person(teams.tenant.addUser({ name: "bob" }));
    const asked: unknown[] = [];
    await startBot(teams, async (context) => {
      asked.push(context.activity.value);
      await context.sendActivity({
        type: "invokeResponse",
        value: {
          status: 200,
          body: { statusCode: 200, type: CARD_TYPE, value: card([text("thanks")]) },
        },
      });
    });
    await post(teams, ops, {
      type: "message",
      attachments: [
        {
          contentType: CARD_TYPE,
          content: card(
            [
              {
                type: "Input.ChoiceSet",
                id: "time",
                choices: [{ title: "1 hour", value: "1h" }],
                value: "1h",
              },
            ],
            {
              actions: [
                { type: "Action.Execute", title: "Quiet", verb: "silence", data: { a: 1 } },
              ],
            },
          ),
        },
      ],
    });
    const [message] = alice.sees(ops);
    if (message === undefined) {
      throw new Error("There is no message.");
    }
    await alice.presses(message, "Quiet");
    expect(asked).toEqual([
      {
        action: {
          type: "Action.Execute",
          title: "Quiet",
          verb: "silence",
          data: { a: 1, time: "1h" },
        },
        trigger: "manual",
      },
    ]);
    const seenBy = (person: Person): string =>
      seenIn(teams.tenant, ops, { reader: person.user.id })[0]?.text ?? "";
    expect(seenBy(alice)).toBe("thanks");
    expect(seenBy(bob)).toBe("\n( ) 1 hour\n[Quiet]");
  });
});

test("installations, names and ends of teams reach the bot as Teams tells them", async () => {
  const { teams, alice, ops } = await sitting();
  const told: string[] = [];
  await startBot(teams, ({ activity }) => {
    const { type, action, channelData } = activity;
    told.push([type, action, channelData?.eventType].filter((one) => one !== undefined).join(" "));
    return Promise.resolve();
  });
  const acts = teams.lifecycle(alice.user);
  const team = teams.tenant.teams.get(ops.team ?? "");
  if (team === undefined) {
    throw new Error("There is no team.");
  }
  await acts.uninstalls(ops);
  expect(hasBot(teams.tenant, ops)).toBe(false);
  await acts.installs(ops);
  await acts.installs(teams.tenant.personalChat(alice.user));
  await acts.renamesChannel(ops, "operations");
  await acts.renamesTeam(team, "Cloud");
  await acts.archivesTeam(team);
  await acts.deletesChannel(ops);
  await acts.deletesTeam(team);
  expect(told).toEqual([
    "conversationUpdate teamMemberRemoved",
    "installationUpdate remove",
    "conversationUpdate teamMemberAdded",
    "installationUpdate add",
    "conversationUpdate",
    "installationUpdate add",
    "conversationUpdate channelRenamed",
    "conversationUpdate teamRenamed",
    "conversationUpdate teamArchived",
    "conversationUpdate channelDeleted",
    "conversationUpdate teamDeleted",
  ]);
});

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
