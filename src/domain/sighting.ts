import type { Instant } from "./instant.ts";
import type { ResourceId } from "./resource-id.ts";
import type { PortRange, RuleSet } from "./security-rule.ts";

/**
 * What a resource itself showed when it was read: a witness beside the Activity Log. It has no author:
 * it tells what is so, not who made it so.
 */
export interface Sighting {
  /** `sighting:` and a digest of the resource, the time and the detail. */
  readonly id: string;
  /** When Azure was asked. */
  readonly at: Instant;
  /** The NSG, the JIT policy or the VM. */
  readonly resource: ResourceId;
  readonly detail: SightingDetail;
}

/** What was seen, by kind of resource. */
export type SightingDetail =
  /** All rules of an NSG as they stood. */
  | { readonly kind: "nsg-rules"; readonly ruleSet: RuleSet }
  /** The NSG is not there. */
  | { readonly kind: "nsg-absent" }
  /** The access requests that a JIT policy remembers. How many, and for how long, Azure does not say. */
  | { readonly kind: "policy-requests"; readonly requests: readonly PolicyRequest[] }
  /** The private addresses of a VM's network interfaces, normalised. */
  | { readonly kind: "vm-addresses"; readonly addresses: readonly string[] };

/** One entry of a JIT policy's `requests[]`. */
export interface PolicyRequest {
  /** `requestor` as received: a UPN or an object ID. */
  readonly requestor: string | null;
  /** `startTimeUtc`. */
  readonly startTime: Instant | null;
  readonly justification: string | null;
  readonly virtualMachines: readonly PolicyRequestVm[];
}

/** One VM of a JIT policy's request. */
export interface PolicyRequestVm {
  readonly vm: ResourceId;
  readonly ports: readonly PolicyRequestPort[];
}

/** One port of a JIT policy's request, with how it stands. */
export interface PolicyRequestPort {
  readonly port: PortRange;
  /** Normalised source address prefixes. */
  readonly sources: readonly string[];
  /** `endTimeUtc`. */
  readonly endTime: Instant | null;
  readonly status: "initiated" | "revoked" | "unknown";
  readonly statusReason:
    | "expired"
    | "user-requested"
    | "newer-request-initiated"
    | "unknown"
    | null;
  /** Azure Firewall only: the public port; otherwise null. */
  readonly mappedPort: number | null;
}
