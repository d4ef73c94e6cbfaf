import { createHash } from "node:crypto";
import type { Activity } from "./deliveries.ts";
import type { FakeConversation, FakeTeam, FakeTenant, FakeUser } from "./world.ts";

/** Who does something where, for the activity that tells it. */
export interface Scene {
  readonly tenant: FakeTenant;
  readonly conversation: FakeConversation;
  readonly user: FakeUser;
  readonly serviceUrl: string;
  readonly now: number;
  /** The message that begins the thread; null outside of threads. */
  readonly thread: string | null;
}

/**
 * What every activity from Teams carries.
 * Source: https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/conversations/conversation-messages
 */
export function activityOf(scene: Scene, fields: Activity): Activity {
  const { tenant, conversation, user, serviceUrl, now } = scene;
  const at = new Date(now).toISOString();
  return {
    timestamp: at,
    localTimestamp: at,
    channelId: "msteams",
    serviceUrl,
    from: {
      id: user.id,
      name: user.realName,
      ...(user.objectId === null ? {} : { aadObjectId: user.objectId }),
    },
    conversation: conversationAccount(scene),
    recipient: { id: tenant.bot.id, name: tenant.bot.name },
    entities: [clientInfo(user)],
    channelData: {
      ...(conversation.kind === "channel" ? channelOf(tenant, conversation) : {}),
      tenant: { id: tenant.id },
    },
    locale: user.locale,
    localTimezone: user.zone,
    ...fields,
  };
}

function conversationAccount({ tenant, conversation, thread }: Scene): Activity {
  const common = { tenantId: tenant.id, id: conversation.id };
  switch (conversation.kind) {
    case "channel":
      return {
        isGroup: true,
        conversationType: "channel",
        ...common,
        ...(thread === null ? {} : { id: `${conversation.id};messageid=${thread}` }),
      };
    case "group":
      return { isGroup: true, conversationType: "groupChat", ...common };
    case "personal":
      return { conversationType: "personal", ...common };
  }
}

function channelOf(tenant: FakeTenant, conversation: FakeConversation): Activity {
  const team = tenant.teams.get(conversation.team ?? "");
  return {
    teamsChannelId: conversation.id,
    teamsTeamId: conversation.team,
    channel: { id: conversation.id },
    team: { id: conversation.team, ...(team === undefined ? {} : { aadGroupId: team.groupId }) },
  };
}

/** The team of an event, by name. */
export function teamInfo(team: FakeTeam): Activity {
  return { id: team.id, name: team.name, aadGroupId: team.groupId };
}

export function clientInfo(user: FakeUser): Activity {
  return {
    type: "clientInfo",
    locale: user.locale,
    country: user.locale.split("-")[1] ?? "GB",
    platform: "Web",
    timezone: user.zone,
  };
}

/** Identity of an event: `f:` and a GUID, the same for the same words. */
export function eventId(...words: readonly string[]): string {
  const hex = createHash("sha256").update(words.join(" ")).digest("hex");
  return `f:${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A text with its mentions, as Teams passes it on. */
export interface Written {
  readonly text: string;
  readonly html: string;
  readonly entities: readonly Activity[];
  readonly mentionsBot: boolean;
}

/** Makes mentions of `@doorbell` and of people's names, such as `@alice`. */
export function written(text: string, tenant: FakeTenant): Written {
  const named = new Map([
    ["doorbell", { id: tenant.bot.id, name: tenant.bot.name }],
    ...[...tenant.users.values()].map(
      (user) => [user.name, { id: user.id, name: user.realName }] as const,
    ),
  ]);
  const entities: Activity[] = [];
  let html = "";
  let plain = "";
  let mentionsBot = false;
  for (const part of text.split(/(@[\w.-]+)/)) {
    const mentioned = part.startsWith("@") ? named.get(part.slice(1)) : undefined;
    if (mentioned === undefined) {
      plain += part;
      html += escaped(part);
    } else {
      const mention = `<at>${mentioned.name}</at>`;
      html += `<span itemtype="http://schema.skype.com/Mention" itemscope="" itemid="${entities.length}">${escaped(mentioned.name)}</span>`;
      plain += mention;
      entities.push({ type: "mention", mentioned, text: mention });
      mentionsBot ||= mentioned.id === tenant.bot.id;
    }
  }
  // Behind a mention Teams leaves a line break at the end.
  return {
    text: entities.length === 0 ? plain : `${plain}\n`,
    html: `<p>${html}</p>`,
    entities,
    mentionsBot,
  };
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("\u00a0", "&nbsp;");
}
