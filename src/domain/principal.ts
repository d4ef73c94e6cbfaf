/**
 * Who performed an operation, as the `caller`, `claims` and `httpRequest` of an Activity Log event
 * tell it. Every field may be missing: Azure leaves them out often.
 */
export interface Principal {
  /** `caller` as received: a UPN, a mail address, a GUID, a display name; null when absent. */
  readonly caller: string | null;
  /** The claim `…/identity/claims/objectidentifier`, lower-cased. */
  readonly objectId: string | null;
  /** The claim `…/claims/upn`, as received. */
  readonly upn: string | null;
  /** The claim `name`, as received: a display name, never an identity. */
  readonly displayName: string | null;
  /** The claim `appid`, lower-cased: the application that signed the request. */
  readonly appId: string | null;
  /** The claim `idtyp`: `user` or `app`, where present. */
  readonly kind: "user" | "app" | null;
  /** `httpRequest.clientIpAddress`, else the claim `ipaddr`; only when it is an IP address. */
  readonly clientAddress: string | null;
}

/**
 * The application ID of "Windows Azure Security Resource Provider", the first-party application that
 * writes JIT rules for Defender for Cloud. Anyone can take its display name; nobody can take this ID.
 */
export const SECURITY_PROVIDER_APP_ID = "8edd93e1-2103-40b4-bd70-6e34e586362d";

/** The display name of the security resource provider: a hint, never a proof. */
export const SECURITY_PROVIDER_NAME = "Windows Azure Security Resource Provider";

/** A person or other principal, put together from everything that the log says of them. */
export interface Actor {
  /** What tells two actors apart: `oid:<object ID>`, else `name:<lower-cased caller>`. */
  readonly key: string;
  /** What people read: a UPN where known, else the caller, else the object ID. */
  readonly name: string;
  /** Entra object ID, lower-cased, where known. */
  readonly objectId: string | null;
  readonly kind: "user" | "app" | null;
}
