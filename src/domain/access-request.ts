import type { Instant } from "./instant.ts";
import type { Actor } from "./principal.ts";
import type { ResourceId } from "./resource-id.ts";
import type { PortRange } from "./security-rule.ts";

/** One principal's JIT request, put together from its several Activity Log rows. */
export interface AccessRequest {
  /** `r-` and 12 characters; depends only on the rows' identity, not on their order. */
  readonly id: string;
  /** null when no row names the caller. */
  readonly actor: Actor | null;
  /** Where the request was made from, where the log says. */
  readonly clientAddress: string | null;
  /** The earliest row's time. */
  readonly at: Instant;
  /** The JIT policy; null when only the VM's rows are known. */
  readonly policy: ResourceId | null;
  /** What was asked for; empty when no row carries a body or names a VM. */
  readonly targets: readonly RequestTarget[];
  readonly justification: string | null;
  /** `denied`: the operation failed. `unknown`: no row tells the outcome. */
  readonly outcome: "accepted" | "denied" | "unknown";
  /** Why it was denied, such as `Forbidden`; null otherwise or when the log does not say. */
  readonly denialReason: string | null;
  readonly correlationIds: readonly string[];
  /** Identities of the rows that the request rests on, sorted. */
  readonly events: readonly string[];
}

/** One VM of an access request. */
export interface RequestTarget {
  readonly vm: ResourceId;
  /** Empty when the log names the VM but not the ports. */
  readonly ports: readonly RequestedPort[];
  /** true when the log shows that the request was refused for this VM. */
  readonly denied: boolean;
}

/** One port that was asked for. */
export interface RequestedPort {
  readonly port: PortRange;
  /** Normalised; empty when the log does not say. */
  readonly sources: readonly string[];
  /** The promised end; null when the log does not say. */
  readonly promisedEnd: Instant | null;
  readonly mappedPort: number | null;
}
