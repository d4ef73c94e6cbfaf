import type { ChannelChange } from "../../src/domain/chat.ts";
import type { Arrival } from "./incoming.ts";

/** What an activity means for what Doorbell posts. */
export interface Lifecycle {
  readonly kind: ChannelChange["kind"];
  /** Whether it concerns one conversation, or every channel of the team. */
  readonly reach: "conversation" | "team";
  /** ID of the conversation where it is not the one that the activity came from. */
  readonly channel: string | null;
  readonly reason: string;
}

/** Source: https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/conversations/subscribe-to-conversation-events */
const TEAM_EVENTS: Readonly<Record<string, readonly [ChannelChange["kind"], string]>> = {
  teamArchived: ["closed", "The team was archived."],
  teamDeleted: ["closed", "The team was deleted."],
  teamHardDeleted: ["closed", "The team was deleted for good."],
  teamRenamed: ["renamed", "The team has another name now."],
  teamRestored: ["open", "The team was restored."],
  teamUnarchived: ["open", "The team was taken out of the archive."],
};

const CHANNEL_EVENTS: Readonly<Record<string, readonly [ChannelChange["kind"], string]>> = {
  channelDeleted: ["closed", "The channel was deleted."],
  channelRenamed: ["renamed", "The channel has another name now."],
  channelRestored: ["open", "The channel was restored."],
};

/** What an activity that is no question means for what Doorbell posts; null when nothing. */
export function lifecycleOf({ activity, conversation }: Arrival): Lifecycle | null {
  const place = {
    reach: conversation.teamId === null ? ("conversation" as const) : ("team" as const),
    channel: null,
  };
  const closed = {
    ...place,
    kind: "closed" as const,
    reason: "Doorbell was removed: add the app again.",
  };
  const open = { ...place, kind: "open" as const, reason: "Doorbell was added." };
  if (activity.type === "installationUpdate") {
    // An upgrade takes the app away and adds it again.
    return activity.action === "remove" ? closed : activity.action === "add" ? open : null;
  }
  if (activity.type !== "conversationUpdate") {
    return null;
  }
  const event = activity.channelData?.eventType ?? "";
  const ofTeam = TEAM_EVENTS[event];
  if (ofTeam !== undefined) {
    const [kind, reason] = ofTeam;
    return { kind, reason, reach: "team", channel: null };
  }
  const ofChannel = CHANNEL_EVENTS[event];
  if (ofChannel !== undefined) {
    const [kind, reason] = ofChannel;
    const channel = activity.channelData?.channel?.id ?? null;
    return { kind, reason, reach: "conversation", channel };
  }
  const isBot = ({ id }: { readonly id: string }): boolean => id === activity.recipient.id;
  if ((activity.membersRemoved ?? []).some(isBot)) {
    return closed;
  }
  return (activity.membersAdded ?? []).some(isBot) ? open : null;
}

/** Whether somebody has just installed the app, who is told how to use it. */
export function isInstallation({ activity }: Arrival): boolean {
  return activity.type === "installationUpdate" && activity.action === "add";
}
