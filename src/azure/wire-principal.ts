import { normaliseAddress } from "../domain/address-prefix.ts";
import type { Principal } from "../domain/principal.ts";
import { singleLine } from "./wire-fields.ts";
import type { JsonObject } from "./wire-fields.ts";

const OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier";
const UPN = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn";
const EMAIL = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress";
const ACCOUNT = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name";
const NAME_LIMIT = 256;

/** What a row says of who did it. */
export interface WirePrincipal {
  readonly caller: string | null;
  readonly claims: JsonObject | null;
  /** The address that the row itself names, apart from the claims. */
  readonly address: string | null;
  /** An object ID that the row names outside the claims. */
  readonly objectId: string | null;
}

/** Puts together who performed an operation; text is cleaned of control characters and capped. */
export function readPrincipal(wire: WirePrincipal): Principal {
  const claims = wire.claims ?? {};
  const claim = (name: string): string | null => {
    const value = claims[name];
    return typeof value === "string" ? singleLine(value, NAME_LIMIT) : null;
  };
  const kind = claim("idtyp")?.toLowerCase();
  const objectId = claim(OBJECT_ID) ?? claim("oid") ?? singleLine(wire.objectId, NAME_LIMIT);
  return {
    caller: singleLine(wire.caller, NAME_LIMIT),
    objectId: objectId?.toLowerCase() ?? null,
    upn: claim(UPN) ?? claim("upn"),
    displayName: claim("name"),
    appId: claim("appid")?.toLowerCase() ?? null,
    kind: kind === "user" || kind === "app" ? kind : null,
    clientAddress: readAddress(wire.address) ?? readAddress(claim("ipaddr")),
  };
}

/**
 * The caller of a row whose form has no field for it: Azure fills `caller` from these claims in the
 * other forms.
 */
export function callerFromClaims(claims: JsonObject | null): string | null {
  const named = [UPN, EMAIL, ACCOUNT, OBJECT_ID].map((name) => claims?.[name]);
  return named.find((value) => typeof value === "string") ?? null;
}

/** The address alone, without the port that some services append; null when it is not an address. */
function readAddress(text: string | null): string | null {
  if (text === null) {
    return null;
  }
  const trimmed = text.trim();
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(trimmed);
  const withPort = /^([\d.]+):\d+$/.exec(trimmed);
  return normaliseAddress(bracketed?.[1] ?? withPort?.[1] ?? trimmed);
}
