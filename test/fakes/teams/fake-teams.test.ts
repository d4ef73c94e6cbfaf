import { MessageFactory, TeamsInfo, TurnContext } from "botbuilder";
import type { ConversationReference } from "botbuilder";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { startBot } from "./echo-bot.ts";
import type { EchoBot } from "./echo-bot.ts";
import type { FakeTeams } from "./fake-teams.ts";
import type { Person } from "./person.ts";
import { CARD_TYPE, seenIn } from "./reading.ts";
import { FORGERIES } from "./signing.ts";
import { card, post, sitting, text, withCard } from "./sitting.ts";
import { hasBot } from "./world.ts";

beforeEach(() => {
  // The SDK writes what it refuses to the console.
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});

async function echoAt(teams: FakeTeams): Promise<EchoBot> {
  return startBot(teams, async (context) => {
    await context.sendActivity(`You said: ${TurnContext.removeRecipientMention(context.activity)}`);
  });
}

/** The activity that was delivered last. */
function lastActivity(teams: FakeTeams): Readonly<Record<string, unknown>> {
  return z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(teams.deliveries.lastRequest?.body ?? ""));
}

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
    expect(seenIn(teams.tenant, ops)).toMatchObject([
      { id, text: "is closed", thread: null, edited: true, effects: [] },
      { text: "closed by alice", thread: 0, edited: false, effects: [] },
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

const happening = z.object({
  type: z.string(),
  action: z.string().optional(),
  channelData: z.object({ eventType: z.string().optional() }),
});

test("installations, names and ends of teams reach the bot as Teams tells them", async () => {
  const { teams, alice, ops } = await sitting();
  const told: string[] = [];
  await startBot(teams, ({ activity }) => {
    const { type, action, channelData } = happening.parse(activity);
    told.push([type, action, channelData.eventType].filter((one) => one !== undefined).join(" "));
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

test("what is undone, and what happens to chats and people, reaches the bot too", async () => {
  const { teams, alice, ops } = await sitting();
  const bob = teams.tenant.addUser({ name: "bob" });
  const chat = teams.tenant.addGroupChat({ name: "on call", installed: false });
  const told: string[] = [];
  await startBot(teams, ({ activity }) => {
    const { conversation, membersAdded = [], membersRemoved = [], topicName } = activity;
    const { eventType } = happening.parse(activity).channelData;
    const counts = `+${membersAdded.length} -${membersRemoved.length}`;
    told.push(`${conversation.conversationType} ${eventType ?? topicName ?? ""} ${counts}`);
    return Promise.resolve();
  });
  const acts = teams.lifecycle(alice.user);
  const team = teams.tenant.teams.get(ops.team ?? "");
  if (team === undefined) {
    throw new Error("There is no team.");
  }
  await acts.restoresTeam(team);
  await acts.unarchivesTeam(team);
  const { channel } = await acts.createsChannel(team, "new");
  await acts.restoresChannel(channel);
  await acts.addsMember(ops, bob);
  await acts.removesMember(ops, bob);
  await acts.installs(chat);
  await acts.renamesChat(chat, "night shift");
  await acts.somethingNew(ops, "channelTeleported");
  expect(told).toEqual([
    "channel teamRestored +0 -0",
    "channel teamUnarchived +0 -0",
    "channel channelCreated +0 -0",
    "channel channelRestored +0 -0",
    "channel teamMemberAdded +1 -0",
    "channel teamMemberRemoved +0 -1",
    "groupChat  +1 -0",
    "groupChat  +0 -0",
    "groupChat night shift +0 -0",
    "channel channelTeleported +0 -0",
  ]);
  expect((await post(teams, chat)).status).toBe(201);
});
