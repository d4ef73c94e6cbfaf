import { isDeepStrictEqual } from "node:util";
import type { AccessRequest } from "../domain/access-request.ts";
import type { ActivityEvent } from "../domain/activity-event.ts";
import type { Instant } from "../domain/instant.ts";
import type { Opening } from "../domain/opening.ts";
import { portText, ruleKey } from "../domain/security-rule.ts";
import type { Trail } from "../domain/trail.ts";
import type { Removal } from "../ports.ts";

/** How often what is kept may grow before everything is kept. */
const MOST_ROUNDS = 12;

/** What thinning goes by. */
export interface ThinningFacts {
  /** Every stored event of one Azure subscription, all of its variants. */
  readonly events: readonly ActivityEvent[];
  /** What they say, as it is stored. */
  readonly trail: Trail;
  /** What is closed before this instant may go. */
  readonly before: Instant;
  /** What a set of events says, judged like `trail`. */
  readonly correlate: (events: readonly ActivityEvent[]) => Trail;
}

/**
 * Chooses what may be thrown away because it is old, such that what is kept still says the same: the
 * openings and requests that stay, with every event that they rest on. Beside what is young, the latest
 * opening of each person and VM, of each person and source, and of each VM and NSG stays, so that "for
 * the first time" and "guards" remain true. What is kept is correlated to see that it says what it said
 * before; where it does not, more is kept.
 *
 * @returns null when only keeping everything would do.
 */
export function planThinning(facts: ThinningFacts): Removal | null {
  const kept = new Kept(facts);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const events = kept.events();
    if (!kept.growBy(facts.correlate(events))) {
      return kept.removal(events);
    }
  }
  return null;
}

/** What is kept, which grows until it stands on its own. */
class Kept {
  readonly #facts: ThinningFacts;
  readonly #openings = new Map<string, Opening>();
  readonly #requests = new Map<string, AccessRequest>();
  /** NSGs of which every event is kept. */
  readonly #containers = new Set<string>();
  readonly #openingsById: ReadonlyMap<string, Opening>;
  readonly #requestsById: ReadonlyMap<string, AccessRequest>;
  readonly #baseline: ReadonlySet<string>;

  constructor(facts: ThinningFacts) {
    const { trail, before } = facts;
    this.#facts = facts;
    this.#openingsById = new Map(trail.openings.map((opening) => [opening.id, opening]));
    this.#requestsById = new Map(trail.requests.map((request) => [request.id, request]));
    this.#baseline = baselineOf(facts);
    for (const opening of trail.openings) {
      if (opening.closedAt === null || opening.closedAt >= before) {
        this.#keepOpening(opening);
      }
    }
    for (const opening of latestOfEachHabit(trail.openings)) {
      this.#keepOpening(opening);
    }
    for (const request of trail.requests) {
      if (request.at >= before || lastEnd(request) >= before) {
        this.#requests.set(request.id, request);
      }
    }
  }

