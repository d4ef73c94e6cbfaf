import type { ChannelRef, Receipt } from "../../src/domain/notification.ts";
import type { DeliveryFault } from "../../src/errors.ts";
import type { ChatAdapter } from "../../src/ports.ts";

/** A chat adapter with the platform behind it, as the contract suite drives it. */
export interface ChatHarness {
  /** Started. */
  readonly adapter: ChatAdapter;
  /** Two channels in which the adapter may post, both empty. */
  readonly channel: ChannelRef;
  readonly otherChannel: ChannelRef;
  /** What stands in the channel, oldest first, with the replies of its threads. */
  said(channel: ChannelRef): Promise<readonly SeenMessage[]>;
  /** Lets the platform treat the next call of the adapter so, and only that one. */
  failNext(fault: PlatformFault): void;
  /** A person deletes the message. */
  remove(receipt: Receipt): void;
  /** Another person says these texts in the channel. */
  sayAsPerson(channel: ChannelRef, texts: readonly string[]): void;
  /** A new adapter, started, on the same platform: the one before died. */
  restart(): Promise<ChatAdapter>;
  close(): Promise<void>;
}

/** A message as people see it. */
export interface SeenMessage {
  /** All of its text, line breaks included. */
  readonly text: string;
  /** Position, in the same list, of the message whose thread it stands in; null for none. */
  readonly thread: number | null;
  /**
   * What it does beyond being read, in words: a mention of somebody, a control sequence, a link that
   * leads elsewhere. Empty for a message that only says something.
   */
  readonly effects: readonly string[];
}

/** What a platform can do to a call. */
export type PlatformFault =
  /** Carries the call out; the answer is lost. */
  | "lose-answer"
  /** Cannot be reached. */
  | "be-away"
  /** Refuses because of too many calls, for `RATE_LIMIT`. */
  | "rate-limit"
  /** Says that the channel is gone or closed to the program. */
  | "close-channel"
  /** Refuses the credentials. */
  | "refuse-credentials"
  /** Refuses what the message says. */
  | "refuse-content";

/** How long a rate-limited caller has to wait, in ms. */
export const RATE_LIMIT = 7000;

/** What an adapter must make of each fault. */
export const FAULT_OF: { readonly [fault in PlatformFault]: DeliveryFault } = {
  "lose-answer": "unknown",
  "be-away": "not-sent",
  "rate-limit": "rate-limited",
  "close-channel": "channel-closed",
  "refuse-credentials": "refused",
  "refuse-content": "invalid",
};

/** What the suite must know of a platform before it starts. */
export interface ChatTraits {
  readonly readBack: boolean;
  readonly threads: boolean;
  /** Whether an edit takes the old text away; a terminal can only say the new one below. */
  readonly replaces: boolean;
  /** Whether people can delete messages and talk in the channel. */
  readonly people: boolean;
  /** The faults that this platform knows. */
  readonly faults: readonly PlatformFault[];
}

/** A platform for the contract suite: what it can do, and how to open a fresh one. */
export interface ChatUnderTest {
  readonly name: string;
  readonly traits: ChatTraits;
  readonly open: () => Promise<ChatHarness>;
}
