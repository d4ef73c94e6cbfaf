import { SECURITY_PROVIDER_APP_ID, SECURITY_PROVIDER_NAME } from "../domain/principal.ts";
import { SECOND } from "../domain/instant.ts";
import type { Instant } from "../domain/instant.ts";
import type { Random } from "./random.ts";
import type { Traps } from "./traps.ts";

/** Somebody or something that acts in the tenant. */
export interface Identity {
  readonly kind: "user" | "guest" | "app" | "managed-identity";
  /** What the log shows as `caller`: a UPN, or the object ID of an application. */
  readonly caller: string;
  readonly displayName: string;
  readonly upn: string | null;
  readonly objectId: string;
  readonly appId: string;
  readonly addresses: readonly string[];
  /** Object IDs of groups, joined with commas as the claim has them. */
  readonly groups: string;
}

const PORTAL = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c";
const CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

const GIVEN_NAMES = [
  ["alice", "Alice"],
  ["bob", "Bob"],
  ["carol", "Carol"],
  ["dave", "Dave"],
  ["erin", "Erin"],
  ["frank", "Frank"],
  ["grace", "Grace"],
  ["heidi", "Heidi"],
  ["ivan", "Ivan"],
  ["judy", "Judy"],
  ["mallory", "Mallory"],
  ["niaj", "Niaj"],
  ["olivia", "Olivia"],
  ["peggy", "Peggy"],
  ["rupert", "Rupert"],
  ["sybil", "Sybil"],
] as const;

const OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier";
const TENANT_ID = "http://schemas.microsoft.com/identity/claims/tenantid";
const SCOPE = "http://schemas.microsoft.com/identity/claims/scope";
const NAME = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name";
const UPN = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn";
const NAME_IDENTIFIER = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier";
const GIVEN_NAME = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname";
const METHODS = "http://schemas.microsoft.com/claims/authnmethodsreferences";
const CLASS_REFERENCE = "http://schemas.microsoft.com/claims/authnclassreference";

/** Makes the people (and principals) who ask for access; their callers and object IDs all differ. */
export function makePeople(
  random: Random,
  traps: Traps,
  count: number,
  groupCount: number,
): Identity[] {
  const people: Identity[] = [];
  // Colleagues behind one office gateway show one address.
  const office = documentationAddress(random);
  for (let index = 0; index < count; index += 1) {
    const [local, given] = GIVEN_NAMES[index % GIVEN_NAMES.length] ?? GIVEN_NAMES[0];
    const suffix = index < GIVEN_NAMES.length ? "" : String(Math.floor(index / GIVEN_NAMES.length));
    const isGuest = traps.draw("guest", random);
    const isPrincipal = traps.draw("principal-requester", random) && !isGuest;
    const first = people[0];
    const displayName =
      traps.draw("same-display-name", random) && first !== undefined
        ? first.displayName
        : `${given}${suffix} Example`;
    const objectId = random.guid();
    const addresses = random.chance(0.5) ? [office, documentationAddress(random)] : [office];
    const groups = guids(random, groupCount);
    if (isPrincipal) {
      const kind = random.chance(0.5) ? "app" : "managed-identity";
      people.push({
        kind,
        caller: objectId,
        displayName: `${local}${suffix}-automation`,
        upn: null,
        objectId,
        appId: random.guid(),
        addresses,
        groups: "",
      });
    } else {
      const upn = isGuest
        ? `${local}${suffix}_fabrikam.com#EXT#@contoso.onmicrosoft.com`
        : `${local}${suffix}@contoso.com`;
      people.push({
        kind: isGuest ? "guest" : "user",
        caller: upn,
        displayName,
        upn,
        objectId,
        appId: random.pick([PORTAL, CLI]),
        addresses,
        groups,
      });
    }
  }
  return people;
}

/** Makes a person with a mailbox at contoso.com, who works in the portal. */
export function makePerson(random: Random, local: string, displayName: string): Identity {
  const upn = `${local}@contoso.com`;
  return {
    kind: "user",
    caller: upn,
    displayName,
    upn,
    objectId: random.guid(),
    appId: PORTAL,
    addresses: [documentationAddress(random)],
    groups: random.guid(),
  };
}

/** Makes an application that acts on its own, such as a deployment pipeline. */
export function makeApplication(random: Random, displayName: string): Identity {
  const objectId = random.guid();
  return {
    kind: "app",
    caller: objectId,
    displayName,
    upn: null,
    objectId,
    appId: random.guid(),
    addresses: [documentationAddress(random)],
    groups: "",
  };
}

/** Makes the security resource provider as this tenant knows it: its object ID differs by tenant. */
export function makeSecurityProvider(random: Random): Identity {
  return {
    ...makeApplication(random, SECURITY_PROVIDER_NAME),
    appId: SECURITY_PROVIDER_APP_ID,
  };
}

/** The claims of a token that the identity got shortly before `at`. */
export function claimsOf(
  identity: Identity,
  tenantId: string,
  at: Instant,
  address: string | null,
): Record<string, string> {
  const issued = Math.floor(at / SECOND) - 300;
  const claims: Record<string, string> = {
    aud: "https://management.core.windows.net/",
    iss: `https://sts.windows.net/${tenantId}/`,
    iat: String(issued),
    nbf: String(issued),
    exp: String(issued + 3900),
  };
  if (identity.upn !== null) {
    claims[CLASS_REFERENCE] = "1";
    claims[METHODS] = "pwd,mfa";
    claims[GIVEN_NAME] = identity.displayName.split(" ")[0] ?? "";
    claims["groups"] = identity.groups;
    claims["name"] = identity.displayName;
    claims["puid"] = `10032${identity.objectId.slice(0, 8).toUpperCase()}000`;
    claims[SCOPE] = "user_impersonation";
    claims[NAME] = identity.upn;
    claims[UPN] = identity.upn;
  } else if (identity.displayName === SECURITY_PROVIDER_NAME) {
    claims["name"] = identity.displayName;
  }
  claims["appid"] = identity.appId;
  claims["appidacr"] = identity.upn === null ? "2" : "0";
  claims["idtyp"] = identity.upn === null ? "app" : "user";
  if (address !== null) {
    claims["ipaddr"] = address;
  }
  claims[OBJECT_ID] = identity.objectId;
  claims[NAME_IDENTIFIER] = `${identity.objectId.replaceAll("-", "")}w`;
  claims[TENANT_ID] = tenantId;
  claims["uti"] = identity.objectId.slice(0, 22);
  claims["ver"] = "1.0";
  claims["xms_tcdt"] = "1648126498";
  return claims;
}

/** An address from the blocks that are reserved for documentation. */
export function documentationAddress(random: Random): string {
  return `${random.pick(["203.0.113", "198.51.100", "192.0.2"])}.${random.int(1, 254)}`;
}

function guids(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.guid()).join(",");
}
