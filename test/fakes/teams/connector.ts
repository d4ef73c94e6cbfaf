import { z } from "zod";
import { badArgument, ConnectorFailure, REFUSALS } from "./failure.ts";
import type { Operation } from "./faults.ts";
import { postedActivity } from "./posted-activity.ts";
import { hasBot, rosterOf } from "./world.ts";
import type { FakeConversation, FakeMessage, FakeTenant, FakeUser } from "./world.ts";

/** A call of the Connector, by an app that may make it. */
export interface ConnectorCall {
  readonly operation: Operation;
  /** The path's parts in the order of the path, such as a conversation and an activity. */
  readonly ids: readonly string[];
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined when there was none. */
  readonly body: unknown;
}

/** What the Connector works with. */
export interface ConnectorParts {
  readonly tenants: ReadonlyMap<string, FakeTenant>;
  /** Of a message's JSON in UTF-16. */
  readonly mostBytes: number;
}

/** What the Connector answers. */
export interface ConnectorAnswer {
  readonly status: number;
  readonly body: unknown;
}

const ID = "([^/]+)";
const ROUTES: readonly (readonly [string, RegExp, Operation])[] = [
  ["POST", /^conversations$/, "createConversation"],
  ["POST", new RegExp(`^conversations/${ID}/activities$`), "sendToConversation"],
  ["POST", new RegExp(`^conversations/${ID}/activities/${ID}$`), "replyToActivity"],
  ["PUT", new RegExp(`^conversations/${ID}/activities/${ID}$`), "updateActivity"],
  ["DELETE", new RegExp(`^conversations/${ID}/activities/${ID}$`), "deleteActivity"],
  ["GET", new RegExp(`^conversations/${ID}/members$`), "getConversationMembers"],
  ["GET", new RegExp(`^conversations/${ID}/pagedmembers$`), "getConversationPagedMembers"],
  ["GET", new RegExp(`^conversations/${ID}/members/${ID}$`), "getConversationMember"],
  ["GET", new RegExp(`^teams/${ID}$`), "getTeamDetails"],
  ["GET", new RegExp(`^teams/${ID}/conversations$`), "getTeamChannels"],
];

/**
 * Which operation a request is.
 * Source: https://learn.microsoft.com/en-us/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
 *
 * @param path behind `/v3/`, as it came.
 */
export function operationOf(
  method: string,
  path: string,
): { readonly operation: Operation; readonly ids: readonly string[] } {
  for (const [verb, form, operation] of ROUTES) {
    const match = verb === method ? form.exec(path) : null;
    if (match !== null) {
      return { operation, ids: match.slice(1).map((part) => decodeURIComponent(part)) };
    }
  }
  return { operation: "unknown", ids: [] };
}

/** The conversation or team that a call is about, for its limits. */
export function threadOf({ ids, body }: ConnectorCall): string {
  const { channelData, members } = creation.safeParse(body).data ?? {};
  return threadless(ids[0] ?? channelData?.channel?.id ?? members?.[0]?.id ?? "");
}

/** The conversation that an ID names, without the thread. */
function threadless(conversation: string): string {
  return conversation.split(";")[0] ?? "";
}

/**
 * Does what the bot asks.
 *
 * @throws ConnectorFailure where Teams refuses.
 */
export function performCall(call: ConnectorCall, parts: ConnectorParts): ConnectorAnswer {
  const [first = "", second = ""] = call.ids;
  switch (call.operation) {
    case "createConversation":
      return created(call.body, parts);
    case "sendToConversation":
    case "replyToActivity":
      return sent(place(first, parts), second === "" ? null : second, call.body, parts);
    case "updateActivity":
      return updated(place(first, parts), second, call.body, parts);
    case "deleteActivity": {
      const { tenant, conversation } = place(first, parts);
      tenant.removeMessage(ownMessage(tenant, conversation, second));
      return { status: 200, body: undefined };
    }
    case "getConversationMembers": {
      const { tenant, conversation } = place(first, parts);
      return { status: 200, body: rosterOf(tenant, conversation).map(member) };
    }
    case "getConversationPagedMembers":
      return paged(place(first, parts), call.query);
    case "getConversationMember": {
      const { tenant, conversation } = place(first, parts);
      const user = tenant.user(second);
      if (user === null || !rosterOf(tenant, conversation).includes(user)) {
        throw new ConnectorFailure(
          404,
          "MemberNotFoundInConversation",
          "The member is not part of the conversation roster.",
        );
      }
      return { status: 200, body: member(user) };
    }
    case "getTeamDetails":
    case "getTeamChannels":
      return aboutTeam(call.operation, first, parts);
    default:
      throw new ConnectorFailure(404, "ServiceError", "No such operation.");
  }
}

