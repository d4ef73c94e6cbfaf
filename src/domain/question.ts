import type { Duration, Instant } from "./instant.ts";
import type { ResourceId } from "./resource-id.ts";
import type { PortRange } from "./security-rule.ts";

/** A question that a trail can answer. Times are absolute: the words of the asker are resolved. */
export type Question =
  | WhoOpenedQuestion
  | WhoHasAccessQuestion
  | WhatIsOpenQuestion
  | OpenedByPersonQuestion
  | OpenedFromAddressQuestion
  | ExplainRuleQuestion
  | HistoryQuestion
  | DeniedRequestsQuestion
  | ShowOpeningQuestion
  | NeverClosedQuestion
  | ClosesWithinQuestion
  | StatusQuestion
  | HelpQuestion;

/** `who opened port 3389 on vm-x since friday`. */
interface WhoOpenedQuestion {
  readonly kind: "who-opened";
  readonly ports: PortFilter;
  readonly vm: VmFilter;
  /** Only openings that let any address of the internet in. */
  readonly anySource: boolean;
  readonly period: Period | null;
}

/** `who has access to vm-x`: the openings that stand. */
interface WhoHasAccessQuestion {
  readonly kind: "who-has-access";
  readonly vm: VmFilter;
}

/** `what is open to any source on vm-x`, `what was open on vm-x at 03:12`. */
interface WhatIsOpenQuestion {
  readonly kind: "what-is-open";
  readonly ports: PortFilter;
  readonly vm: VmFilter;
  /** Only openings that let any address of the internet in. */
  readonly anySource: boolean;
  /** Openings that stood at some time of this period; null: that stand when the log ends. */
  readonly period: Period | null;
}

/** `what did alice open last week`. */
interface OpenedByPersonQuestion {
  readonly kind: "opened-by-person";
  /** As typed: a UPN, a part of one, or an object ID. */
  readonly person: string;
  readonly vm: VmFilter;
  readonly period: Period | null;
}

/** `what did 198.51.100.7 open`. */
interface OpenedFromAddressQuestion {
  readonly kind: "opened-from-address";
  /** Normalised. */
  readonly address: string;
  readonly vm: VmFilter;
  readonly period: Period | null;
}

/** `explain rule SecurityCenter-JITRule-…`: from a rule to the person. */
export interface ExplainRuleQuestion {
  readonly kind: "explain-rule";
  /** The rule's name or a part of it, as typed. */
  readonly rule: string;
}

/** `history of vm-x`: every opening and request. */
interface HistoryQuestion {
  readonly kind: "history";
  readonly vm: VmFilter;
  readonly period: Period | null;
}

/** `requests denied today`. */
interface DeniedRequestsQuestion {
  readonly kind: "denied-requests";
  readonly vm: VmFilter;
  readonly period: Period | null;
}

/** `show o-…`: one opening with its evidence. */
export interface ShowOpeningQuestion {
  readonly kind: "show-opening";
  /** `Opening.id` or its beginning, lower-cased. */
  readonly id: string;
}

/** `what never closed`: openings that stand although their end has passed, or that have no end. */
interface NeverClosedQuestion {
  readonly kind: "never-closed";
  readonly vm: VmFilter;
}

/** `what closes within 8h`. */
interface ClosesWithinQuestion {
  readonly kind: "closes-within";
  readonly within: Duration;
  readonly vm: VmFilter;
}

/** `status`: how far the log goes. */
interface StatusQuestion {
  readonly kind: "status";
}

/** `help`, `help times`. */
export interface HelpQuestion {
  readonly kind: "help";
  readonly topic: HelpTopic | null;
}

/** What help can be asked about. */
export const HELP_TOPICS = [
  "who",
  "open",
  "people",
  "rules",
  "requests",
  "times",
  "names",
  "ports",
] as const;

export type HelpTopic = (typeof HELP_TOPICS)[number];

/** Which VMs a question is about. */
export type VmFilter =
  | { readonly kind: "any" }
  /** A VM's name without regard to case. */
  | { readonly kind: "name"; readonly name: string }
  /** A name in which `*` stands for any run of characters. */
  | { readonly kind: "wildcard"; readonly pattern: string }
  | { readonly kind: "resource"; readonly id: ResourceId };

/** Which ports a question is about: an opening fits that shares a port with one; empty means any. */
export type PortFilter = readonly PortRange[];

/** A span of time that includes `from` and ends before `to`; null leaves that side open. */
export interface Period {
  readonly from: Instant | null;
  readonly to: Instant | null;
}
