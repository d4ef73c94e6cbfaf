import { createHash } from "node:crypto";
import type { Message } from "../message/message.ts";
import { milestoneMessage } from "../message/milestone-message.ts";
import { notificationMessage } from "../message/notification-message.ts";
import { withReactions } from "../message/notification-reactions.ts";
import type { ClaimedDelivery } from "../ports.ts";

/** What the delivery is to say now; null for a reply about something that is no longer so. */
export function deliveryMessage(delivery: ClaimedDelivery): Message | null {
  const { content, openings, goneOpenings } = delivery;
  switch (content.kind) {
    case "notification":
      return withReactions(notificationMessage(openings, goneOpenings), openings, delivery);
    case "reply":
      return milestoneMessage(content.milestone, openings);
  }
}

/** Tells whether two messages say the same. */
export function messageDigest(message: Message): string {
  return createHash("sha256").update(JSON.stringify(message)).digest("hex").slice(0, 32);
}
