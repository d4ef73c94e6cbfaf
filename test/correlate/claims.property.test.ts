import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { AccessRequest } from "../../src/domain/access-request.ts";
import type { ActivityEvent } from "../../src/domain/activity-event.ts";
import { sameSources } from "../../src/domain/address-prefix.ts";
import { MINUTE } from "../../src/domain/instant.ts";
import type { Opening } from "../../src/domain/opening.ts";
import { portText, ruleKey } from "../../src/domain/security-rule.ts";
import type { SecurityRule } from "../../src/domain/security-rule.ts";
import type { Trail } from "../../src/domain/trail.ts";
import { everyMaximumMatching } from "./every-matching.ts";
import { storyTeller } from "./tenant-feed.ts";

const storyOf = storyTeller();
/** One draw of tenants for every property, so that each is generated and told once. */
const [draw = 0] = fc.sample(fc.integer(), 1);
const RUNS = { numRuns: 1500, seed: draw };

/** The rules that a row shows in its container, and whether it may hold more than it shows. */
function rulesIn({ detail }: ActivityEvent): readonly SecurityRule[] {
  if (detail.kind === "nsg-write" || detail.kind === "firewall-write") {
    return detail.ruleSet.rules;
  }
  return detail.kind === "rule-write" && detail.rule !== null ? [detail.rule] : [];
}

function shows(event: ActivityEvent, { nsg, rule, port }: Opening): boolean {
  const isThere = event.resource.key === nsg.key || event.resource.key.startsWith(`${nsg.key}/`);
  return (
    isThere &&
    event.status !== "failed" &&
    rulesIn(event).some(
      (one) =>
        ruleKey(one.name) === ruleKey(rule.name) &&
        one.access === "allow" &&
        one.direction === "inbound" &&
        one.ports.some((other) => portText(other) === portText(port)),
    )
  );
}

test("Every opening rests on events that were fed in, and one of them shows its rule and port.", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const { events, trail } = storyOf(seed);
      const byId = new Map(events.map((event) => [event.id, event]));
      for (const opening of trail.openings) {
        const own = opening.events.map((id) => byId.get(id));
        expect(own).not.toContain(undefined);
        expect(own.some((event) => event !== undefined && shows(event, opening))).toBe(true);
      }
    }),
    RUNS,
  );
});

test("Openings are sorted, have identities of their own and never close before they open.", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const { openings, requests } = storyOf(seed).trail;
      for (const [at, one] of openings.entries()) {
        expect(one.closedAt ?? one.openedAt).toBeGreaterThanOrEqual(one.openedAt);
        const next = openings[at + 1];
        const isInOrder =
          next === undefined ||
          one.openedAt < next.openedAt ||
          (one.openedAt === next.openedAt && one.id < next.id);
        expect(isInOrder).toBe(true);
      }
      expect(new Set(openings.map(({ id }) => id)).size).toBe(openings.length);
      expect(new Set(requests.map(({ id }) => id)).size).toBe(requests.length);
    }),
    RUNS,
  );
});

/** What a request fits, told naively: by VM and policy name, port, sources and time alone. */
interface Wish {
  readonly request: AccessRequest;
  readonly vm: string | null;
  readonly port: string | null;
  readonly sources: readonly string[];
  readonly end: number | null;
}

function wishesOf(request: AccessRequest): Wish[] {
  const nothing: Wish = { request, vm: null, port: null, sources: [], end: null };
  if (request.outcome === "denied") {
    return [];
  }
  if (request.targets.length === 0) {
    return [nothing];
  }
  return request.targets
    .filter(({ denied }) => !denied)
    .flatMap(({ vm, ports }): Wish[] =>
      ports.length === 0
        ? [{ ...nothing, vm: vm.name }]
        : ports.map(({ port, sources, promisedEnd }) => {
            return { request, vm: vm.name, port: portText(port), sources, end: promisedEnd };
          }),
    );
}

function isFit(wish: Wish, opening: Opening, skew: number): boolean {
  const { request, vm, port, sources, end } = wish;
  const named = /policy '([^']*)' of VM '([^']*)'/.exec(opening.rule.description);
  const isSame = (a: string | null | undefined, b: string | null | undefined) =>
    !a || !b || a.toLowerCase() === b.toLowerCase();
  const isKnown = sources.length > 0 && opening.rule.sources.length > 0;
  return (
    isSame(vm, named?.[2]) &&
    isSame(request.policy?.name, named?.[1]) &&
    isSame(port, portText(opening.port)) &&
    (!isKnown || sameSources(sources, opening.rule.sources)) &&
    request.at <= opening.openedAt + skew &&
    opening.openedAt <= request.at + 30 * MINUTE &&
    opening.openedAt < (end ?? Number.POSITIVE_INFINITY) + skew
  );
}

function isDecidedByCorrelation({ attribution }: Opening): boolean {
  return attribution.reasons.some(({ code }) => code === "same-correlation");
}

/**
 * Whether no maximum matching of the NSG's JIT rules with the requests gives the rule to the rival. A
 * request without known ports may have made any number of rules.
 */
function isExcludedInAll(
  rival: AccessRequest,
  opening: Opening,
  { openings, requests }: Trail,
): boolean {
  const rules = openings.filter(({ kind, nsg }) => kind === "jit" && nsg.key === opening.nsg.key);
  const wishes = requests.flatMap(wishesOf);
  const fits = rules.map((rule, own) =>
    wishes.flatMap((wish, at) => {
      const isTied = rule.attribution.candidates.some(
        ({ requestId, reasons }) =>
          requestId === wish.request.id && reasons.some(({ code }) => code === "same-correlation"),
      );
      const isPossible = isFit(wish, rule, MINUTE) && (isTied || !isDecidedByCorrelation(rule));
      const slot = wish.port === null ? wishes.length + own : at;
      return isPossible ? [slot] : [];
    }),
  );
  const near = componentOf(rules.indexOf(opening), fits);
  const all = everyMaximumMatching(near.map((rule) => [...new Set(fits[rule])]));
  const own = near.indexOf(rules.indexOf(opening));
  return all.every((one) => wishes[one[own] ?? -1]?.request !== rival);
}

/** The rules that compete with one, directly or through others. */
function componentOf(start: number, fits: readonly (readonly number[])[]): number[] {
  const found = [start];
  for (const rule of found) {
    for (const [other, candidates] of fits.entries()) {
      if (!found.includes(other) && candidates.some((slot) => fits[rule]?.includes(slot))) {
        found.push(other);
      }
    }
  }
  return found;
}

test("No verdict is certain where somebody else's request fits as well and nothing excludes it.", () => {
  let excluded = 0;
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const { trail } = storyOf(seed);
      for (const opening of trail.openings) {
        const { verdict, actor, reasons } = opening.attribution;
        if (opening.kind === "direct" || verdict !== "certain" || isDecidedByCorrelation(opening)) {
          continue;
        }
        const rivals = trail.requests.filter(
          (request) =>
            request.actor?.key !== actor?.key &&
            wishesOf(request).some((wish) => isFit(wish, opening, 0)),
        );
        for (const rival of rivals) {
          excluded += 1;
          const name = rival.actor?.name ?? "an unnamed caller";
          const told = reasons.filter(({ code, text }) => {
            return code === "one-to-one" && text.includes(name);
          });
          expect(told).toHaveLength(1);
          expect(isExcludedInAll(rival, opening, trail)).toBe(true);
        }
      }
    }),
    RUNS,
  );
  expect(excluded).toBeGreaterThan(0);
});
