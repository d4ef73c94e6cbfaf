import { z } from "zod";
import type { ChannelRef } from "../../src/domain/notification.ts";
import { PLATFORM } from "./receipt.ts";

/**
 * What Teams sends, as far as Doorbell reads it.
 * Sources: https://learn.microsoft.com/en-us/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#activity-object,
 * https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/conversations/subscribe-to-conversation-events
 */

const account = z.object({
  id: z.string().min(1),
  name: z.string().nullish(),
  aadObjectId: z.string().nullish(),
});
const place = z.object({ id: z.string().min(1), name: z.string().nullish() });
const others = z.array(z.object({ id: z.string() })).nullish();

/** Something that happened in Teams: a message, a press, a change of a conversation. */
export const activitySchema = z.object({
  type: z.string().min(1),
  channelId: z.literal("msteams"),
  id: z.string().min(1).nullish(),
  /** What an `invoke` is for, such as `adaptiveCard/action`. */
  name: z.string().nullish(),
  serviceUrl: z.string().regex(/^https?:\/\/[^\s/@]+(?:\/\S*)?$/),
  from: account,
  recipient: account,
  conversation: z.object({
    id: z.string().min(1),
    conversationType: z.string().nullish(),
    tenantId: z.string().nullish(),
    name: z.string().nullish(),
  }),
  channelData: z
    .object({
      tenant: z.object({ id: z.string() }).nullish(),
      team: place.nullish(),
      channel: place.nullish(),
      eventType: z.string().nullish(),
    })
    .nullish(),
  text: z.string().nullish(),
  value: z.unknown().optional(),
  entities: z.array(z.unknown()).nullish(),
  localTimezone: z.string().nullish(),
  membersAdded: others,
  membersRemoved: others,
  /** Of an `installationUpdate`: `add`, `remove`, or either with `-upgrade`. */
  action: z.string().nullish(),
});

export type Activity = z.infer<typeof activitySchema>;

/** What a conversation is, which decides how it is posted to. */
export type ConversationKind = "channel" | "groupChat" | "personal";

/** How a conversation of Teams is reached: plain data that outlives the program. */
export interface Conversation {
  readonly channel: ChannelRef;
  readonly serviceUrl: string;
  readonly kind: ConversationKind;
  /** The bot as the conversation knows it: `28:` and the app ID. */
  readonly botId: string;
  readonly teamId: string | null;
}

/** An activity with what Doorbell makes of where it came from. */
export interface Arrival {
  readonly activity: Activity;
  readonly conversation: Conversation;
  /** ID of the message that began the thread; null outside of channels. */
  readonly root: string | null;
  readonly zone: string | null;
}

/** Where an activity came from; null when it names no tenant. */
export function arrivalOf(activity: Activity): Arrival | null {
  const { conversation, channelData } = activity;
  const tenant = channelData?.tenant?.id ?? conversation.tenantId ?? "";
  if (tenant === "") {
    return null;
  }
  const [id = "", root = null] = conversation.id.split(";messageid=", 2);
  const kind = kindOf(id, conversation.conversationType ?? null);
  return {
    activity,
    conversation: {
      channel: { platform: PLATFORM, workspace: tenant.toLowerCase(), channel: id },
      serviceUrl: activity.serviceUrl,
      kind,
      botId: activity.recipient.id,
      teamId: channelData?.team?.id ?? null,
    },
    root: kind === "channel" ? root : null,
    zone: zoneOf(activity),
  };
}

/** What a conversation is: as Teams says, else as its ID looks. */
export function kindOf(id: string, said: string | null): ConversationKind {
  if (said === "channel" || said === "groupChat" || said === "personal") {
    return said;
  }
  if (/@thread\.(?:tacv2|skype)$/.test(id)) {
    return "channel";
  }
  return id.startsWith("19:") ? "groupChat" : "personal";
}

const clientInfo = z.object({ type: z.literal("clientInfo"), timezone: z.string().min(1) });
const mention = z.object({
  type: z.literal("mention"),
  text: z.string().min(1),
  mentioned: z.object({ id: z.string(), name: z.string().nullish() }),
});

export type Mention = z.infer<typeof mention>;

/** The people, bots and channels that a message mentions. */
export function mentionsIn({ entities }: Activity): readonly Mention[] {
  return (entities ?? []).flatMap((entity) => {
    const { data } = mention.safeParse(entity);
    return data === undefined ? [] : [data];
  });
}

/** The sender's IANA time zone, where the client tells one that exists. */
function zoneOf({ entities, localTimezone }: Activity): string | null {
  const told = (entities ?? []).flatMap((entity) => {
    const { data } = clientInfo.safeParse(entity);
    return data === undefined ? [] : [data.timezone];
  });
  return [...told, localTimezone ?? ""].find(isZone) ?? null;
}

function isZone(zone: string): boolean {
  try {
    return zone !== "" && Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions() !== null;
  } catch {
    return false;
  }
}

/** The value of an `adaptiveCard/action` invoke. */
export const cardAction = z.object({ action: z.unknown().optional() });

/** The value of a `composeExtension/query` invoke. */
export const extensionQuery = z.object({
  parameters: z.array(z.object({ name: z.string(), value: z.unknown().optional() })).nullish(),
  queryOptions: z.object({ count: z.number().nullish() }).nullish(),
});
