import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Correlator } from "../../src/correlate/correlator.ts";
import type { ActivityEvent } from "../../src/domain/activity-event.ts";
import type { Trail } from "../../src/domain/trail.ts";
import { Random } from "../../src/sandbox/random.ts";
import { disorder } from "../../src/sandbox/wire-forms.ts";
import type { Arrival } from "./arrivals.ts";
import { arrivalsOf } from "./arrivals.ts";
import { newestOf, tenantOf, trailOf } from "./tenant-feed.ts";

const IDENTITIES = /derived:[0-9a-f]{32}/g;

/** Adds the events out of order, repeatedly and in pages, with a trail told now and then in between. */
function trailInDisorder(events: readonly ActivityEvent[], random: Random): Trail {
  const correlator = new Correlator();
  const context = { asOf: newestOf(events), isWorkingTime: null };
  for (const page of disorder(events, random)) {
    correlator.add(page);
    if (random.chance(0.1)) {
      correlator.trail(context);
    }
  }
  return correlator.trail(context);
}

/**
 * The diagnostic-settings form lacks the operation's ID, the caller and, at times, the row's own ID. A
 * row that comes in no other form counts here only where nothing else rests on what it lacks.
 */
function tellsAll({ forms, api }: Arrival, all: readonly Arrival[]): boolean {
  if (api === null || forms.some((form) => form.hasEventDataId && form.operationId !== "")) {
    return true;
  }
  const tied = all.flatMap((other) => other.api ?? []);
  const isTimed = tied.every((other) => other === api || other.at !== api.at);
  const isAlone = tied.every(
    (other) =>
      other.operation !== api.operation ||
      other.correlationId !== api.correlationId ||
      other.operationId === api.operationId,
  );
  const same = forms.every(
    (form) => JSON.stringify(form.principal) === JSON.stringify(api.principal),
  );
  return isTimed && isAlone && same;
}

/** The trail as text: resource IDs in one casing, and a row's own ID for one that was derived. */
function comparable(trail: Trail, ids: ReadonlyMap<string, string>): string {
  const own = (events: readonly string[]) => events.map((id) => ids.get(id) ?? id).sort();
  return JSON.stringify({
    ...trail,
    openings: trail.openings.map((one) => ({ ...one, events: own(one.events) })),
    requests: trail.requests.map((one) => ({ ...one, events: own(one.events) })),
  }).toLowerCase();
}

test("Any order, repetition, paging and mix of forms gives the trail of the ordered API feed.", () => {
  let derived = 0;
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (seed, dealing) => {
      const random = new Random(dealing);
      const { rows } = tenantOf(seed);
      const drawn = arrivalsOf(rows, random);
      const arrivals = drawn.map((one) =>
        tellsAll(one, drawn) || one.api === null ? one : { ...one, forms: [...one.forms, one.api] },
      );
      const ids = new Map(
        arrivals.flatMap(({ forms, api }) =>
          forms.map((form) => [form.id, api?.id ?? ""] as const),
        ),
      );
      derived += arrivals.filter(({ forms }) => forms.every((one) => !one.hasEventDataId)).length;
      const feed = arrivals.flatMap(({ api }) => api ?? []);
      const trail = trailInDisorder(
        arrivals.flatMap(({ forms }) => forms),
        random,
      );
      expect(comparable(trail, ids)).toBe(comparable(trailOf([feed]), ids));
      expect(comparable(trail, ids)).not.toMatch(IDENTITIES);
    }),
    { numRuns: 1000 },
  );
  expect(derived).toBeGreaterThan(0);
});

test("Whatever the rows lack, their order and repetition do not matter.", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (seed, dealing) => {
      const random = new Random(dealing);
      const events = arrivalsOf(tenantOf(seed).rows, random).flatMap(({ forms }) => forms);
      expect(trailInDisorder(events, random)).toEqual(trailOf([events]));
    }),
    { numRuns: 300 },
  );
});

test("One row in several forms counts once.", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (seed, dealing) => {
      const random = new Random(dealing);
      const arrivals = arrivalsOf(tenantOf(seed).rows, random);
      const events = arrivals.flatMap(({ forms }) => forms);
      const correlator = new Correlator();
      for (const page of disorder(events, random)) {
        correlator.add(page);
      }
      expect(correlator.size).toBe(arrivals.filter(({ api }) => api !== null).length);
    }),
    { numRuns: 100 },
  );
});
