import type { Finding } from "./finding.ts";
import type { Instant } from "./instant.ts";
import type { Opening, Verdict } from "./opening.ts";
import type { PortRange } from "./security-rule.ts";

/** A place in a chat where messages are posted: a channel, a group chat, a direct conversation. */
export interface ChannelRef {
  /** The adapter's platform, such as `slack`, `teams` or `terminal`. */
  readonly platform: string;
  /** The platform's identity of the workspace or tenant; empty where there is only one. */
  readonly workspace: string;
  /** The platform's identity of the channel. */
  readonly channel: string;
}

/** Which openings a channel wants to hear of; an empty list lets everything of that kind through. */
export interface NotificationFilter {
  /** Azure subscription IDs, lower-cased. */
  readonly azureSubscriptions: readonly string[];
  /** Resource groups of the VM or the NSG, with `*` for any run of characters, in any casing. */
  readonly resourceGroups: readonly string[];
  /** VM names, with `*` for any run of characters; compared without regard to case. */
  readonly vms: readonly string[];
  /** An opening fits that shares a port with one of them. */
  readonly ports: readonly PortRange[];
  /** Empty means `jit` alone, which is what rings a doorbell; `direct` must be asked for. */
  readonly kinds: readonly Opening["kind"][];
  readonly verdicts: readonly Verdict[];
  /** An opening fits that has one of these findings. */
  readonly findings: readonly Finding["code"][];
}

/** A channel's standing wish for notifications. */
export interface ChannelSubscription {
  /** `s-` and 12 characters. */
  readonly id: string;
  readonly channel: ChannelRef;
  readonly filter: NotificationFilter;
  /** Openings before this moment do not ring. */
  readonly createdAt: Instant;
  /** Who asked for it, as the platform names them; `configuration` for those of the configuration. */
  readonly createdBy: string;
}

/**
 * Something that happened to an opening after it was announced, and that is said once in the thread of
 * its notification.
 */
export type Milestone = "closed" | "open-past-end" | "severity-raised" | "person-known";

/** What a delivery carries to a channel. */
export type DeliveryContent =
  /** The notification itself, about one opening or a burst of them; edited as the truth changes. */
  | { readonly kind: "notification" }
  /** A word in the thread of the notification `parent`, posted once and never edited. */
  | {
      readonly kind: "reply";
      /** Key of the notification's delivery. */
      readonly parent: string;
      readonly openingId: string;
      readonly milestone: Milestone;
    };

/** Where a delivery stands in its way to the channel. */
export type DeliveryState =
  /** Never posted. */
  | "pending"
  /** Claimed for posting; after a crash its outcome is unknown. */
  | "posting"
  /** Tried, and nobody knows whether the channel has it. */
  | "unknown"
  /** In the channel. */
  | "posted"
  /** Waits for a person: the channel is gone, or the bot may not post there. */
  | "waiting"
  /** Given up: the channel refuses this content for good, or the message was deleted by somebody. */
  | "dropped";

/** How much of a platform a failure concerns: nothing is posted there for a while, by whomever. */
export type PauseScope = "channel" | "workspace" | "platform";

/** Identity of a message in a channel, as its platform gave it: opaque JSON text of the adapter. */
export interface Receipt {
  readonly channel: ChannelRef;
  /** Opaque to everyone but the adapter; at most 2,000 characters. */
  readonly message: string;
}
