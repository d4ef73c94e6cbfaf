import type { Instant } from "./instant.ts";
import type { Principal } from "./principal.ts";
import type { ResourceId } from "./resource-id.ts";
import type { PortRange, RuleSet, SecurityRule } from "./security-rule.ts";

/**
 * One row of the Azure Activity Log, parsed once at the edge and never changed afterwards. Only rows of
 * operations that can open or close a port, or ask for it, become activity events.
 */
export interface ActivityEvent {
  /**
   * `eventDataId`, lower-cased; where the feed carries none (diagnostic-settings form),
   * `derived:<feedKey>`.
   */
  readonly id: string;
  /** Whether `id` is Azure's own `eventDataId`. */
  readonly hasEventDataId: boolean;
  /**
   * A digest of what every feed says of the same row (correlation ID, operation, resource, time in ms,
   * status, bodies), so that one row read from two feeds is known as one even when one feed has no
   * `eventDataId`.
   */
  readonly feedKey: string;
  /** `eventTimestamp`, cut to the millisecond because the SDK's feed keeps no more. */
  readonly at: Instant;
  /** `submissionTimestamp`: when the row became readable; null where the feed does not say. */
  readonly submittedAt: Instant | null;
  /** Lower-cased operation name, such as `microsoft.network/networksecuritygroups/write`. */
  readonly operation: string;
  /** Lower-cased; empty when absent. */
  readonly operationId: string;
  /** Lower-cased; empty when absent. */
  readonly correlationId: string;
  /** The resource acted upon. */
  readonly resource: ResourceId;
  readonly status: EventStatus;
  /** `subStatus.value`, such as `Created` or `Forbidden`; null when absent or empty. */
  readonly subStatus: string | null;
  readonly principal: Principal;
  readonly detail: EventDetail;
}

/** How far the operation was when the row was written. */
export type EventStatus = "started" | "accepted" | "succeeded" | "failed" | "unknown";

/** What the row says, by kind of operation. */
export type EventDetail =
  | JitRequestDetail
  | { readonly kind: "nsg-write"; readonly ruleSet: RuleSet; readonly source: BodySource }
  | { readonly kind: "nsg-delete" }
  | {
      readonly kind: "rule-write";
      /** null when the row carries no readable rule. */
      readonly rule: SecurityRule | null;
      readonly ruleName: string;
      readonly source: BodySource;
    }
  | { readonly kind: "rule-delete"; readonly ruleName: string }
  /** Azure Firewall, classic rules: the rules of JIT's NAT collections. */
  | { readonly kind: "firewall-write"; readonly ruleSet: RuleSet; readonly source: BodySource }
  | { readonly kind: "firewall-delete" }
  /** A JIT policy was written or deleted. */
  | { readonly kind: "jit-policy-change"; readonly change: "write" | "delete" };

/** Which body the facts come from: the response shows the result, the request only the wish. */
export type BodySource = "response" | "request" | "none";

/** A row of `Microsoft.Security/locations/jitNetworkAccessPolicies/initiate/action`. */
export interface JitRequestDetail {
  readonly kind: "jit-request";
  /** null for the blank begin row, or when the body could not be read. */
  readonly body: JitRequestBody | null;
}

/** The body of the JIT initiate call, from the request or the response, as far as the row carries it. */
export interface JitRequestBody {
  readonly virtualMachines: readonly JitRequestVm[];
  /** As received; null when absent or blank. */
  readonly justification: string | null;
  /** As received from the response: a UPN or an object ID; null when absent. */
  readonly requestor: string | null;
  /** `startTimeUtc` of the response; null when absent. */
  readonly startTime: Instant | null;
  /** Whether the body was whole; a cut-off body keeps what could still be read. */
  readonly complete: boolean;
}

/** One VM of a JIT request. */
export interface JitRequestVm {
  readonly vm: ResourceId;
  readonly ports: readonly JitRequestPort[];
}

/** One port of one VM of a JIT request. */
export interface JitRequestPort {
  readonly port: PortRange;
  /** Normalised source address prefixes; empty when the body does not say. */
  readonly sources: readonly string[];
  /** `endTimeUtc`; null when the body gives a duration or nothing. */
  readonly endTime: Instant | null;
  /** `duration` in ms; null when the body gives an end time or nothing. */
  readonly duration: number | null;
  /** Azure Firewall only: the public port; otherwise null. */
  readonly mappedPort: number | null;
}
