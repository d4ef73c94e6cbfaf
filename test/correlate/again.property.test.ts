import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Correlator } from "../../src/correlate/correlator.ts";
import type { TrailContext } from "../../src/correlate/correlator.ts";
import type { ActivityEvent } from "../../src/domain/activity-event.ts";
import type { Instant } from "../../src/domain/instant.ts";
import { DAY, HOUR, MINUTE } from "../../src/domain/instant.ts";
import type { Sighting, SightingDetail } from "../../src/domain/sighting.ts";
import type { Trail } from "../../src/domain/trail.ts";
import { Random } from "../../src/sandbox/random.ts";
import { arrivalsOf } from "./arrivals.ts";
import { newestOf, tenantOf } from "./tenant-feed.ts";

/** What comes: an event of the log, or a sighting. */
type Fact = ActivityEvent | Sighting;

const WORKING_TIMES: readonly TrailContext["isWorkingTime"][] = [
  null,
  (instant) => instant % DAY < 12 * HOUR,
  (instant) => instant % DAY >= 8 * HOUR,
];

/** What the resources of a tenant may have shown: parts of what its log tells, at any time. */
function sightingsOf(events: readonly ActivityEvent[], random: Random): Sighting[] {
  return events.flatMap((event, number): Sighting[] => {
    const seen = random.chance(0.15) ? whatIsSeen(event, random) : null;
    if (seen === null) {
      return [];
    }
    const late = random.pick([0, MINUTE, 10 * MINUTE, 5 * HOUR, -MINUTE, -HOUR]);
    return [{ ...seen, id: `sighting:${number}`, at: event.at + late }];
  });
}

function whatIsSeen(
  { detail, resource, at, principal }: ActivityEvent,
  random: Random,
): Pick<Sighting, "resource" | "detail"> | null {
  if (detail.kind === "nsg-write") {
    const rules = detail.ruleSet.rules.filter(() => random.chance(0.9));
    const shown: SightingDetail[] = [
      { kind: "nsg-absent" },
      { kind: "nsg-rules", ruleSet: { completeness: "partial", rules } },
    ];
    const whole: SightingDetail = {
      kind: "nsg-rules",
      ruleSet: { completeness: "complete", rules },
    };
    return { resource, detail: random.chance(0.3) ? random.pick(shown) : whole };
  }
  if (detail.kind !== "jit-request" || detail.body === null) {
    return null;
  }
  const { virtualMachines, justification, startTime } = detail.body;
  const [first] = virtualMachines;
  if (first !== undefined && random.chance(0.3)) {
    const addresses = [random.pick(["10.0.0.4", "10.0.0.5", "10.1.0.4"])];
    return { resource: first.vm, detail: { kind: "vm-addresses", addresses } };
  }
  const requestor = random.pick([principal.upn, principal.objectId, principal.caller]);
  const request = {
    requestor,
    startTime: startTime ?? at,
    justification,
    virtualMachines: virtualMachines.map(({ vm, ports }) => ({
      vm,
      ports: ports.map((port) => ({
        ...port,
        endTime: port.endTime ?? at + 3 * HOUR,
        status: "initiated" as const,
        statusReason: null,
      })),
    })),
  };
  return { resource, detail: { kind: "policy-requests", requests: [request] } };
}

function isSighting(fact: Fact): fact is Sighting {
  return !("feedKey" in fact);
}

function add(correlator: Correlator, facts: readonly Fact[]): void {
  correlator.addSightings(facts.filter(isSighting));
  correlator.add(facts.filter((fact): fact is ActivityEvent => !isSighting(fact)));
}

/** In order of time, roughly so, or in no order; with repetitions. */
function inSomeOrder(facts: readonly Fact[], random: Random): Fact[] {
  const repeated = [...facts, ...facts.filter(() => random.chance(0.1))];
  const shift = random.pick([0, 20 * MINUTE, 30 * DAY]);
  return repeated
    .map((fact) => ({ fact, at: fact.at + random.int(0, shift) }))
    .sort((a, b) => a.at - b.at)
    .map(({ fact }) => fact);
}

/** What is known of a moment: mostly as live, now and then as nothing like it. */
function contextOf(known: readonly Fact[], random: Random, last: TrailContext): TrailContext {
  if (random.chance(0.3)) {
    return last;
  }
  const newest = known.reduce<Instant>((latest, { at }) => Math.max(latest, at), 0);
  return {
    asOf: newest + random.pick([0, 0, 7 * MINUTE, 3 * HOUR, 4 * DAY, -DAY]),
    isWorkingTime: random.chance(0.8) ? last.isWorkingTime : random.pick(WORKING_TIMES),
    ...(random.chance(0.5) ? {} : { knownSince: newest - random.pick([2, 15, 40]) * DAY }),
  };
}

function trailAnew(known: readonly Fact[], context: TrailContext): Trail {
  const correlator = new Correlator();
  add(correlator, known);
  return correlator.trail(context);
}

test("Whatever comes, in whatever steps, the trail is that of everything correlated at once.", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (seed, dealing) => {
      const random = new Random(dealing);
      const arrivals = arrivalsOf(tenantOf(seed).rows, random);
      const events = arrivals.flatMap(({ forms }) => forms);
      const facts = [...events, ...(random.chance(0.7) ? sightingsOf(events, random) : [])];
      const coming = inSomeOrder(facts, random);
      const correlator = new Correlator();
      const most = random.pick([2, 5, 20, 60]);
      let context: TrailContext = { asOf: newestOf(events), isWorkingTime: null };
      for (let from = 0; from < coming.length;) {
        // So that the end, where most is known, is looked at in the smallest steps.
        const isLong = coming.length - from > 12 * most;
        const to = from + 1 + random.int(0, isLong ? 8 * most : most);
        add(correlator, coming.slice(from, to));
        from = to;
        const known = coming.slice(0, to);
        context = contextOf(known, random, context);
        if (random.chance(0.1)) {
          // A process that ends, or a lost lease, may leave it half done.
          const steps = correlator.trailInSteps(context);
          for (let step = random.int(0, 12); step > 0 && steps.next().done !== true; step -= 1);
          continue;
        }
        expect(correlator.trail(context)).toStrictEqual(trailAnew(known, context));
      }
    }),
    { numRuns: 60 },
  );
});
