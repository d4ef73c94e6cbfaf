import { isDeepStrictEqual } from "node:util";
import type { AccessRequest } from "../domain/access-request.ts";
import type { ActivityEvent } from "../domain/activity-event.ts";
import type { Instant } from "../domain/instant.ts";
import type { Opening } from "../domain/opening.ts";
import type { Sighting } from "../domain/sighting.ts";
import { portText, ruleKey } from "../domain/security-rule.ts";
import type { Trail } from "../domain/trail.ts";
import type { Removal } from "../ports.ts";

/** How often what is kept may grow before everything is kept. */
const MOST_ROUNDS = 12;

/** What thinning goes by. */
export interface ThinningFacts {
  /** Every stored event of one Azure subscription, all of its variants. */
  readonly events: readonly ActivityEvent[];
  /** Every stored sighting of it. */
  readonly sightings: readonly Sighting[];
  /** What they say, as it is stored. */
  readonly trail: Trail;
  /** What is closed before this instant may go. */
  readonly before: Instant;
  /** What a set of events and sightings says, judged like `trail`. */
  readonly correlate: (events: readonly ActivityEvent[], sightings: readonly Sighting[]) => Trail;
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
    const sightings = kept.sightings();
    if (!kept.growBy(facts.correlate(events, sightings))) {
      return kept.removal(events, sightings);
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
  /** Openings by what they have in common. */
  readonly #groups: Map<string, Opening[]>;

  constructor(facts: ThinningFacts) {
    const { trail, before } = facts;
    this.#facts = facts;
    this.#openingsById = new Map(trail.openings.map((opening) => [opening.id, opening]));
    this.#requestsById = new Map(trail.requests.map((request) => [request.id, request]));
    this.#baseline = baselineOf(facts);
    this.#groups = new Map();
    for (const opening of trail.openings) {
      for (const group of groupsOf(opening)) {
        const members = this.#groups.get(group) ?? [];
        members.push(opening);
        this.#groups.set(group, members);
      }
    }
    for (const opening of trail.openings) {
      if (opening.closedAt === null || opening.closedAt >= before) {
        this.#keepOpening(opening);
      }
    }
    for (const opening of habitual(trail.openings)) {
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

  /** The sightings that are kept: young ones, the latest of each resource, and those that are evidence. */
  sightings(): readonly Sighting[] {
    const { before } = this.#facts;
    const wanted = new Set(
      [...this.#openings.values(), ...this.#requests.values()].flatMap(({ events }) => events),
    );
    const sorted = this.#facts.sightings.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
    const latest = new Map(
      sorted.filter(({ at }) => at < before).map(({ resource, id }) => [resource.key, id]),
    );
    const baseline = new Set(latest.values());
    return sorted.filter(
      ({ id, at, resource }) =>
        at >= before ||
        wanted.has(id) ||
        baseline.has(id) ||
        this.#containers.has(containerKey(resource.key)),
    );
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

  removal(kept: readonly ActivityEvent[], seen: readonly Sighting[]): Removal {
    const keptSightings = new Set(seen.map(({ id }) => id));
    const ids = new Set(kept.map(({ id }) => id));
    const gone = this.#facts.events.filter(({ id }) => !ids.has(id));
    return {
      events: [...new Set(gone.map(({ id }) => id))],
      sightings: this.#facts.sightings.flatMap(({ id }) => (keptSightings.has(id) ? [] : [id])),
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
    for (const group of groupsBehind(opening)) {
      for (const other of this.#groups.get(group) ?? []) {
        if (other.openedAt <= opening.openedAt) {
          this.#keepOpening(other);
        }
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
    for (const opening of this.#groups.get(`nsg ${key}`) ?? []) {
      this.#keepOpening(opening);
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

/** The first opening of each VM in each NSG, the latest of each person and VM or source. */
function habitual(openings: readonly Opening[]): Iterable<Opening> {
  const first = new Map<string, Opening>();
  const latest = new Map<string, Opening>();
  for (const opening of openings) {
    const { nsg, vm, vmName, rule, attribution } = opening;
    const place = vm?.key ?? vmName?.toLowerCase() ?? "";
    const guard = `${nsg.key} ${place}`;
    first.set(guard, first.get(guard) ?? opening);
    for (const habit of attribution.actor === null ? [] : [place, ...rule.sources]) {
      latest.set(`${attribution.actor?.key ?? ""} ${habit}`, opening);
    }
  }
  return new Set([...first.values(), ...latest.values()]);
}

/** The groups that an opening belongs to. */
function groupsOf({ nsg, rule, port, attribution }: Opening): readonly string[] {
  const name = `${nsg.key} ${ruleKey(rule.name)}`;
  return [
    `nsg ${nsg.key}`,
    `rule ${name}`,
    `port ${name} ${portText(port)}`,
    `actor ${attribution.actor?.key ?? ""}`,
  ];
}

/** The groups whose earlier members show in the identity or the findings of an opening. */
function groupsBehind(opening: Opening): readonly string[] {
  const [, rule, port, actor] = groupsOf(opening);
  const has = (code: string): boolean => opening.findings.some((finding) => finding.code === code);
  return [port, has("resurrected") ? rule : port, has("new-source") ? actor : port].flatMap(
    (group) => group ?? [],
  );
}

function lastEnd({ targets }: AccessRequest): Instant {
  const ends = targets.flatMap(({ ports }) => ports.map(({ promisedEnd }) => promisedEnd ?? 0));
  return Math.max(0, ...ends);
}
