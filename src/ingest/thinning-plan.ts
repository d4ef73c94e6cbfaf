import { isDeepStrictEqual } from "node:util";
import type { AccessRequest } from "../domain/access-request.ts";
import type { ActivityEvent } from "../domain/activity-event.ts";
import type { Instant } from "../domain/instant.ts";
import type { Opening } from "../domain/opening.ts";
import type { Sighting } from "../domain/sighting.ts";
import { portText, ruleKey } from "../domain/security-rule.ts";
import type { Trail } from "../domain/trail.ts";
import type { Removal } from "../ports.ts";
import { EvidenceWindows } from "./evidence-windows.ts";

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
 * openings and requests that stay, with every event that they rest on. Beside what is young or stands,
 * that stays from which others learn. What is kept is correlated to see that it says what it said
 * before; where it does not, more is kept. Only what is judged by history as a whole, such as "for the
 * first time", is left to be judged by what is known.
 *
 * @returns null when only keeping everything would do.
 */
export function planThinning(facts: ThinningFacts): Removal | null {
  const kept = new Kept(facts);
  let size = 0;
  for (let round = 0; round < MOST_ROUNDS && kept.size > size; round += 1) {
    size = kept.size;
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
  readonly #openingsById: ReadonlyMap<string, Opening>;
  readonly #requestsById: ReadonlyMap<string, AccessRequest>;
  readonly #windows: EvidenceWindows;
  /** Openings of which the events around were kept once already. */
  readonly #widened = new Set<string>();
  /** Identities of events and sightings that are kept. */
  readonly #wanted: Set<string>;
  /** Openings by what they have in common. */
  readonly #groups: Map<string, Opening[]>;

  constructor(facts: ThinningFacts) {
    const { trail, before } = facts;
    this.#facts = facts;
    this.#openingsById = new Map(trail.openings.map((opening) => [opening.id, opening]));
    this.#requestsById = new Map(trail.requests.map((request) => [request.id, request]));
    this.#windows = new EvidenceWindows(facts.events, facts.sightings);
    this.#wanted = new Set(this.#windows.statesBefore(before));
    const oldest = facts.events.reduce<ActivityEvent | null>(
      (first, event) => (first === null || event.at < first.at ? event : first),
      null,
    );
    if (oldest !== null) {
      // It says since when anything is known.
      this.#wanted.add(oldest.id);
    }
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
    for (const opening of teachers(trail.openings)) {
      this.#keepOpening(opening);
    }
    for (const request of trail.requests) {
      if (request.at >= before || lastEnd(request) >= before) {
        this.#keepRequest(request);
      }
    }
  }

  /** How much is kept for a reason of its own. */
  get size(): number {
    return 1 + this.#wanted.size + this.#openings.size + this.#requests.size;
  }

  /** The events that are kept: of one row that two feeds told, both or none. */
  events(): readonly ActivityEvent[] {
    const { events, before } = this.#facts;
    const isWanted = ({ id, at }: ActivityEvent): boolean => at >= before || this.#wanted.has(id);
    const rows = new Set(events.filter(isWanted).map(({ feedKey }) => feedKey));
    return events.filter((event) => isWanted(event) || rows.has(event.feedKey));
  }

  /** The sightings that are kept: young ones, the latest of each resource, and those that are evidence. */
  sightings(): readonly Sighting[] {
    const { before, sightings } = this.#facts;
    const old = sightings.filter(({ at }) => at < before).toSorted((a, b) => a.at - b.at);
    const latest = new Set(new Map(old.map(({ resource, id }) => [resource.key, id])).values());
    return sightings.filter(({ id, at }) => at >= before || this.#wanted.has(id) || latest.has(id));
  }

  /** Keeps more where the kept events say something else than before; false when they say the same. */
  growBy(trail: Trail): boolean {
    const said = this.#trail();
    if (isDeepStrictEqual(said, { ...trail, openings: trail.openings.map(withoutNovelty) })) {
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
        this.#keepRequest(original);
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
  #trail(): Trail {
    const { openings, requests, guards } = this.#facts.trail;
    return {
      openings: openings.filter(({ id }) => this.#openings.has(id)).map(withoutNovelty),
      requests: requests.filter(({ id }) => this.#requests.has(id)),
      guards,
    };
  }

  #keepOpening(opening: Opening): void {
    if (this.#openings.has(opening.id)) {
      return;
    }
    this.#openings.set(opening.id, opening);
    this.#want([...opening.events, ...this.#windows.behind(opening)]);
    for (const { requestId } of opening.attribution.candidates) {
      const request = requestId === null ? undefined : this.#requestsById.get(requestId);
      if (request !== undefined) {
        this.#keepRequest(request);
      }
    }
    for (const other of this.#groups.get(groupBehind(opening)) ?? []) {
      if (other.openedAt <= opening.openedAt) {
        this.#keepOpening(other);
      }
    }
  }

  /** An opening that is told otherwise than before rests on more than it names. */
  #keepMoreOf(original: Opening, now: Opening): void {
    if (isDeepStrictEqual(withoutNovelty(original), withoutNovelty(now))) {
      return;
    }
    if (this.#widened.has(original.id)) {
      this.#keepContainer(original.nsg.key);
    } else {
      this.#widened.add(original.id);
      this.#want(this.#windows.around(original));
    }
  }

  #keepContainer(key: string): void {
    this.#want(this.#windows.ofContainer(key));
    for (const opening of this.#groups.get(`nsg ${key}`) ?? []) {
      this.#keepOpening(opening);
    }
  }

  #keepRequest(request: AccessRequest): void {
    this.#requests.set(request.id, request);
    this.#want(request.events);
  }

  #want(ids: readonly string[]): void {
    for (const id of ids) {
      this.#wanted.add(id);
    }
  }

  #requestWith(events: readonly string[]): AccessRequest | undefined {
    return this.#facts.trail.requests.find((request) =>
      request.events.some((id) => events.includes(id)),
    );
  }
}

