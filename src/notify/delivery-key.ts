import type { ChannelRef, Milestone } from "../domain/notification.ts";
import { shortId } from "../domain/short-id.ts";

/**
 * The key of a notification: the same for the same channel and burst, whoever works it out and however
 * often, so that a change which is routed again does not become a second message.
 *
 * @param firstOpening for a further notification of a burst whose earlier one is closed: the id of the
 *   first opening that it tells of.
 */
export function notificationKey(
  channel: ChannelRef,
  burst: string,
  firstOpening: string | null,
): string {
  return shortId("n", [channelKey(channel), burst, firstOpening ?? ""]);
}

/** The key of a word in a notification's thread. */
export function replyKey(parent: string, milestone: Milestone, openingId: string): string {
  return shortId("n", [parent, milestone, openingId]);
}

/** What tells channels apart, as text. */
export function channelKey({ platform, workspace, channel }: ChannelRef): string {
  return JSON.stringify([platform, workspace, channel]);
}
