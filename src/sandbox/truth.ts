import type { Instant } from "../domain/instant.ts";
import type { TrapName } from "./traps.ts";

/** Everything that really happened, whatever the log shows of it. */
export interface Truth {
  /** In the order of `openedAt`. */
  readonly openings: readonly TrueOpening[];
  /** Denied ones included, in the order of `at`. */
  readonly requests: readonly TrueRequest[];
  /** NSG and firewall writes that failed: they opened nothing, though their Started row may say so. */
  readonly failedWrites: readonly TrueFailedWrite[];
  /** The traps that were set somewhere, sorted. */
  readonly traps: readonly TrapName[];
  /** Rows before this moment are not in the log; null when the log is whole. */
  readonly logCut: Instant | null;
}

/** Who really did something. */
export interface TruePerson {
  /** The caller that the log shows: a UPN, or an application's object ID. */
  readonly name: string;
  /** Lower case. */
  readonly objectId: string;
}

/** One port or range of one inbound allow rule, with the same sources, from appearance to removal. */
export interface TrueOpening {
  /** The NSG's or firewall's resource ID in its own casing. */
  readonly nsg: string;
  /** The security rule's name; on a firewall `<collection>/<rule>`. */
  readonly rule: string;
  /** `3389`, `5985-5986` or `*`. */
  readonly port: string;
  readonly protocol: string;
  /** Normalised and sorted, as `domain/address-prefix.ts` does it. */
  readonly sources: readonly string[];
  /** Resource ID; null for a rule that is not bound to one VM. */
  readonly vm: string | null;
  /** `jit`: the security resource provider wrote it. */
  readonly kind: "jit" | "direct";
  /** The Started row's time of the write; before the log's start for what already stood then. */
  readonly openedAt: Instant;
  closedAt: Instant | null;
  /** `provider`, or who removed or changed it; null while it stands. */
  closedBy: TruePerson | "provider" | null;
  /** The requester for `jit`, the writer for `direct`; null when it stood before the log. */
  readonly person: TruePerson | null;
  /** The request that made it; null for `direct` and for what stood before the log. */
  readonly request: TrueRequest | null;
  readonly promisedEnd: Instant | null;
  /** Rows in the log of the write that opened it, whatever they carry: `eventDataId`s. */
  readonly writeRows: string[];
  /** Those of them that carry a whole body. */
  readonly openingRows: string[];
  /** Rows in the log of any later write whose whole body shows it still standing. */
  readonly laterRows: string[];
  /** Rows in the log that show the end: a whole body without it, or a delete that succeeded. */
  readonly closingRows: string[];
}

/** One access request as it was made. */
export interface TrueRequest {
  readonly correlationId: string;
  readonly person: TruePerson;
  readonly at: Instant;
  readonly targets: readonly TrueTarget[];
  readonly justification: string | null;
  readonly denied: boolean;
  /** Rows in the log: `eventDataId`s. */
  readonly rows: string[];
  /** Those of them that carry a whole body. */
  readonly bodyRows: string[];
}

/** One VM of a request. */
export interface TrueTarget {
  readonly vm: string;
  readonly ports: readonly {
    readonly port: number;
    readonly sources: readonly string[];
    readonly promisedEnd: Instant;
  }[];
}

/** A write that the log may show as started, and that changed nothing. */
export interface TrueFailedWrite {
  readonly nsg: string;
  readonly at: Instant;
  /** Rows in the log of each kind: `eventDataId`s. */
  readonly startedRows: string[];
  readonly failedRows: string[];
}
