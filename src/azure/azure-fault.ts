import type { Duration } from "../domain/instant.ts";
import { DoorbellError } from "../errors.ts";
import type { ErrorCode } from "../errors.ts";
import { withoutSecrets } from "../domain/without-secrets.ts";

/** Why a call to Azure failed, which decides what is done next. */
export type FaultKind =
  /** Too many calls: `retryAfter` says when to go on, where Azure does. */
  | "throttled"
  /** There is no credential, or Azure does not accept it: a person must act. */
  | "credentials"
  /** The credential lacks a permission: a person must act. */
  | "permission"
  /** What was asked for does not exist. */
  | "not-found"
  /** Azure does not take the question itself, such as a page link that has expired. */
  | "rejected"
  /** The network, a proxy, or Azure itself: may pass by itself. */
  | "unreachable";

const CODES: Readonly<Record<FaultKind, ErrorCode>> = {
  throttled: "unreachable",
  credentials: "credentials",
  permission: "permission",
  "not-found": "not-found",
  rejected: "unreachable",
  unreachable: "unreachable",
};

/** What a fault carries besides its words. */
export interface FaultFacts {
  /** Azure's own error code, such as `AuthorizationFailed`. */
  readonly azureCode?: string | null;
  readonly retryAfter?: Duration | null;
  readonly cause?: unknown;
}

/**
 * A call to Azure that failed. The message is one line that names the setting or permission to change; what
 * it quotes holds no token and no key.
 */
export class AzureFault extends DoorbellError {
  readonly kind: FaultKind;
  /** Azure's own error code, such as `AuthorizationFailed`; null where there is none. */
  readonly azureCode: string | null;
  /** How long Azure asks to wait; null when it does not say. */
  readonly retryAfter: Duration | null;

  constructor(kind: FaultKind, message: string, facts: FaultFacts = {}) {
    super(
      CODES[kind],
      withoutSecrets(message),
      "cause" in facts ? { cause: facts.cause } : undefined,
    );
    this.name = "AzureFault";
    this.kind = kind;
    this.azureCode = facts.azureCode ?? null;
    this.retryAfter = facts.retryAfter ?? null;
  }
}

/** What a call reads, for the words of its fault. */
export interface CallPurpose {
  /** What is read, to follow "read", such as `the Activity Log`. */
  readonly what: string;
  /** The permission that it needs. */
  readonly action: string;
  /** Lower-cased ID of the Azure subscription. */
  readonly azureSubscription: string;
  /** Key of the tenant in the configuration, such as `azure.tenants[0]`. */
  readonly setting: string;
}
