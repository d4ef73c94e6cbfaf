import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { ActivityEvent } from "../../src/domain/activity-event.ts";
import { DAY, HOUR, MINUTE } from "../../src/domain/instant.ts";
import { rings } from "../../src/notify/filter.ts";
import { CrashGate, FaultGate } from "../fakes/crash-gate.ts";
import { IngestLab, sortedGuards, subscriptionOf, wantedTrail } from "./ingest-lab.ts";
import { START, tenantFeeds, WHOLE } from "./tenant-pages.ts";
import type { TenantFeeds } from "./tenant-pages.ts";

const CHANNELS = ["ops", "security"];
/** Within the tenant's day: what was opened before does not ring. */
const SUBSCRIBED = START + 8 * HOUR;

const story = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  /** Whether the day is over long ago, so that its events are history. */
  isHistory: fc.boolean(),
  /** With hardly any, an Azure subscription rests in the store whenever the other one has its turn. */
  mostEvents: fc.constantFrom(0, 100, 1_000_000),
});

async function labFor(isHistory: boolean, mostEvents: number): Promise<IngestLab> {
  const lab = await IngestLab.open(isHistory ? START + 30 * DAY : START + DAY);
  lab.mostEvents = mostEvents;
  await lab.subscribe(SUBSCRIBED, ...CHANNELS);
  return lab;
}

/** The store says what the events say and has them all, and each opening that rings is in one notification per channel. */
async function expectTruth(lab: IngestLab, { events, subscriptions }: TenantFeeds): Promise<void> {
  for (const subscription of subscriptions) {
    const wanted = wantedTrail(events, subscription);
    expect(sortedGuards(await lab.store.stored(subscription))).toEqual(wanted);
    const kept: ActivityEvent[] = [];
    for await (const event of lab.store.events(subscription)) {
      kept.push(event);
    }
    expect(wantedTrail(kept, subscription)).toEqual(wanted);
    const ringing = wanted.openings.filter((one) => rings(one, subscriptionOf("", SUBSCRIBED)));
    const announced = await lab.store.announced(ringing.map(({ id }) => id));
    const told = announced.map(({ openingId, channel }) => `${openingId} ${channel.channel}`);
    const due = ringing.flatMap(({ id }) => CHANNELS.map((channel) => `${id} ${channel}`));
    expect(told.toSorted()).toEqual(due.toSorted());
  }
}

test("killed at any steps, the ingest ends with the trail of a run that nothing disturbed", async () => {
  await fc.assert(
    fc.asyncProperty(
      story,
      fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 12 }),
      async ({ seed, isHistory, mostEvents }, lives) => {
        const feeds = tenantFeeds(seed);
        const lab = await labFor(isHistory, mostEvents);
        for (const steps of [...lives, Number.POSITIVE_INFINITY]) {
          const gate = new CrashGate(steps);
          const work = lab.follow(lab.ingest(gate), feeds.sources);
          await lab.clock.through(Promise.race([work, gate.died]));
        }
        await expectTruth(lab, feeds);
        expect(lab.problems).toEqual([]);
        await lab.store.close();
      },
    ),
    { numRuns: 25 },
  );
});

test("whatever the store refuses, nothing is lost and nothing is told twice", async () => {
  await fc.assert(
    fc.asyncProperty(
      story,
      fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 40 }),
      async ({ seed, isHistory, mostEvents }, failing) => {
        const feeds = tenantFeeds(seed);
        const lab = await labFor(isHistory, mostEvents);
        const ingest = lab.ingest(new FaultGate(failing));
        await lab.clock.through(lab.follow(ingest, feeds.sources));
        await lab.clock.runTo(lab.clock.now() + 2 * MINUTE);
        await lab.clock.through(lab.follow(ingest, []));
        expect(await lab.store.coverage()).toMatchObject({
          subscriptions: feeds.subscriptions.map(() => ({ spans: [WHOLE] })),
        });
        await expectTruth(lab, feeds);
        expect(ingest.health().feeds.map(({ problem }) => problem)).toEqual(
          feeds.sources.map(() => null),
        );
        await lab.store.close();
      },
    ),
    { numRuns: 25 },
  );
});
