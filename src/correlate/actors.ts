import type { ActivityEvent } from "../domain/activity-event.ts";
import { compareText } from "../domain/compare-text.ts";
import type { Actor, Principal } from "../domain/principal.ts";
import { SECURITY_PROVIDER_APP_ID, SECURITY_PROVIDER_NAME } from "../domain/principal.ts";

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Whether a write came from the security resource provider. `unproven`: the rows carry neither an
 * application ID nor a known object ID, so that nothing but a name or nothing at all speaks for it.
 */
export type ProviderProof = "provider" | "other" | "unproven";

/**
 * Who is who in one Azure subscription: names, object IDs and the provider's object IDs, learned from
 * all of its events together. Events may be taken back: what it says is a function of those it has.
 */
export class ActorDirectory {
  readonly #objectIdsOfName = new CountedSets();
  readonly #namesOfObjectId = new CountedSets();
  /** Per object ID: `app` and `user`. */
  readonly #kinds = new CountedSets();
  /** Per object ID: `provider` and `other`. */
  readonly #proofs = new CountedSets();
  /** Actors as they are known now, by object ID and by name: one object for each. */
  readonly #byId = new Map<string, Actor>();
  readonly #byRequestor = new Map<string, Actor>();
  #version = 0;

  /** Another number whenever anything that it says of anyone may be another. */
  get version(): number {
    return this.#version;
  }

  /** Learns from an event. */
  add({ principal }: ActivityEvent): void {
    this.#count(principal, 1);
  }

  /** Forgets what only this event told. */
  remove({ principal }: ActivityEvent): void {
    this.#count(principal, -1);
  }

  #count(principal: Principal, by: 1 | -1): void {
    const { objectId, kind, appId } = principal;
    let isNews = false;
    if (objectId !== null) {
      for (const name of namesIn(principal)) {
        isNews = this.#objectIdsOfName.count(name.toLowerCase(), objectId, by) || isNews;
        isNews = this.#namesOfObjectId.count(objectId, name, by) || isNews;
      }
      if (kind !== null) {
        isNews = this.#kinds.count(objectId, kind === "app" ? "app" : "user", by) || isNews;
      }
    }
    if (appId !== null) {
      const proof = appId === SECURITY_PROVIDER_APP_ID ? "provider" : "other";
      for (const id of idsIn(principal)) {
        isNews = this.#proofs.count(id, proof, by) || isNews;
      }
    }
    if (isNews) {
      this.#version += 1;
      this.#byId.clear();
      this.#byRequestor.clear();
    }
  }

  /** The actor that a request's body names: a UPN or an object ID. */
  actorNamed(requestor: string): Actor {
    const actor =
      this.#byRequestor.get(requestor) ??
      (GUID.test(requestor) ? this.#byObjectId(requestor.toLowerCase()) : this.#byName(requestor));
    this.#byRequestor.set(requestor, actor);
    return actor;
  }

  /** The actor behind the rows of one operation or request; null when no row names anyone. */
  actorOf(principals: readonly Principal[]): Actor | null {
    const objectId = principals.map((one) => one.objectId).find((id) => id !== null);
    if (objectId !== undefined) {
      return this.#byObjectId(objectId);
    }
    const name = principals
      .map((one) => one.upn ?? one.caller)
      .filter((text) => text !== null)
      .sort(compareText)[0];
    return name === undefined ? null : this.actorNamed(name);
  }

  /** Whether the rows of one operation prove that the provider is behind it. */
  proofOf(principals: readonly Principal[]): ProviderProof {
    if (principals.some((one) => one.appId === SECURITY_PROVIDER_APP_ID)) {
      return "provider";
    }
    if (principals.some((one) => one.appId !== null || one.upn !== null)) {
      return "other";
    }
    const ids = principals.flatMap(idsIn);
    const isProvider = ids.some((id) => this.#proofs.has(id, "provider"));
    const isOther = ids.some((id) => this.#proofs.has(id, "other"));
    if (isProvider !== isOther) {
      return isProvider ? "provider" : "other";
    }
    return principals.every((one) => couldBeProvider(one)) ? "unproven" : "other";
  }

  #byObjectId(objectId: string): Actor {
    const known = this.#byId.get(objectId);
    if (known !== undefined) {
      return known;
    }
    const names = this.#namesOfObjectId.of(objectId);
    const actor: Actor = {
      key: `oid:${objectId}`,
      name: names.sort(compareText)[0] ?? objectId,
      objectId,
      kind: this.#kindOf(objectId, names.length > 0),
    };
    this.#byId.set(objectId, actor);
    return actor;
  }

  #kindOf(objectId: string, isNamed: boolean): Actor["kind"] {
    if (this.#kinds.has(objectId, "app")) {
      return "app";
    }
    return this.#kinds.has(objectId, "user") || isNamed ? "user" : null;
  }

  #byName(name: string): Actor {
    const objectIds = this.#objectIdsOfName.of(name.toLowerCase());
    const [only] = objectIds;
    if (only !== undefined && objectIds.length === 1) {
      return this.#byObjectId(only);
    }
    return { key: `name:${name.toLowerCase()}`, name, objectId: null, kind: null };
  }
}

/** Sets by key, whose members stay for as long as anything counts for them. */
class CountedSets {
  readonly #counts = new Map<string, Map<string, number>>();

  /** Counts for or against a member; returns whether it came or went. */
  count(key: string, member: string, by: 1 | -1): boolean {
    const counts = this.#counts.get(key) ?? new Map<string, number>();
    const before = counts.get(member) ?? 0;
    const after = before + by;
    if (after > 0) {
      counts.set(member, after);
    } else {
      counts.delete(member);
    }
    if (counts.size > 0) {
      this.#counts.set(key, counts);
    } else {
      this.#counts.delete(key);
    }
    return before > 0 !== after > 0;
  }

  has(key: string, member: string): boolean {
    return this.#counts.get(key)?.has(member) === true;
  }

  /** The members, in no certain order. */
  of(key: string): string[] {
    return [...(this.#counts.get(key)?.keys() ?? [])];
  }
}

/** Whether two say the same of one. */
export function isSameActor(a: Actor | null, b: Actor | null): boolean {
  return (
    a === b ||
    (a !== null &&
      b !== null &&
      a.key === b.key &&
      a.name === b.name &&
      a.objectId === b.objectId &&
      a.kind === b.kind)
  );
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
