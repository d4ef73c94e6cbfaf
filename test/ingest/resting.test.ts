import { expect, test } from "vitest";
import { DAY, MINUTE } from "../../src/domain/instant.ts";
import type { ActivitySource } from "../../src/ports.ts";
import { EMPTY_PAGE, ListedSource } from "../fakes/listed-source.ts";
import { IngestLab, sortedGuards, wantedTrail } from "./ingest-lab.ts";
import { START, tenantFeeds, WHOLE } from "./tenant-pages.ts";

test("Quiet Azure subscriptions beyond what memory may hold are not read again, however often they are polled", async () => {
  const { sources, events, subscriptions } = tenantFeeds(7);
  const lab = await IngestLab.open(START + 30 * DAY);
  lab.mostEvents = 0;
  const restored: string[] = [];
  const ingest = lab.ingest(undefined, {
    events: (azureSubscription) => {
      restored.push(azureSubscription);
      return lab.store.events(azureSubscription);
    },
  });
  await lab.clock.through(lab.follow(ingest, sources));
  expect(new Set(restored)).toEqual(new Set(subscriptions));
  restored.length = 0;
  for (let poll = 1; poll <= 20; poll += 1) {
    const span = { from: WHOLE.to, to: WHOLE.to + poll * MINUTE };
    const polls = subscriptions.map(
      (one) => new ListedSource(`poll-${poll}/${one}`, one, [{ ...EMPTY_PAGE, read: span }]),
    );
    await lab.clock.through(lab.follow(ingest, polls));
  }
  // Once each, because of an opening whose end has passed; not with each poll.
  expect(restored.length).toBeLessThanOrEqual(subscriptions.length);
  expect(
    ingest
      .health()
      .subscriptions.map((one) => one.azureSubscription)
      .toSorted(),
  ).toEqual(subscriptions.toSorted());
  for (const one of subscriptions) {
    const { openings } = sortedGuards(await lab.store.stored(one));
    expect(openings.map(({ id }) => id)).toEqual(
      wantedTrail(events, one).openings.map(({ id }) => id),
    );
  }
  await lab.store.close();
});

test("Where reading back takes long, a history that comes is read back now and then, and whole in the end", async () => {
  const { events, subscriptions } = tenantFeeds(7, 40);
  const lab = await IngestLab.open(START + 400 * DAY);
  lab.mostEvents = 0;
  let now = 0;
  lab.wall = { now: () => now, sleep: async () => Promise.resolve() };
  let restored = 0;
  const ingest = lab.ingest(undefined, {
    events: (azureSubscription) => {
      restored += 1;
      now += 10 * MINUTE;
      return lab.store.events(azureSubscription);
    },
  });
  const pages = events.map((event) => ({
    ...EMPTY_PAGE,
    events: [{ event, raw: JSON.stringify(event) }],
  }));
  const source = new ListedSource("event-hubs", null, pages);
  const ticking: ActivitySource = {
    feed: source.feed,
    azureSubscription: null,
    health: () => source.health(),
    pages: async function* (cursor, signal) {
      for await (const page of source.pages(cursor, signal)) {
        yield page;
        now += MINUTE;
        await ingest.tick();
      }
    },
  };
  await lab.clock.through(lab.follow(ingest, [ticking]));
  expect(pages.length).toBeGreaterThan(300);
  expect(restored).toBeLessThan(pages.length / 10);
  for (const one of subscriptions) {
    const { openings } = await lab.store.stored(one);
    const wanted = wantedTrail(events, one).openings;
    expect(openings.map(({ id }) => id).toSorted()).toEqual(wanted.map(({ id }) => id).toSorted());
  }
  await lab.store.close();
});
