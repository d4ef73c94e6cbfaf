import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DAY, HOUR, MINUTE } from "../../src/domain/instant.ts";
import type { Opening } from "../../src/domain/opening.ts";
import { knownSinceThinned } from "../../src/ingest/subscription-state.ts";
import { planThinning } from "../../src/ingest/thinning-plan.ts";
import { IngestLab, sortedGuards, wantedTrail } from "./ingest-lab.ts";
import { START, tenantFeeds, WHOLE } from "./tenant-pages.ts";

const seeds = fc.integer({ min: 1, max: 1_000_000 });
/** Hours of the tenant's day after which nothing may go. */
const cuts = fc.integer({ min: 0, max: 30 });

test("what stays says what it said before, from the events that stay", async () => {
  let gone = 0;
  await fc.assert(
    fc.asyncProperty(seeds, cuts, async (seed, cut) => {
      const { sources, subscriptions, events } = tenantFeeds(seed, 14);
      const before = START + cut * HOUR;
      const lab = await IngestLab.open(START + 30 * DAY);
      await lab.clock.through(lab.follow(lab.ingest(), sources));
      const counts = await Promise.all(
        subscriptions.map(async (one) => (await collected(lab.store.events(one))).length),
      );
      const whole = subscriptions.map((one) => wantedTrail(events, one));
      const removed = await lab.clock.through(lab.ingest().thin(before));
      gone += removed;
      // What went must have gone from Azure subscriptions of which nobody was told otherwise.
      const whollyKept = subscriptions.filter((one) =>
        lab.problems.some((problem) => problem.includes(`${one} keeps its old events`)),
      );
      for (const [index, subscription] of subscriptions.entries()) {
        const kept = await collected(lab.store.events(subscription));
        const stored = sortedGuards(await lab.store.stored(subscription));
        const all = whole[index] ?? { openings: [], requests: [], guards: [] };
        const since = [WHOLE.from, knownSinceThinned(before)];
        expect(since.map((one) => wantedTrail(kept, subscription, one))).toContainEqual(stored);
        expect({ ...stored, openings: stored.openings.map(withoutNovelty) }).toEqual({
          openings: all.openings
            .filter(({ id }) => stored.openings.some((one) => one.id === id))
            .map(withoutNovelty),
          requests: all.requests.filter(({ id }) => stored.requests.some((one) => one.id === id)),
          guards: all.guards,
        });
        const young = (opening: Opening): boolean =>
          opening.closedAt === null || opening.closedAt >= before;
        const ids = new Set(stored.openings.map(({ id }) => id));
        expect(all.openings.filter((one) => young(one) && !ids.has(one.id))).toEqual([]);
        expect(!whollyKept.includes(subscription) || kept.length === counts[index]).toBe(true);
        const evidence = new Set(kept.map(({ id }) => id));
        const missing = stored.openings.flatMap((one) =>
          one.events.filter((id) => !evidence.has(id)),
        );
        expect(missing).toEqual([]);
      }
      const commits = lab.commits.length;
      const stop = new AbortController();
      const restarted = lab.ingest().keepTime(HOUR, stop.signal);
      await lab.clock.runTo(lab.clock.now() + MINUTE);
      stop.abort();
      await lab.clock.through(restarted);
      expect(lab.commits.slice(commits)).toEqual([]);
      await lab.store.close();
    }),
    { numRuns: 20 },
  );
  // Otherwise nothing was tested.
  expect(gone).toBeGreaterThan(0);
});

test("everything stays where less of it would say something else", () => {
  const { events, subscriptions } = tenantFeeds(1);
  const [subscription = ""] = subscriptions;
  const trail = wantedTrail(events, subscription);
  const plan = planThinning({
    events: events.filter(({ resource }) => resource.subscriptionId === subscription),
    sightings: [],
    trail,
    before: START + 2 * DAY,
    correlate: () => ({
      ...trail,
      openings: trail.openings.map((one) => ({ ...one, promisedEnd: 0 })),
    }),
  });
  expect(plan).toBeNull();
});

/** What is said to be new is judged by what is known. */
function withoutNovelty(opening: Opening): Opening {
  const findings = opening.findings.filter(
    ({ code }) => code !== "first-time" && code !== "new-source",
  );
  return { ...opening, findings };
}

async function collected<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) {
    all.push(item);
  }
  return all;
}
