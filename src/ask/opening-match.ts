import { isAnySource, prefixIncludes } from "../domain/address-prefix.ts";
import type { AccessRequest } from "../domain/access-request.ts";
import { HOUR } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { Opening } from "../domain/opening.ts";
import type { Actor } from "../domain/principal.ts";
import type { Period, PortFilter, Question } from "../domain/question.ts";
import { portsOverlap, ruleKey } from "../domain/security-rule.ts";
import type { Trail } from "../domain/trail.ts";
import { belongsTo } from "./vm-match.ts";
import type { KnownVm } from "./vm-match.ts";

/** A session outlives its rule by hours, rarely by more than a working day. */
export const RECENT: Duration = 12 * HOUR;

/** What of the trail a question is about; every list is newest first. */
export interface Matches {
  readonly openings: readonly Opening[];
  /** Openings of no known VM in NSGs that guard the VMs asked about. */
  readonly guarding: readonly Opening[];
  /** Openings of unknown beginning, first seen after the period: they may have begun in it. */
  readonly undated: readonly Opening[];
  /** Openings that began before the period and stood in it, for questions of who opened. */
  readonly earlier: readonly Opening[];
  /** Openings that ended so lately that sessions may stand, for questions of who has access. */
  readonly recentlyClosed: readonly Opening[];
  /**
   * Requests, for the questions that are about requests; for questions about a person those that were
   * not granted.
   */
  readonly requests: readonly AccessRequest[];
}

/** No match at all. */
export const NOTHING: Matches = {
  openings: [],
  guarding: [],
  undated: [],
  earlier: [],
  recentlyClosed: [],
  requests: [],
};

/**
 * Finds what a question is about.
 *
 * @param vms the VMs that it means; null for any.
 * @param knownTo the instant up to which the state is known.
 */
export function matchQuestion(
  question: Question,
  trail: Trail,
  vms: readonly KnownVm[] | null,
  knownTo: Instant,
): Matches {
  const fits = openingTest(question, knownTo);
  const chosen = fits === null ? [] : trail.openings.filter(fits);
  const ofVms = (opening: Opening): boolean =>
    vms === null || belongsTo(vms, opening.vm, opening.vmName);
  const beside = besideTests(question, knownTo);
  const among = (test: (opening: Opening) => boolean): readonly Opening[] =>
    newestFirst(trail.openings.filter((opening) => ofVms(opening) && test(opening)));
  return {
    openings: newestFirst(chosen.filter(ofVms)),
    undated: among(beside.undated),
    earlier: among(beside.earlier),
    recentlyClosed: among(beside.recentlyClosed),
    guarding:
      vms === null ? [] : newestFirst(chosen.filter((opening) => guards(opening, trail, vms))),
    requests: trail.requests
      .filter((request) => requestFits(request, question, vms))
      .toSorted((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1)),
  };
}

/** Whether the opening stood at some time of the period; its unknown beginning counts as earlier. */
function stoodIn(opening: Opening, period: Period): boolean {
  const began = opening.openedAtExact ? opening.openedAt : Number.NEGATIVE_INFINITY;
  return (
    (period.to === null || began < period.to) &&
    (period.from === null || opening.closedAt === null || opening.closedAt > period.from)
  );
}

/** Whether the instant lies in the period; a period of null holds every instant. */
function within(at: Instant, period: Period | null): boolean {
  return (
    period === null ||
    ((period.from === null || at >= period.from) && (period.to === null || at < period.to))
  );
}

/** Whether the opening lets any address of the internet in. */
function opensToAnySource(opening: Opening): boolean {
  return opening.rule.sources.some(isAnySource);
}

/** Whether the name, a part of it, or the object ID is the actor's. */
function isPerson(actor: Actor | null, person: string): boolean {
  if (actor === null) {
    return false;
  }
  return actor.objectId === person.toLowerCase() || isNamed(actor.name, person);
}

/** Whether a question that says `person` means somebody of this name. */
export function isNamed(name: string, person: string): boolean {
  const [whole, wanted] = [name.toLowerCase(), person.toLowerCase()];
  return (
    whole === wanted ||
    whole.split("@")[0] === wanted ||
    whole.split(/[^\p{L}\p{N}]+/u).includes(wanted)
  );
}

/** The actors who stand, or may stand, behind an opening. */
function actorsOf(opening: Opening): readonly Actor[] {
  const { actor, candidates } = opening.attribution;
  return [actor, ...candidates.map((candidate) => candidate.actor)].filter((one) => one !== null);
}