/**
 * The openings from which others learn: the first of each VM in each NSG shows what guards the VM, the
 * latest that is certain shows whose address a rule's destination is.
 */
function teachers(openings: readonly Opening[]): Iterable<Opening> {
  const first = new Map<string, Opening>();
  const latest = new Map<string, Opening>();
  for (const opening of openings) {
    const { kind, nsg, vm, vmName, rule, attribution } = opening;
    const place = `${kind} ${nsg.key} ${vm?.key ?? vmName?.toLowerCase() ?? ""}`;
    first.set(place, first.get(place) ?? opening);
    if (attribution.verdict === "certain") {
      latest.set(`${place} ${rule.destinations.join()}`, opening);
    }
  }
  return new Set([...first.values(), ...latest.values()]);
}

/** Without the findings that compare with all that came before. */
function withoutNovelty(opening: Opening): Opening {
  const findings = opening.findings.filter(
    ({ code }) => code !== "first-time" && code !== "new-source",
  );
  return { ...opening, findings };
}

/** The groups that an opening belongs to. */
function groupsOf({ nsg, rule, port }: Opening): readonly [string, string, string] {
  const name = `${nsg.key} ${ruleKey(rule.name)}`;
  return [`nsg ${nsg.key}`, `rule ${name}`, `port ${name} ${portText(port)}`];
}

/** The group whose earlier members show in the identity or the findings of an opening. */
function groupBehind(opening: Opening): string {
  const [, rule, port] = groupsOf(opening);
  return opening.findings.some(({ code }) => code === "resurrected") ? rule : port;
}

function lastEnd({ targets }: AccessRequest): Instant {
  const ends = targets.flatMap(({ ports }) => ports.map(({ promisedEnd }) => promisedEnd ?? 0));
  return Math.max(0, ...ends);
}
