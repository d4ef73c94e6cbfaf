import { createHash } from "node:crypto";
import type { Message } from "../message/message.ts";
import { milestoneMessage } from "../message/milestone-message.ts";
import { notificationMessage } from "../message/notification-message.ts";
import type { ClaimedDelivery } from "../ports.ts";

/** What the delivery is to say now; null for a reply about something that is no longer so. */
export function deliveryMessage({
  content,
  openings,
  goneOpenings,
}: ClaimedDelivery): Message | null {
  switch (content.kind) {
    case "notification":
      return notificationMessage(openings, goneOpenings);
    case "reply":
      return milestoneMessage(content.milestone, openings);
  }
}

/** Tells whether two messages say the same. */
export function messageDigest(message: Message): string {
  return createHash("sha256").update(JSON.stringify(message)).digest("hex").slice(0, 32);
}
