import type { Refusal } from "./access.ts";
import type { ChannelRef, Receipt } from "./notification.ts";

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
  /** The message in whose thread it was asked; null or missing outside of threads. */
  readonly thread?: Receipt | null;
  readonly user: ChatUser;
  /** As typed, without the mention or command in front; hostile text. */
  readonly text: string;
}

/** A press on an action of a message, already verified by the adapter. */
export interface IncomingAction {
  /** Identity of the delivery: a redelivered press has the same one and is obeyed once. */
  readonly deliveryId: string;
  readonly channel: ChannelRef;
  readonly user: ChatUser;
  /** The pressed `MessageAction`'s id; hostile text. */
  readonly action: string;
  /** The id of the chosen option; null when the action has none; hostile text. */
  readonly option: string | null;
}

/** A person who opened the program's own page in a chat. */
export interface HomeVisit {
  readonly user: ChatUser;
  /** The person's direct conversation with the program. */
  readonly channel: ChannelRef;
}

/** What a person typed into a search, already verified by the adapter. */
export interface IncomingSearch {
  readonly channel: ChannelRef;
  readonly user: Pick<ChatUser, "id" | "name">;
  /** As typed so far; hostile text. */
  readonly text: string;
}

/** That a person asked, pressed, searched, or opened the program's own page: what is audited. */
export interface Attempt {
  readonly kind: "question" | "action" | "home" | "search";
  /** Identity of the delivery; empty where there is none. */
  readonly deliveryId: string;
  readonly channel: ChannelRef;
  readonly user: Pick<ChatUser, "id" | "name">;
  /** The question or search as typed, or the action's id and option; empty for the page; hostile text. */
  readonly text: string;
}

/** An attempt that the rules of `access.ts` refused, before it reached the program. */
export interface RefusedAttempt extends Attempt {
  readonly reason: Refusal;
}

/** Something that happened to a channel, or to a whole workspace. */
export interface ChannelChange {
  /** `channel` is empty when it happened to every channel of the workspace. */
  readonly channel: ChannelRef;
  /**
   * `closed`: nothing can be posted there until a person acts; `open`: posting is possible (again), so
   * that what waits may be tried at once; `renamed`: it has another name and the same identity.
   */
  readonly kind: "closed" | "open" | "renamed";
  /** What happened, in one line, for the log and the health page. */
  readonly reason: string;
}