  /** The events that are kept: of one row that two feeds told, both or none. */
  events(): readonly ActivityEvent[] {
    const wanted = new Set(this.#baseline);
    for (const { events } of [...this.#openings.values(), ...this.#requests.values()]) {
      for (const id of events) {
        wanted.add(id);
      }
    }
    const isWanted = ({ id, at, resource }: ActivityEvent): boolean =>
      wanted.has(id) ||
      at >= this.#facts.before ||
      this.#containers.has(containerKey(resource.key));
    const rows = new Set(this.#facts.events.filter(isWanted).map(({ feedKey }) => feedKey));
    return this.#facts.events.filter((event) => isWanted(event) || rows.has(event.feedKey));
  }

  /** Keeps more where the kept events say something else than before; false when they say the same. */
  growBy(trail: Trail): boolean {
    const said = this.#wanted();
    if (isDeepStrictEqual(said, trail)) {
      return false;
    }
    const now = new Map(trail.openings.map((opening) => [opening.id, opening]));
    for (const opening of trail.openings) {
      const original = this.#openingsById.get(opening.id);
      if (original === undefined) {
        this.#keepContainer(opening.nsg.key);
      } else if (this.#openings.has(opening.id)) {
        this.#keepMoreOf(original, opening);
      } else {
        this.#keepOpening(original);
      }
    }
    for (const opening of said.openings.filter(({ id }) => !now.has(id))) {
      this.#keepContainer(opening.nsg.key);
    }
    for (const { id, events } of trail.requests) {
      const original = this.#requestsById.get(id) ?? this.#requestWith(events);
      if (original !== undefined) {
        this.#requests.set(original.id, original);
      }
    }
    return true;
  }

  removal(kept: readonly ActivityEvent[]): Removal {
    const ids = new Set(kept.map(({ id }) => id));
    const gone = this.#facts.events.filter(({ id }) => !ids.has(id));
    return {
      events: [...new Set(gone.map(({ id }) => id))],
      sightings: [],
      openings: [...this.#openingsById.keys()].filter((id) => !this.#openings.has(id)),
      requests: [...this.#requestsById.keys()].filter((id) => !this.#requests.has(id)),
    };
  }

  /** What the kept events must say. */
  #wanted(): Trail {
    const { openings, requests, guards } = this.#facts.trail;
    return {
      openings: openings.filter(({ id }) => this.#openings.has(id)),
      requests: requests.filter(({ id }) => this.#requests.has(id)),
      guards,
    };
  }

  #keepOpening(opening: Opening): void {
    if (this.#openings.has(opening.id)) {
      return;
    }
    this.#openings.set(opening.id, opening);
    for (const { requestId } of opening.attribution.candidates) {
      const request = requestId === null ? undefined : this.#requestsById.get(requestId);
      if (request !== undefined) {
        this.#requests.set(request.id, request);
      }
    }
    for (const other of this.#facts.trail.openings) {
      if (other.openedAt <= opening.openedAt && isNeededBy(other, opening)) {
        this.#keepOpening(other);
      }
    }
  }

  /** An opening that is told otherwise than before rests on more than it names. */
  #keepMoreOf(original: Opening, now: Opening): void {
    if (!isDeepStrictEqual(original, now)) {
      this.#keepContainer(original.nsg.key);
    }
  }

  #keepContainer(key: string): void {
    this.#containers.add(key);
    for (const opening of this.#facts.trail.openings) {
      if (opening.nsg.key === key) {
        this.#keepOpening(opening);
      }
    }
  }

  #requestWith(events: readonly string[]): AccessRequest | undefined {
    return this.#facts.trail.requests.find((request) =>
      request.events.some((id) => events.includes(id)),
    );
  }
}

/** The oldest event, which says since when anything is known, and each NSG's last whole state. */
function baselineOf({ events, before }: ThinningFacts): ReadonlySet<string> {
  const sorted = events.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  const last = new Map<string, ActivityEvent>();
  for (const event of sorted) {
    if (event.at < before && showsWholeState(event)) {
      last.set(event.resource.key, event);
    }
  }
  const operations = new Set([...last.values()].map(operationKey));
  const ids = sorted.filter((event) => operations.has(operationKey(event))).map(({ id }) => id);
  const [oldest] = sorted;
  return new Set(oldest === undefined ? ids : [...ids, oldest.id]);
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
function containerKey(key: string): string {
  return key.replace(/\/securityrules\/[^/]+$/, "");
}

function latestOfEachHabit(openings: readonly Opening[]): Iterable<Opening> {
  const latest = new Map<string, Opening>();
  for (const opening of openings) {
    for (const habit of habitsOf(opening)) {
      latest.set(habit, opening);
    }
  }
  return new Set(latest.values());
}

function habitsOf({ attribution: { actor }, vm, vmName, nsg, rule }: Opening): readonly string[] {
  const place = vm?.key ?? vmName?.toLowerCase() ?? "";
  const person = actor === null ? [] : [place, ...rule.sources].map((one) => `${actor.key} ${one}`);
  return [`${nsg.key} ${place}`, ...person];
}

/** Whether an earlier opening shows in the identity or the findings of a later one. */
function isNeededBy(earlier: Opening, later: Opening): boolean {
  const sameRule =
    earlier.nsg.key === later.nsg.key && ruleKey(earlier.rule.name) === ruleKey(later.rule.name);
  const has = (code: string): boolean => later.findings.some((finding) => finding.code === code);
  return (
    (sameRule && portText(earlier.port) === portText(later.port)) ||
    (sameRule && has("resurrected")) ||
    (has("new-source") && earlier.attribution.actor?.key === later.attribution.actor?.key)
  );
}

function lastEnd({ targets }: AccessRequest): Instant {
  const ends = targets.flatMap(({ ports }) => ports.map(({ promisedEnd }) => promisedEnd ?? 0));
  return Math.max(0, ...ends);
}
