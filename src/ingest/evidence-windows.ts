import type { ActivityEvent } from "../domain/activity-event.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import { DAY, HOUR, MINUTE } from "../domain/instant.ts";
import type { Opening } from "../domain/opening.ts";
import type { Sighting } from "../domain/sighting.ts";

/** An opening that stood longer is kept by its beginning and its end, without what lies between. */
const SHORT: Duration = DAY;
/** Requests from this long before an opening, and until this long after it, may stand behind it. */
const REQUEST_BEFORE: Duration = 2 * HOUR;
const REQUEST_AFTER: Duration = 10 * MINUTE;

/** How far around an opening that rests on more than it names. */
const AROUND: Duration = 3 * DAY;

/** A stretch of time, both ends included. */
interface Window {
  readonly from: Instant;
  readonly to: Instant;
}

/**
 * What is known of one Azure subscription by NSG and time, to find what an opening rests on beside what it
 * names: that its rule was not there before, and which writes in between told nothing of it.
 */
export class EvidenceWindows {
  readonly #containers = new Map<string, ActivityEvent[]>();
  readonly #requests: readonly ActivityEvent[];
  readonly #sightings: readonly Sighting[];

  /** Both in any order. */
  constructor(events: readonly ActivityEvent[], sightings: readonly Sighting[]) {
    this.#sightings = sightings;
    const sorted = events.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
    this.#requests = sorted.filter(({ detail }) => detail.kind === "jit-request");
    for (const event of sorted) {
      const key = containerKey(event);
      const log = this.#containers.get(key) ?? [];
      log.push(event);
      this.#containers.set(key, log);
    }
  }

  /** Identities of the events that show how the opening began and ended. */
  behind(opening: Opening): readonly string[] {
    const log = this.#containers.get(opening.nsg.key) ?? [];
    const named = new Set(opening.events);
    const times = log.filter(({ id }) => named.has(id)).map(({ at }) => at);
    const windows = windowsOf(opening, times, log);
    const isWithin = ({ at }: ActivityEvent): boolean =>
      windows.some(({ from, to }) => at >= from && at <= to);
    const asked = this.#requests.filter(
      ({ at }) => at >= opening.openedAt - REQUEST_BEFORE && at <= opening.openedAt + REQUEST_AFTER,
    );
    return [...log.filter(isWithin), ...asked].map(({ id }) => id);
  }

  /** Identities of what is known of the opening's NSG, and of requests, in the days around it. */
  around({ nsg, openedAt, closedAt }: Opening): readonly string[] {
    const from = openedAt - AROUND;
    const to = (closedAt ?? openedAt) + AROUND;
    return [...this.#allOf(nsg.key), ...this.#requests]
      .filter(({ at }) => at >= from && at <= to)
      .map(({ id }) => id);
  }

  /** Identities of all that is known of an NSG. */
  ofContainer(key: string): readonly string[] {
    return this.#allOf(key).map(({ id }) => id);
  }

  #allOf(key: string): readonly (ActivityEvent | Sighting)[] {
    const seen = this.#sightings.filter(({ resource }) => resource.key === key);
    return [...(this.#containers.get(key) ?? []), ...seen];
  }

  /** Identities of the rows that show the last whole state of each NSG before an instant. */
  statesBefore(instant: Instant): readonly string[] {
    return [...this.#containers.values()].flatMap((log) => {
      const from = stateBefore(log, instant);
      return log.filter(({ at }) => at >= from && at < instant).map(({ id }) => id);
    });
  }
}

function windowsOf(
  { openedAt, closedAt }: Opening,
  times: readonly Instant[],
  log: readonly ActivityEvent[],
): readonly Window[] {
  const last = Math.max(openedAt, ...times);
  if (closedAt === null || last - openedAt <= SHORT) {
    return [{ from: stateBefore(log, Math.min(openedAt, ...times)), to: last }];
  }
  const ended = times.filter((at) => at - openedAt > SHORT);
  const began = times.filter((at) => at - openedAt <= SHORT);
  return [
    {
      from: stateBefore(log, Math.min(openedAt, ...began)),
      to: Math.max(openedAt, ...began),
    },
    { from: stateBefore(log, Math.min(closedAt, ...ended)), to: last },
  ];
}

/** When the operation began that last showed the whole state before an instant; else the instant. */
function stateBefore(log: readonly ActivityEvent[], instant: Instant): Instant {
  const state = log.findLast((event) => event.at < instant && showsWholeState(event));
  if (state === undefined) {
    return instant;
  }
  const key = operationKey(state);
  return log.find((event) => operationKey(event) === key)?.at ?? state.at;
}

function showsWholeState({ detail, status }: ActivityEvent): boolean {
  return (
    (detail.kind === "nsg-write" || detail.kind === "firewall-write") &&
    detail.ruleSet.completeness === "complete" &&
    status !== "failed"
  );
}

/** Rows of one operation on one resource share it. */
function operationKey({ resource, operationId, correlationId, id }: ActivityEvent): string {
  return `${resource.key} ${operationId || correlationId || id}`;
}

/** The NSG of a security rule; other resources stand for themselves. */
function containerKey({ resource }: ActivityEvent): string {
  return resource.key.replace(/\/securityrules\/[^/]+$/, "");
}
