import type { Finding } from "./finding.ts";
import type { Instant } from "./instant.ts";
import type { Actor } from "./principal.ts";
import type { ResourceId } from "./resource-id.ts";
import type { PortRange, SecurityRule } from "./security-rule.ts";

/**
 * An inbound allow rule that exposes one port or port range, from its first appearance to its removal.
 * The thing that people ask about.
 */
export interface Opening {
  /** `o-` and 12 characters; stable while later facts revise the opening. */
  readonly id: string;
  /** `jit`: written by the security resource provider. `direct`: written by anyone else. */
  readonly kind: "jit" | "direct";
  /** The VM that the rule opens; null when the log cannot tell which one. */
  readonly vm: ResourceId | null;
  /** The VM's name, which the rule's description may give even when `vm` is null. */
  readonly vmName: string | null;
  readonly port: PortRange;
  /** The rule as it stood when the port opened. */
  readonly rule: SecurityRule;
  /** The NSG, or the Azure Firewall or rule collection group, that holds the rule. */
  readonly nsg: ResourceId;
  readonly openedAt: Instant;
  /** false: the rule was first seen at `openedAt` and may have stood before. */
  readonly openedAtExact: boolean;
  /** The rule surely did not stand before this moment; null when it may have stood for ever. */
  readonly notBefore: Instant | null;
  /** false: the write was started and no row tells how it ended. */
  readonly outcomeSeen: boolean;
  readonly promisedEnd: Instant | null;
  readonly closedAt: Instant | null;
  /** false while it stands, and when one of several writes may have removed the rule, at the latest then. */
  readonly closedAtExact: boolean;
  /** true when nothing shows the removal, but a later write does not carry its rules. */
  readonly mayHaveClosed: boolean;
  /** When the NSG itself last showed the rule; null when nobody looked, or it was gone before. */
  readonly sightedAt: Instant | null;
  /** Who removed the rule; null while it stands, or when the log does not name them. */
  readonly closedBy: string | null;
  /** Why it closed; null while it stands. */
  readonly closing: ClosingReason | null;
  readonly attribution: Attribution;
  readonly findings: readonly Finding[];
  /** Identities of the events that the opening rests on, sorted. */
  readonly events: readonly string[];
}

/** How an opening ended. */
export type ClosingReason =
  /** The provider removed the rule at about its promised end. */
  | "expired"
  /** The provider removed the rule, and the log gives no promised end to compare with. */
  | "removed-by-provider"
  /** The provider replaced the rule because of a newer request. */
  | "superseded"
  /** Removed before its promised end. */
  | "closed-early"
  /** Removed by somebody other than the provider, with no promised end or after it. */
  | "removed"
  /** The rule stayed but no longer has this port, sources or destination. */
  | "changed"
  /** The NSG itself no longer had the rule, and the log does not show the removal. */
  | "unlogged"
  /** The whole NSG or firewall was deleted. */
  | "container-deleted";

/** Who stands behind an opening, and how sure that is. */
export interface Attribution {
  readonly verdict: Verdict;
  /** The person whom the verdict names; null when `ambiguous` or `unattributed`. */
  readonly actor: Actor | null;
  readonly clientAddress: string | null;
  readonly justification: string | null;
  /** Every request (or writer) that could stand behind the opening, best first. */
  readonly candidates: readonly Candidate[];
  /** The reasons for the verdict. */
  readonly reasons: readonly Reason[];
}

/**
 * `certain`: no other known principal could have made the rule. `likely`: one fits clearly better.
 * `ambiguous`: several fit alike. `unattributed`: none is known.
 */
export type Verdict = "certain" | "likely" | "ambiguous" | "unattributed";

/** One request or writer that could stand behind an opening. */
export interface Candidate {
  readonly actor: Actor | null;
  /** The access request; null for the writer of a direct rule. */
  readonly requestId: string | null;
  readonly at: Instant;
  readonly reasons: readonly Reason[];
}

/** One piece of evidence, for or against, in words, with the events that show it. */
export interface Reason {
  readonly code: ReasonCode;
  readonly weighs: "for" | "against" | "neutral";
  /** One sentence without markup; may quote hostile text from the log. */
  readonly text: string;
}

export type ReasonCode =
  | "same-correlation"
  | "vm-named"
  | "vm-unproven"
  | "destination-matches"
  | "port-equal"
  | "port-unknown"
  | "sources-equal"
  | "sources-unknown"
  | "written-after"
  | "writer-is-provider"
  | "writer-unproven"
  | "write-unlogged"
  | "writer-not-provider"
  | "only-match"
  | "one-to-one"
  | "end-matches"
  | "end-differs"
  | "several-fit"
  | "fits-better"
  | "no-request"
  | "stood-before"
  | "outcome-unseen"
  | "body-partial"
  | "outcome-unknown"
  | "wrote-rule";