interface Place {
  readonly tenant: FakeTenant;
  readonly conversation: FakeConversation;
  /** The message that begins the thread which the ID names; null when it names none. */
  readonly thread: string | null;
}

/** Where the bot may act, by the conversation's ID. */
function place(id: string, { tenants }: ConnectorParts): Place {
  const base = threadless(id);
  const tenant = [...tenants.values()].find(({ conversations }) => conversations.has(base));
  const conversation = tenant?.conversations.get(base);
  if (tenant === undefined || conversation === undefined) {
    if (!/^(?:19:.+@(?:thread\.(?:tacv2|v2|skype)|unq\.gbl\.spaces)|a:.+)$/.test(base)) {
      throw badArgument(`Bad format of conversation ID ${id}.`);
    }
    throw REFUSALS.noConversation();
  }
  const team = conversation.team === null ? undefined : tenant.teams.get(conversation.team);
  if (conversation.deleted || team?.deleted === true) {
    throw REFUSALS.noConversation();
  }
  if (!hasBot(tenant, conversation)) {
    throw REFUSALS.notInRoster();
  }
  return { tenant, conversation, thread: /;messageid=(\d+)/.exec(id)?.[1] ?? null };
}

function sent(
  { tenant, conversation, thread }: Place,
  replyTo: string | null,
  body: unknown,
  parts: ConnectorParts,
): ConnectorAnswer {
  refuseArchived(tenant, conversation);
  const activity = postedActivity(body, parts.mostBytes);
  const root =
    conversation.kind === "channel" ? rootOf(tenant, conversation, thread, replyTo) : null;
  if (activity.type === "typing") {
    return { status: 202, body: {} };
  }
  const { type: _, ...message } = activity;
  const common = { ...message, conversation: conversation.id, from: tenant.bot.id, thread: root };
  // Teams splits a message with text and attachments, and answers with no ID then.
  if (message.text !== "" && message.attachments.length > 0) {
    tenant.addMessage({ ...common, attachments: [] });
    tenant.addMessage({ ...common, text: "", entities: [] });
    return { status: 201, body: {} };
  }
  return { status: 201, body: { id: tenant.addMessage(common).id } };
}

/** The message whose thread the post belongs to; null when it begins one. */
function rootOf(
  tenant: FakeTenant,
  conversation: FakeConversation,
  thread: string | null,
  replyTo: string | null,
): string | null {
  // The SDK replies to events and to nothing at all, under IDs of its own: such a reply is a new message.
  const named = thread ?? (/^\d+$/.test(replyTo ?? "") ? replyTo : null);
  if (named === null) {
    return null;
  }
  const message = tenant.message(conversation.id, named);
  if (message === null) {
    throw REFUSALS.noActivity();
  }
  return message.thread ?? message.id;
}

function updated(
  { tenant, conversation }: Place,
  id: string,
  body: unknown,
  parts: ConnectorParts,
): ConnectorAnswer {
  refuseArchived(tenant, conversation);
  const message = ownMessage(tenant, conversation, id);
  const activity = postedActivity(body, parts.mostBytes);
  message.text = activity.text;
  message.textFormat = activity.textFormat;
  message.summary = activity.summary;
  message.attachments = activity.attachments;
  message.entities = activity.entities;
  message.edits += 1;
  // An edit for everybody takes the place of what single people saw.
  message.views.clear();
  return { status: 200, body: { id } };
}

function ownMessage(tenant: FakeTenant, conversation: FakeConversation, id: string): FakeMessage {
  const message = tenant.message(conversation.id, id);
  if (message === null) {
    throw REFUSALS.noActivity();
  }
  if (message.from !== tenant.bot.id) {
    throw REFUSALS.notAllowed("The bot may change its own messages only.");
  }
  return message;
}

/** Nobody writes into an archived team. No page names the refusal: it is taken from what people may do. */
function refuseArchived(tenant: FakeTenant, conversation: FakeConversation): void {
  const team = conversation.team === null ? undefined : tenant.teams.get(conversation.team);
  if (team?.archived === true) {
    throw REFUSALS.notAllowed("The team is archived.");
  }
}

const creation = z.looseObject({
  isGroup: z.boolean().optional(),
  members: z.array(z.looseObject({ id: z.string() })).optional(),
  activity: z.unknown().optional(),
  tenantId: z.string().optional(),
  channelData: z
    .looseObject({
      channel: z.looseObject({ id: z.string() }).optional(),
      tenant: z.looseObject({ id: z.string() }).optional(),
    })
    .optional(),
});

