import * as fc from "fast-check";
import { expect, test } from "vitest";
import { EventHubFeed } from "../../src/azure/event-hub-feed.ts";
import { EventHubPartitions } from "../../src/azure/event-hub-partitions.ts";
import { RuleInterner } from "../../src/azure/rule-interner.ts";
import { Correlator } from "../../src/correlate/correlator.ts";
import type { ActivityEvent } from "../../src/domain/activity-event.ts";
import { IngestService } from "../../src/ingest/ingest-service.ts";
import { LeaseKeeper } from "../../src/ingest/lease-keeper.ts";
import type { ActivitySource } from "../../src/ports.ts";
import { generateTenant } from "../../src/sandbox/generate-tenant.ts";
import { Random } from "../../src/sandbox/random.ts";
import { disorder, toDiagnosticRecord } from "../../src/sandbox/wire-forms.ts";
import { SYSTEM_CLOCK } from "../../src/system-clock.ts";
import { hubClient, hubMessage } from "../azure/hub-feed.ts";
import { always } from "../azure/leap-clock.ts";
import { AZURE_SUBSCRIPTION } from "../azure/log-feed.ts";
import { eventsOf } from "../correlate/tenant-feed.ts";
import { CrashGate } from "../fakes/crash-gate.ts";
import { FakeEventHub } from "../fakes/event-hubs/fake-event-hub.ts";
import { EMPTY_PAGE, ListedSource } from "../fakes/listed-source.ts";
import { IngestLab, sortedGuards, wantedTrail } from "./ingest-lab.ts";
import { START, WHOLE } from "./tenant-pages.ts";

const PARTITIONS = ["0", "1"];
const DAY = 24 * 60 * 60_000;

/** The rows of a small tenant: as polling tells them, and as messages of diagnostic settings. */
function streamedTenant(seed: number) {
  const random = new Random(seed);
  const { rows } = generateTenant({
    seed,
    start: START,
    size: {
      subscriptions: 2,
      vms: 4,
      people: 3,
      requests: 6,
      acts: 4,
      noise: 2,
      days: 1,
      rules: 2,
      groups: 1,
    },
  });
  const polled = eventsOf(rows);
  const records = rows.map((row) => toDiagnosticRecord(row, random));
  const subscriptions = [...new Set(polled.map(({ resource }) => resource.subscriptionId))];
  const messages = disorder(records, random).map((some) => ({ records: some }));
  return { rows, polled, streamed: eventsOf(records), messages, subscriptions };
}

/** The feeds of all partitions, with a connection of their own. */
function hubFeeds(fake: FakeEventHub) {
  const client = hubClient(fake);
  const feeds = PARTITIONS.map(
    (id) =>
      new EventHubFeed(id, {
        client,
        clock: SYSTEM_CLOCK,
        random: always(0),
        rules: new RuleInterner(),
      }),
  );
  return { client, feeds };
}

function isReadWhole(feeds: readonly EventHubFeed[]): boolean {
  return feeds.every((feed) => feed.health().lag?.events === 0);
}

async function hubWith(messages: readonly unknown[]): Promise<FakeEventHub> {
  const fake = await FakeEventHub.listen({ partitions: PARTITIONS.length });
  for (const [index, message] of messages.entries()) {
    fake.send(PARTITIONS[index % PARTITIONS.length] ?? "0", message);
  }
  return fake;
}

async function keptEvents(lab: IngestLab, subscription: string): Promise<ActivityEvent[]> {
  const kept: ActivityEvent[] = [];
  for await (const event of lab.store.events(subscription)) {
    kept.push(event);
  }
  return kept;
}

const known = (events: readonly ActivityEvent[]): number => {
  const correlator = new Correlator();
  correlator.add(events);
  return correlator.size;
};

test("a tenant that is polled and streamed has the same trail, and each event once", async () => {
  const tenant = streamedTenant(31);
  const fake = await hubWith(tenant.messages);
  const lab = await IngestLab.open(START + DAY);
  const polls = tenant.subscriptions.map((one) => {
    const events = tenant.rows
      .flatMap((row) => eventsOf([row]).map((event) => ({ event, raw: JSON.stringify(row) })))
      .filter(({ event }) => event.resource.subscriptionId === one);
    return new ListedSource(`activity-log/${one}`, one, [
      { ...EMPTY_PAGE, events },
      { ...EMPTY_PAGE, read: WHOLE },
    ]);
  });
  const { client, feeds } = hubFeeds(fake);
  const end = new AbortController();
  const ingest = lab.ingest();
  const streams = feeds.map(async (feed) => ingest.follow(feed, end.signal));
  await lab.follow(ingest, polls);
  await expect.poll(() => isReadWhole(feeds), { timeout: 10_000 }).toBe(true);
  end.abort();
  await Promise.all(streams);
  await ingest.tick();
  for (const subscription of tenant.subscriptions) {
    const polled = tenant.polled.filter((event) => event.resource.subscriptionId === subscription);
    const kept = await keptEvents(lab, subscription);
    expect(known(kept)).toBe(known(polled));
    const wanted = wantedTrail([...tenant.polled, ...tenant.streamed], subscription);
    expect(sortedGuards(await lab.store.stored(subscription))).toEqual(wanted);
    expect(wanted.openings.map(({ id }) => id)).toEqual(
      wantedTrail(tenant.polled, subscription).openings.map(({ id }) => id),
    );
  }
  expect(tenant.subscriptions.length).toBe(2);
  expect(lab.problems).toEqual([]);
  await client.close();
  await fake.close();
  await lab.store.close();
});

