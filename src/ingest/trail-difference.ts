import { isDeepStrictEqual } from "node:util";
import type { AccessRequest } from "../domain/access-request.ts";
import type { Opening } from "../domain/opening.ts";
import type { Guard, Trail } from "../domain/trail.ts";
import type { OpeningChange } from "../ports.ts";

/** A trail of one Azure subscription by identity, as the store has it. */
export interface StoredTrail {
  readonly openings: ReadonlyMap<string, Opening>;
  readonly requests: ReadonlyMap<string, AccessRequest>;
  readonly guards: readonly Guard[];
}

/** What must be stored so that the store says what the events say. */
export interface TrailDifference {
  /** New or changed, in a trail's order. */
  readonly changes: readonly OpeningChange[];
  readonly goneOpenings: readonly string[];
  readonly requests: readonly AccessRequest[];
  readonly goneRequests: readonly string[];
  /** All guards; null when they are as they were. */
  readonly guards: readonly Guard[] | null;
}

/** The trail by identity. */
export function byIdentity({ openings, requests, guards }: Trail): StoredTrail {
  return {
    openings: new Map(openings.map((opening) => [opening.id, opening])),
    requests: new Map(requests.map((request) => [request.id, request])),
    guards,
  };
}

/** What tells what is known now from what is stored. What is the same object in both is not compared. */
export function differenceOf(stored: StoredTrail, now: StoredTrail): TrailDifference {
  const guardsDiffer = !isDeepStrictEqual(sorted(stored.guards), sorted(now.guards));
  return {
    changes: [...now.openings.values()].flatMap((after) => {
      const before = stored.openings.get(after.id) ?? null;
      return isSame(before, after) ? [] : [{ before, after }];
    }),
    goneOpenings: [...stored.openings.keys()].filter((id) => !now.openings.has(id)),
    requests: [...now.requests.values()].filter(
      (request) => !isSame(stored.requests.get(request.id), request),
    ),
    goneRequests: [...stored.requests.keys()].filter((id) => !now.requests.has(id)),
    guards: guardsDiffer ? now.guards : null,
  };
}

function isSame(before: unknown, after: unknown): boolean {
  return before === after || isDeepStrictEqual(before, after);
}

/** Whether the store says already what the events say. */
export function isEmptyDifference(difference: TrailDifference): boolean {
  return (
    difference.changes.length === 0 &&
    difference.goneOpenings.length === 0 &&
    difference.requests.length === 0 &&
    difference.goneRequests.length === 0 &&
    difference.guards === null
  );
}

function sorted(guards: readonly Guard[]): readonly Guard[] {
  return guards
    .map((guard) => ({ guard, key: JSON.stringify([guard.nsg.key, guard.vm?.key, guard.vmName]) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ guard }) => guard);
}
