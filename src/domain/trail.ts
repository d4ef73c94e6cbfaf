import type { AccessRequest } from "./access-request.ts";
import type { Instant } from "./instant.ts";
import type { Opening } from "./opening.ts";
import type { ResourceId } from "./resource-id.ts";

/** Everything that the known events say, in the order in which it is told. */
export interface Trail {
  /** Sorted by `openedAt`, then `id`. */
  readonly openings: readonly Opening[];
  /** Sorted by `at`, then `id`; denied ones included. */
  readonly requests: readonly AccessRequest[];
  /** Which NSGs are known to guard which VMs, because JIT opened those VMs there. */
  readonly guards: readonly Guard[];
}

/** An NSG that guards a VM. */
export interface Guard {
  readonly nsg: ResourceId;
  readonly vmName: string;
  /** null when only the VM's name is known. */
  readonly vm: ResourceId | null;
}

/** What was read, so that an answer can say how far it reaches. */
export interface Coverage {
  /** The oldest event's time; null when nothing was read. */
  readonly from: Instant | null;
  /** The newest event's time: later facts may exist and are not here. */
  readonly to: Instant | null;
  /** Activity Log rows read, relevant or not. */
  readonly events: number;
  /** Rows, and parts of rows, that could not be understood. */
  readonly quarantined: number;
  /** What could not be read, in words; empty when all was. */
  readonly gaps: readonly string[];
}