test("killed at any steps, the stream is read on from what was stored: nothing is lost, nothing doubled", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.array(fc.integer({ min: 0, max: 80 }), { minLength: 1, maxLength: 4 }),
      async (seed, lives) => {
        const tenant = streamedTenant(seed);
        const fake = await hubWith(tenant.messages);
        const lab = await IngestLab.open(START + DAY);
        for (const steps of [...lives, Number.POSITIVE_INFINITY]) {
          const gate = new CrashGate(steps);
          const { client, feeds } = hubFeeds(fake);
          const end = new AbortController();
          const ingest = lab.ingest(gate);
          const work = feeds.map(async (feed) => ingest.follow(feed, end.signal));
          await expect
            .poll(() => gate.isDead || isReadWhole(feeds), { timeout: 20_000, interval: 5 })
            .toBe(true);
          end.abort();
          await client.close();
          if (!gate.isDead) {
            await Promise.race([Promise.all(work), gate.died]);
            await Promise.race([ingest.tick(), gate.died]);
          }
        }
        for (const subscription of tenant.subscriptions) {
          const streamed = tenant.streamed.filter(
            ({ resource }) => resource.subscriptionId === subscription,
          );
          const kept = await keptEvents(lab, subscription);
          expect(known(kept)).toBe(known(streamed));
          expect(kept.map(({ id }) => id).toSorted()).toEqual(
            [...new Set(streamed.map(({ id }) => id))].toSorted(),
          );
        }
        expect(lab.problems).toEqual([]);
        await fake.close();
        await lab.store.close();
      },
    ),
    { numRuns: 4 },
  );
});

/** A replica with leases of its own, which reads whatever partitions it gets. */
function replica(lab: IngestLab, fake: FakeEventHub, owner: string) {
  const client = hubClient(fake);
  const clock = SYSTEM_CLOCK;
  const problems: string[] = [];
  const onProblem = (problem: string): void => {
    problems.push(problem);
  };
  const leases = new LeaseKeeper({
    store: lab.store,
    owner,
    wall: clock,
    random: always(0.5),
    onChange: () => {},
    onProblem,
    timing: { life: 600, renew: 100, give: 100 },
  });
  const ingest = new IngestService({
    store: lab.store,
    route: async () => [],
    leases,
    clock,
    random: always(0.5),
    isWorkingTime: null,
    onStored: () => {},
    onProblem,
  });
  const end = new AbortController();
  const feeds: ActivitySource[] = [];
  const follow = async (): Promise<void> => {
    const group = new EventHubPartitions({
      client,
      clock,
      random: always(0),
      rules: new RuleInterner(),
    });
    const following: Promise<unknown>[] = [];
    for await (const source of group.sources(end.signal)) {
      feeds.push(source);
      following.push(ingest.follow(source, end.signal));
    }
    await Promise.all(following);
  };
  const running = Promise.all([leases.run(end.signal), follow()]);
  return {
    problems,
    /** Partitions that it reads. */
    reads: () =>
      ingest
        .health()
        .feeds.flatMap(({ feed, heldBy, lag }) =>
          heldBy === undefined && typeof lag === "object" && lag !== null ? [feed.slice(-1)] : [],
        ),
    stop: async () => {
      end.abort();
      await running;
    },
  };
}

test("two replicas share the partitions, and one goes on with all of them where the other ends", async () => {
  const fake = await FakeEventHub.listen({ partitions: 4 });
  const lab = await IngestLab.open(SYSTEM_CLOCK.now());
  const first = replica(lab, fake, "first");
  await expect.poll(() => fake.attached.length, { timeout: 10_000 }).toBe(4);
  const second = replica(lab, fake, "second");
  const readBy = (): readonly number[] => [first.reads().length, second.reads().length];
  await expect.poll(readBy, { timeout: 10_000 }).toEqual([2, 2]);
  const ids = Array.from({ length: 8 }, (_, index) => `event-${index}`);
  for (const [index, id] of ids.slice(0, 4).entries()) {
    fake.send(String(index), hubMessage(id));
  }
  const stored = async (): Promise<string[]> =>
    (await keptEvents(lab, AZURE_SUBSCRIPTION)).map(({ id }) => id).toSorted();
  await expect.poll(stored, { timeout: 10_000 }).toEqual(ids.slice(0, 4));
  await first.stop();
  for (const [index, id] of ids.slice(4).entries()) {
    fake.send(String(index), hubMessage(id));
  }
  await expect.poll(stored, { timeout: 10_000 }).toEqual(ids);
  expect([first.problems, second.problems]).toEqual([[], []]);
  await second.stop();
  await fake.close();
  await lab.store.close();
});
