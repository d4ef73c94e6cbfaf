import type { AccessRequest } from "../domain/access-request.ts";
import type { ActivityEvent } from "../domain/activity-event.ts";
import { compareText } from "../domain/compare-text.ts";
import { MINUTE } from "../domain/instant.ts";
import type { Instant } from "../domain/instant.ts";
import type { ActorDirectory } from "./actors.ts";
import { isSameActor } from "./actors.ts";
import { byTime } from "./fact-set.ts";
import { areHalves, toRequest } from "./requests.ts";
import { RowGroup } from "./row-group.ts";

const SAME_REQUEST = MINUTE;

/** Rows of one correlation ID, with what was made of them last. */
interface Group {
  readonly rows: RowGroup;
  caller: {
    readonly revision: number;
    readonly version: number;
    readonly key: string | null;
  } | null;
  told: Told | null;
}

/** A request, and what it was made of. */
interface Told {
  readonly revision: number;
  readonly half: Group | null;
  readonly halfRevision: number;
  readonly version: number;
  readonly request: AccessRequest;
}

/**
 * The access requests of the log, put together from the rows of the JIT initiate operation: rows on the
 * policy and on the VMs, blank ones included. Rows with one correlation ID are one request; a group that
 * lacks the policy's rows and one that lacks the VM's rows, by the same caller within a minute, both
 * refused or neither, and with nothing that differs, are taken as one too, because Azure does not promise
 * a shared correlation ID.
 */
export class RequestLog {
  readonly #groups = new Map<string, Group>();
  /** By their first rows; null when they are to be sorted. */
  #sorted: Group[] | null = [];
  #requests: readonly AccessRequest[] = [];
  #version = 0;

  /** Adds a row of the operation. */
  add(event: ActivityEvent): void {
    const tie = tieOf(event);
    const group = this.#groups.get(tie) ?? { rows: new RowGroup(), caller: null, told: null };
    this.#groups.set(tie, group);
    group.rows.add(event);
    this.#sorted = null;
  }

  /** Takes a row back. */
  remove(event: ActivityEvent): void {
    const group = this.#groups.get(tieOf(event));
    group?.rows.remove(event);
    if (group?.rows.isEmpty === true) {
      this.#groups.delete(tieOf(event));
    }
    this.#sorted = null;
  }

  /** The requests by time, then identity. What is as it was, is the same object again. */
  requests(directory: ActorDirectory): readonly AccessRequest[] {
    if (this.#sorted === null || this.#version !== directory.version) {
      this.#sorted ??= [...this.#groups.values()].sort(byFirst);
      this.#requests = joinHalves(this.#sorted, directory).sort(
        (a, b) => a.at - b.at || compareText(a.id, b.id),
      );
      this.#version = directory.version;
    }
    return this.#requests;
  }
}

function tieOf(event: ActivityEvent): string {
  return event.correlationId || event.operationId || event.id;
}

function byFirst(a: Group, b: Group): number {
  const [x, y] = [a.rows.rows[0], b.rows.rows[0]];
  return x === undefined || y === undefined ? 0 : byTime(x, y);
}

function startOf({ rows }: Group): Instant {
  return rows.rows[0]?.at ?? 0;
}

function joinHalves(groups: readonly Group[], directory: ActorDirectory): AccessRequest[] {
  const taken = new Set<Group>();
  const requests: AccessRequest[] = [];
  groups.forEach((group, index) => {
    if (taken.has(group)) {
      return;
    }
    let half: Group | null = null;
    for (let next = index + 1; next < groups.length && half === null; next += 1) {
      const other = groups[next];
      if (other === undefined || startOf(other) - startOf(group) > SAME_REQUEST) {
        break;
      }
      const caller = callerOf(group, directory);
      const isSame = caller !== null && caller === callerOf(other, directory);
      if (!taken.has(other) && isSame && areHalves(group.rows.rows, other.rows.rows)) {
        taken.add(other);
        half = other;
      }
    }
    requests.push(tell(group, half, directory));
  });
  return requests;
}

function callerOf(group: Group, directory: ActorDirectory): string | null {
  const { version } = directory;
  const { revision } = group.rows;
  if (group.caller?.version !== version || group.caller.revision !== revision) {
    const actor = directory.actorOf(group.rows.rows.map((row) => row.principal));
    group.caller = { revision, version, key: actor?.key ?? null };
  }
  return group.caller.key;
}

function tell(group: Group, half: Group | null, directory: ActorDirectory): AccessRequest {
  const { version } = directory;
  const { revision } = group.rows;
  const halfRevision = half?.rows.revision ?? 0;
  const { told } = group;
  const isSame =
    told?.revision === revision && told.half === half && told.halfRevision === halfRevision;
  if (isSame && told.version === version) {
    return told.request;
  }
  const rows = half === null ? group.rows.rows : [...group.rows.rows, ...half.rows.rows];
  let request = toRequest(half === null ? rows : rows.toSorted(byTime), directory);
  // Of what others' rows tell, a request takes nothing but who is who.
  if (isSame && isSameActor(told.request.actor, request.actor)) {
    request = told.request;
  }
  group.told = { revision, half, halfRevision, version, request };
  return request;
}