function openingTest(question: Question, knownTo: Instant): ((opening: Opening) => boolean) | null {
  switch (question.kind) {
    case "who-opened":
      return (opening) =>
        portsFit(opening, question.ports) &&
        within(opening.openedAt, question.period) &&
        (!question.anySource || opensToAnySource(opening));
    case "who-has-access":
      return stands;
    case "what-is-open": {
      const { period } = question;
      return (opening) =>
        portsFit(opening, question.ports) &&
        (!question.anySource || opensToAnySource(opening)) &&
        (period === null ? stands(opening) : stoodIn(opening, period));
    }
    case "opened-by-person":
      return (opening) =>
        within(opening.openedAt, question.period) &&
        actorsOf(opening).some((actor) => isPerson(actor, question.person));
    case "opened-from-address":
      return (opening) =>
        within(opening.openedAt, question.period) && isAboutAddress(opening, question.address);
    case "explain-rule":
      return null;
    case "history":
      return (opening) => question.period === null || stoodIn(opening, question.period);
    case "show-opening":
      return (opening) => opening.id.startsWith(question.id);
    case "never-closed":
      return (opening) =>
        stands(opening) && (opening.promisedEnd === null || opening.promisedEnd < knownTo);
    case "closes-within":
      return (opening) =>
        stands(opening) &&
        opening.promisedEnd !== null &&
        opening.promisedEnd >= knownTo &&
        opening.promisedEnd <= knownTo + question.within;
    default:
      return null;
  }
}

/** What lies beside the openings asked about, and matters to whoever asked. */
function besideTests(
  question: Question,
  knownTo: Instant,
): { readonly [list in "undated" | "earlier" | "recentlyClosed"]: (opening: Opening) => boolean } {
  const never = (): boolean => false;
  if (question.kind === "who-has-access") {
    return {
      undated: never,
      earlier: never,
      recentlyClosed: ({ closedAt }) => closedAt !== null && closedAt >= knownTo - RECENT,
    };
  }
  if (question.kind !== "who-opened" || question.period === null) {
    return { undated: never, earlier: never, recentlyClosed: never };
  }
  const { period } = question;
  const fits = (opening: Opening): boolean =>
    portsFit(opening, question.ports) && (!question.anySource || opensToAnySource(opening));
  return {
    undated: (opening) =>
      fits(opening) &&
      !opening.openedAtExact &&
      period.to !== null &&
      opening.openedAt >= period.to,
    earlier: (opening) =>
      fits(opening) &&
      opening.openedAtExact &&
      period.from !== null &&
      opening.openedAt < period.from &&
      stoodIn(opening, period),
    recentlyClosed: never,
  };
}

function stands(opening: Opening): boolean {
  return opening.closedAt === null;
}

function portsFit(opening: Opening, ports: PortFilter): boolean {
  return ports.length === 0 || ports.some((range) => portsOverlap(range, opening.port));
}

/** Made from the address, or opened to a source that names it; `any` names nobody. */
function isAboutAddress(opening: Opening, address: string): boolean {
  return (
    opening.attribution.clientAddress === address ||
    opening.rule.sources.some((source) => !isAnySource(source) && prefixIncludes(source, address))
  );
}

function guards(opening: Opening, trail: Trail, vms: readonly KnownVm[]): boolean {
  return (
    opening.vm === null &&
    opening.vmName === null &&
    trail.guards.some(
      (guard) => guard.nsg.key === opening.nsg.key && belongsTo(vms, guard.vm, guard.vmName),
    )
  );
}

function requestFits(
  request: AccessRequest,
  question: Question,
  vms: readonly KnownVm[] | null,
): boolean {
  const targets = request.targets.filter(({ vm }) => vms === null || belongsTo(vms, vm, vm.name));
  if (question.kind === "opened-by-person") {
    return (
      request.outcome !== "accepted" &&
      isPerson(request.actor, question.person) &&
      within(request.at, question.period) &&
      (vms === null || targets.length > 0)
    );
  }
  if (question.kind !== "denied-requests" && question.kind !== "history") {
    return false;
  }
  const all = question.kind === "history" || request.outcome === "denied";
  return (
    within(request.at, question.period) &&
    (all ? vms === null || targets.length > 0 : targets.some(({ denied }) => denied))
  );
}

/** The openings of the rules that a name means: exact, else the beginning, else a part of it. */
export function openingsOfRule(trail: Trail, name: string): readonly Opening[] {
  const wanted = ruleKey(name);
  const tests: readonly ((rule: string) => boolean)[] = [
    (rule) => rule === wanted,
    (rule) => rule.startsWith(wanted),
    (rule) => rule.includes(wanted),
  ];
  for (const fits of tests) {
    const found = trail.openings.filter((opening) => fits(ruleKey(opening.rule.name)));
    if (found.length > 0) {
      return newestFirst(found);
    }
  }
  return [];
}

function newestFirst(openings: readonly Opening[]): readonly Opening[] {
  return openings.toSorted((a, b) => b.openedAt - a.openedAt || (a.id < b.id ? -1 : 1));
}
