import type { ChannelChange } from "../../src/domain/chat.ts";
import type { LifecycleEvent } from "./incoming.ts";
import { PLATFORM } from "./receipt.ts";

/** Events that tell of a channel or of the app itself; private channels have names of their own for some. */
export const LIFECYCLE_EVENTS = [
  "app_uninstalled",
  "channel_archive",
  "channel_deleted",
  "channel_left",
  "channel_rename",
  "channel_unarchive",
  "group_archive",
  "group_deleted",
  "group_left",
  "group_rename",
  "group_unarchive",
  "member_joined_channel",
  "tokens_revoked",
] as const;

/**
 * What an event means for what Doorbell posts; null when nothing.
 *
 * @param botUserId the bot as a user; null where Slack took its token away.
 */
export function channelChangeOf(
  { team_id, event }: LifecycleEvent,
  botUserId: string | null,
): ChannelChange | null {
  const channel = typeof event.channel === "string" ? event.channel : (event.channel?.id ?? "");
  const name = typeof event.channel === "object" ? event.channel.name : undefined;
  const change = (kind: ChannelChange["kind"], reason: string): ChannelChange => ({
    channel: { platform: PLATFORM, workspace: team_id, channel },
    kind,
    reason,
  });
  switch (event.type) {
    case "channel_archive":
    case "group_archive":
      return change("closed", "The channel was archived.");
    case "channel_deleted":
    case "group_deleted":
      return change("closed", "The channel was deleted.");
    case "channel_left":
    case "group_left":
      return change("closed", "Doorbell was removed from the channel: invite it again.");
    case "channel_unarchive":
    case "group_unarchive":
      return change("open", "The channel was taken out of the archive.");
    case "channel_rename":
    case "group_rename":
      return change("renamed", `The channel is called ${name ?? "something else"} now.`);
    case "member_joined_channel":
      return event.user === botUserId && botUserId !== null
        ? change("open", "Doorbell was invited to the channel.")
        : null;
    case "app_uninstalled":
      return change("closed", "The app was removed from the workspace: install it again.");
    case "tokens_revoked":
      return (event.tokens?.bot ?? []).length === 0
        ? null
        : change("closed", "The app's token was revoked: install the app again.");
    default:
      return null;
  }
}

/** Whether the change means that Doorbell has no token for the workspace any more. */
export function losesWorkspace(change: ChannelChange): boolean {
  return change.kind === "closed" && change.channel.channel === "";
}
