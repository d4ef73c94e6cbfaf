import type { ChannelRef } from "./notification.ts";

/** A person in a chat, as the platform knows them. */
export interface ChatUser {
  /** The platform's identity of the person. */
  readonly id: string;
  /** What people read; hostile text. */
  readonly name: string;
  /** IANA time zone, where the platform tells; else null. */
  readonly zone: string | null;
}

/** A question as it came from a chat, already verified by the adapter. */
export interface IncomingQuestion {
  /** Identity of the delivery: a redelivered question has the same one and is answered once. */
  readonly deliveryId: string;
  readonly channel: ChannelRef;
  /** Identity of the conversation that follow-ups belong to: the thread, else the channel and person. */
  readonly conversation: string;
  readonly user: ChatUser;
  /** As typed, without the mention or command in front; hostile text. */
  readonly text: string;
}