/**
 * A new thread of a channel, or the personal chat with a person.
 * Source: https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
 */
function created(body: unknown, parts: ConnectorParts): ConnectorAnswer {
  const parsed = creation.safeParse(body);
  if (!parsed.success) {
    throw badArgument("Unable to deserialize the conversation parameters.");
  }
  const { channelData, members = [], activity, tenantId } = parsed.data;
  const channel = channelData?.channel?.id;
  if (channel !== undefined) {
    const where = place(threadless(channel), parts);
    if (activity === undefined || where.conversation.kind !== "channel") {
      throw badArgument("A new thread of a channel takes an activity.");
    }
    const { body: post } = sent({ ...where, thread: null }, null, activity, parts);
    const { id } = z.looseObject({ id: z.string().optional() }).parse(post);
    return {
      status: 201,
      body:
        id === undefined ? {} : { id: `${where.conversation.id};messageid=${id}`, activityId: id },
    };
  }
  const tenant = parts.tenants.get(tenantId ?? channelData?.tenant?.id ?? "");
  const [first] = members;
  if (tenant === undefined || first === undefined || members.length > 1) {
    throw badArgument("Bot and one member of a known tenant must be specified.");
  }
  const user = tenant.user(first.id);
  if (user === null) {
    throw badArgument("Failed to decrypt the conversation member's ID.");
  }
  const chat = tenant.knownPersonalChat(user);
  const meets = [...tenant.teams.values()].some(
    ({ installed, deleted, members: people }) => installed && !deleted && people.has(user.id),
  );
  if (chat === null ? !meets : !hasBot(tenant, chat)) {
    throw new ConnectorFailure(
      403,
      "ForbiddenOperationException",
      "Bot is not installed in user's personal scope.",
    );
  }
  const personal = chat ?? tenant.personalChat(user);
  const post =
    activity === undefined
      ? null
      : sent({ tenant, conversation: personal, thread: null }, null, activity, parts);
  const id = z.looseObject({ id: z.string().optional() }).nullish().parse(post?.body)?.id;
  return {
    status: 201,
    body: { id: personal.id, ...(id === undefined ? {} : { activityId: id }) },
  };
}

/** Source: https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/get-teams-context */
function member(user: FakeUser): Readonly<Record<string, unknown>> {
  const [givenName = user.realName, ...surnames] = user.realName.split(" ");
  return {
    id: user.id,
    name: user.realName,
    ...(user.objectId === null ? {} : { objectId: user.objectId, aadObjectId: user.objectId }),
    givenName,
    surname: surnames.join(" "),
    ...(user.mail === null ? {} : { email: user.mail, userPrincipalName: user.mail }),
    tenantId: user.tenant,
    userRole: user.role,
  };
}

const FEWEST = 50;
const MOST = 500;

function paged({ tenant, conversation }: Place, query: URLSearchParams): ConnectorAnswer {
  const size = Math.min(MOST, Math.max(FEWEST, Number(query.get("pageSize") ?? MOST)));
  const from = Number(query.get("continuationToken") ?? 0);
  const all = rosterOf(tenant, conversation);
  const rest = from + size < all.length ? { continuationToken: String(from + size) } : {};
  return {
    status: 200,
    body: { ...rest, members: all.slice(from, from + size).map(member) },
  };
}

function aboutTeam(
  operation: "getTeamDetails" | "getTeamChannels",
  id: string,
  { tenants }: ConnectorParts,
): ConnectorAnswer {
  const tenant = [...tenants.values()].find(({ teams }) => teams.has(id));
  const team = tenant?.teams.get(id);
  if (tenant === undefined || team === undefined || team.deleted) {
    throw REFUSALS.noConversation();
  }
  if (!team.installed) {
    throw REFUSALS.notInRoster();
  }
  const channels = tenant.channelsOf(team).filter(({ deleted }) => !deleted);
  if (operation === "getTeamChannels") {
    return {
      status: 200,
      body: {
        // The General channel comes without its name.
        conversations: channels.map((channel) =>
          channel.id === team.id ? { id: channel.id } : { id: channel.id, name: channel.name },
        ),
      },
    };
  }
  return {
    status: 200,
    body: {
      id: team.id,
      name: team.name,
      aadGroupId: team.groupId,
      type: "standard",
      channelCount: channels.length,
      memberCount: team.members.size,
    },
  };
}
