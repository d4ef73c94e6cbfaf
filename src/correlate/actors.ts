import type { ActivityEvent } from "../domain/activity-event.ts";
import type { Actor, Principal } from "../domain/principal.ts";
import { SECURITY_PROVIDER_APP_ID, SECURITY_PROVIDER_NAME } from "../domain/principal.ts";
import { compareText } from "./fact-set.ts";

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Whether a write came from the security resource provider. `unproven`: the rows carry neither an
 * application ID nor a known object ID, so that nothing but a name or nothing at all speaks for it.
 */
export type ProviderProof = "provider" | "other" | "unproven";

/** Who is who in one Azure subscription, learned from all of its events together. */
export interface ActorDirectory {
  /** The actor behind the rows of one operation or request; null when no row names anyone. */
  readonly actorOf: (principals: readonly Principal[]) => Actor | null;
  /** The actor that a request's body names: a UPN or an object ID. */
  readonly actorNamed: (requestor: string) => Actor;
  readonly proofOf: (principals: readonly Principal[]) => ProviderProof;
}

/** Learns names, object IDs and the provider's object IDs from the events. */
export function buildActorDirectory(events: readonly ActivityEvent[]): ActorDirectory {
  const objectIdsOfName = new Map<string, Set<string>>();
  const namesOfObjectId = new Map<string, Set<string>>();
  const apps = new Set<string>();
  const users = new Set<string>();
  const providerIds = new Set<string>();
  const otherIds = new Set<string>();
  for (const { principal } of events) {
    const { objectId } = principal;
    if (objectId !== null) {
      for (const name of namesIn(principal)) {
        entry(objectIdsOfName, name.toLowerCase()).add(objectId);
        entry(namesOfObjectId, objectId).add(name);
      }
      if (principal.kind !== null) {
        (principal.kind === "app" ? apps : users).add(objectId);
      }
    }
    if (principal.appId !== null) {
      for (const id of idsIn(principal)) {
        (principal.appId === SECURITY_PROVIDER_APP_ID ? providerIds : otherIds).add(id);
      }
    }
  }

  const byObjectId = (objectId: string): Actor => ({
    key: `oid:${objectId}`,
    name: [...(namesOfObjectId.get(objectId) ?? [])].sort(compareText)[0] ?? objectId,
    objectId,
    kind: kindOf(objectId),
  });
  const kindOf = (objectId: string): Actor["kind"] => {
    if (apps.has(objectId)) {
      return "app";
    }
    return users.has(objectId) || namesOfObjectId.has(objectId) ? "user" : null;
  };
  const byName = (name: string): Actor => {
    const objectIds = [...(objectIdsOfName.get(name.toLowerCase()) ?? [])];
    const [only] = objectIds;
    if (only !== undefined && objectIds.length === 1) {
      return byObjectId(only);
    }
    return { key: `name:${name.toLowerCase()}`, name, objectId: null, kind: null };
  };
  const actorNamed = (requestor: string): Actor =>
    GUID.test(requestor) ? byObjectId(requestor.toLowerCase()) : byName(requestor);

  return {
    actorNamed,
    actorOf: (principals) => {
      const objectId = principals.map((one) => one.objectId).find((id) => id !== null);
      if (objectId !== undefined) {
        return byObjectId(objectId);
      }
      const name = principals
        .map((one) => one.upn ?? one.caller)
        .filter((text) => text !== null)
        .sort(compareText)[0];
      return name === undefined ? null : actorNamed(name);
    },
    proofOf: (principals) => {
      if (principals.some((one) => one.appId === SECURITY_PROVIDER_APP_ID)) {
        return "provider";
      }
      if (principals.some((one) => one.appId !== null || one.upn !== null)) {
        return "other";
      }
      const ids = principals.flatMap(idsIn);
      const isProvider = ids.some((id) => providerIds.has(id));
      const isOther = ids.some((id) => otherIds.has(id));
      if (isProvider !== isOther) {
        return isProvider ? "provider" : "other";
      }
      return principals.every((one) => couldBeProvider(one)) ? "unproven" : "other";
    },
  };
}

function couldBeProvider(principal: Principal): boolean {
  const { caller } = principal;
  if (caller === null || GUID.test(caller)) {
    return true;
  }
  return caller.toLowerCase() === SECURITY_PROVIDER_NAME.toLowerCase();
}

/** The object IDs that a row shows, in its claims or as its caller. */
function idsIn({ objectId, caller }: Principal): string[] {
  const ids = objectId === null ? [] : [objectId];
  return caller !== null && GUID.test(caller) ? [...ids, caller.toLowerCase()] : ids;
}

function namesIn(principal: Principal): string[] {
  const { upn, caller } = principal;
  if (upn !== null) {
    return [upn];
  }
  return caller !== null && caller.includes("@") ? [caller] : [];
}

function entry(map: Map<string, Set<string>>, key: string): Set<string> {
  const known = map.get(key);
  if (known !== undefined) {
    return known;
  }
  const made = new Set<string>();
  map.set(key, made);
  return made;
}
