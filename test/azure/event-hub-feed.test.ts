import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import type { HubSettings } from "../../src/azure/event-hub-client.ts";
import type { EventHubFeed } from "../../src/azure/event-hub-feed.ts";
import type { FeedPage } from "../../src/domain/feed.ts";
import { DAY, MINUTE } from "../../src/domain/instant.ts";
import { Secret } from "../../src/config/secret.ts";
import type { FakeHubSettings } from "../fakes/event-hubs/fake-event-hub.ts";
import { FakeEventHub } from "../fakes/event-hubs/fake-event-hub.ts";
import { hubClient, hubFeed, hubMessage, takeEvents } from "./hub-feed.ts";
import { LeapClock } from "./leap-clock.ts";
import { eventIds, lastCursor, START } from "./log-feed.ts";
import { diagnosticForm, rowContent } from "./row-forms.ts";

const ending = new Set<AbortController>();

afterEach(() => {
  for (const one of ending) {
    one.abort();
  }
  ending.clear();
});

/** A fake with a feed of its first partition, both ended with the test. */
async function setUp(settings: FakeHubSettings = {}, access: Partial<HubSettings> = {}) {
  const fake = await FakeEventHub.listen(settings);
  const client = hubClient(fake, access);
  const clock = new LeapClock(START);
  onTestFinished(async () => {
    await client.close();
    await fake.close();
  });
  return { fake, client, clock, feed: hubFeed(client, "0", clock) };
}

function pagesOf(feed: EventHubFeed, cursor: string | null = null, fence?: number) {
  const end = new AbortController();
  ending.add(end);
  return feed.pages(cursor, end.signal, fence);
}

/** The next page, which may not come before the test has ended. */
function pending(pages: AsyncGenerator<FeedPage, void, undefined>) {
  const next = pages.next();
  next.catch(() => {});
  return async (): Promise<FeedPage> => {
    const { value } = await next;
    if (value === undefined) {
      throw new Error("The feed has ended.");
    }
    return value;
  };
}

async function until(isSo: () => boolean): Promise<void> {
  await expect.poll(isSo, { timeout: 5000, interval: 5 }).toBe(true);
}

describe("a partition of an Event Hub", () => {
  test("is read from its oldest event on, then as events come", async () => {
    const { fake, feed } = await setUp();
    fake.send("0", hubMessage("a", "b"));
    const pages = pagesOf(feed);
    expect(eventIds(await takeEvents(pages, 2))).toEqual(["a", "b"]);
    const next = takeEvents(pages, 1);
    fake.send("0", hubMessage("c"));
    expect(eventIds(await next)).toEqual(["c"]);
    expect(feed.feed).toBe("event-hub/contoso.servicebus.windows.net/activity/$default/0");
    expect(feed.health()).toMatchObject({ problem: null, azureSubscription: null });
  });

  test("goes on behind the last page that was stored", async () => {
    const { fake, client, feed } = await setUp();
    fake.send("0", hubMessage("a"));
    const first = await takeEvents(pagesOf(feed), 1);
    fake.send("0", hubMessage("b"));
    const again = hubFeed(client);
    await client.close();
    expect(eventIds(await takeEvents(pagesOf(again, lastCursor(first)), 1))).toEqual(["b"]);
  });

  test("never claims that a stretch of time was read whole", async () => {
    const { fake, feed } = await setUp();
    fake.send("0", hubMessage("a"));
    const pages = await takeEvents(pagesOf(feed), 1);
    expect(pages.map(({ read }) => read)).toEqual([null]);
  });

  test("passes over other operations and other categories, and counts them", async () => {
    const { fake, feed } = await setUp();
    const row = diagnosticForm(rowContent({ eventDataId: "a" }));
    fake.send("0", {
      records: [
        { ...row, category: "Policy", properties: { eventDataId: "b" } },
        diagnosticForm(rowContent({ eventDataId: "c", operation: "Microsoft.Web/sites/write" })),
        row,
      ],
    });
    const pages = await takeEvents(pagesOf(feed), 1);
    expect(eventIds(pages)).toEqual(["a"]);
    expect(pages.map(({ irrelevant }) => irrelevant)).toEqual([2]);
  });

  test("quarantines what cannot be read, with its place, and goes on", async () => {
    const { fake, feed } = await setUp();
    fake.send("0", "this is no JSON");
    fake.send("0", { records: [{ hello: "world" }] });
    fake.send("0", Buffer.from([0x1f, 0x8b, 8, 0, 0]));
    fake.send("0", hubMessage("a"));
    const pages = await takeEvents(pagesOf(feed), 1);
    expect(eventIds(pages)).toEqual(["a"]);
    const quarantined = pages.flatMap((page) => page.quarantined);
    expect(quarantined.map(({ reason }) => reason)).toEqual([
      "it is not a JSON object (partition 0, sequence number 0, offset 0)",
      "it has no operation name (partition 0, sequence number 1, offset 15)",
      "the event is compressed (partition 0, sequence number 2, offset 46)",
    ]);
    expect(quarantined[0]?.raw).toBe("this is no JSON");
  });

  test("tells how far what is stored lies behind", async () => {
    const { fake, feed } = await setUp();
    for (const id of ["a", "b", "c"]) {
      fake.send("0", hubMessage(id), START);
    }
    const pages = pagesOf(feed);
    await takeEvents(pages, 3);
    expect(feed.health()).toMatchObject({ progress: 0, lag: { events: 3, storedTo: null } });
    pending(pages);
    await until(() => feed.health().state === "waiting");
    expect(feed.health()).toMatchObject({
      progress: null,
      lag: { events: 0, storedTo: START, newest: START },
    });
  });
});

describe("what is gone", () => {
  test("before it was read is told: how many events, from when to when", async () => {
    const { fake, client, feed } = await setUp();
    const enqueued = [START - 3 * DAY, START - 2 * DAY, START - DAY, START - MINUTE];
    fake.send("0", hubMessage("a"), enqueued[0]);
    const first = await takeEvents(pagesOf(feed), 1);
    for (const [index, id] of ["b", "c", "d"].entries()) {
      fake.send("0", hubMessage(id), enqueued[index + 1]);
    }
    fake.log("0").expireBefore(3);
    await client.close();
    const again = hubFeed(client);
    const pages = pagesOf(again, lastCursor(first));
    const later = await takeEvents(pages, 1);
    expect(eventIds(later)).toEqual(["d"]);
    pending(pages);
    await until(() => again.health().problem !== null);
    expect(again.health().problem).toBe(
      "2 events that the Event Hub received from 2026-11-20T12:00:00.000Z to 2026-11-23T11:59:00.000Z were gone before Doorbell read it: lengthen the hub's retention, and let Doorbell poll the Activity Log too, which keeps 90 days.",
    );
    // After a restart too; a day later no more.
    const restarted = hubFeed(client, "0", new LeapClock(START + MINUTE));
    void pagesOf(restarted, lastCursor(later)).next();
    expect(restarted.health().problem).toContain("2 events");
    const nextDay = hubFeed(client, "0", new LeapClock(START + DAY + MINUTE));
    void pagesOf(nextDay, lastCursor(later)).next();
    expect(nextDay.health().problem).toBeNull();
  });

  test("with a hub that was made anew is told, and the new one is read from its beginning", async () => {
    const { fake, client, feed } = await setUp();
    fake.send("0", hubMessage("a"), START - DAY);
    fake.send("0", hubMessage("b"), START - DAY);
    const first = await takeEvents(pagesOf(feed), 2);
    fake.log("0").reset();
    fake.send("0", hubMessage("c"), START);
    await client.close();
    const again = hubFeed(client);
    const pages = pagesOf(again, lastCursor(first));
    expect(eventIds(await takeEvents(pages, 1))).toEqual(["c"]);
    expect(again.health().problem).toContain(
      "What the Event Hub received from 2026-11-22T12:00:00.000Z to 2026-11-23T12:00:00.000Z was gone",
    );
  });
});

describe("a failure", () => {
  test("of the connection is mended: nothing is lost, nothing comes twice", async () => {
    const { fake, feed } = await setUp();
    fake.send("0", hubMessage("a"));
    const pages = pagesOf(feed);
    await takeEvents(pages, 1);
    const next = takeEvents(pages, 2);
    fake.dropConnections();
    fake.send("0", hubMessage("b"));
    fake.send("0", hubMessage("c"));
    expect(eventIds(await next)).toEqual(["b", "c"]);
    expect(feed.health().problem).toBeNull();
  });

  test("of a link is mended too", async () => {
    const { fake, feed } = await setUp();
    fake.send("0", hubMessage("a"));
    const pages = pagesOf(feed);
    await takeEvents(pages, 1);
    const next = takeEvents(pages, 1);
    await expect.poll(() => fake.readers("0").length).toBe(1);
    fake.detach("0", { condition: "com.microsoft:server-busy", description: "busy" });
    await expect.poll(() => fake.attached.length).toBe(2);
    fake.send("0", hubMessage("b"));
    expect(eventIds(await next)).toEqual(["b"]);
  });

  test("of a hub that answers nothing any more is told, and over when it answers again", async () => {
    const { fake, feed } = await setUp({}, { answerLimit: 300 });
    fake.send("0", hubMessage("a"));
    const pages = pagesOf(feed);
    await takeEvents(pages, 1);
    const next = pending(pages);
    fake.isStalled = true;
    fake.send("0", hubMessage("b"));
    await until(() => feed.health().problem !== null);
    expect(feed.health().state).toBe("failing");
    expect(feed.health().problem).toMatch(
      /^Reading the Event Hub activity of contoso\.servicebus\.windows\.net failed: The request .* timed out/,
    );
    fake.isStalled = false;
    expect(eventIds([await next()])).toEqual(["b"]);
    expect(feed.health().problem).toBeNull();
  });

  test("that sends events again changes nothing", async () => {
    const { fake, feed } = await setUp();
    fake.send("0", hubMessage("a"));
    const pages = pagesOf(feed);
    await takeEvents(pages, 1);
    const next = takeEvents(pages, 1);
    await expect.poll(() => fake.readers("0").length).toBe(1);
    fake.repeat("0", 1);
    fake.send("0", hubMessage("b"));
    expect(eventIds(await next)).toEqual(["b"]);
  });

  test.each<{
    what: string;
    fail: (fake: FakeEventHub) => void;
    mend: (fake: FakeEventHub) => void;
    problem: string;
  }>([
    {
      what: "a key that is not accepted",
      fail: (fake) => {
        fake.refusesTokens = { condition: "amqp:unauthorized-access", description: "Bad key." };
      },
      mend: (fake) => {
        fake.refusesTokens = null;
      },
      problem:
        "contoso.servicebus.windows.net does not accept azure.tenants[0].event-hubs[0].connection-string for activity: it must be of a policy with the right Listen, and its key must be valid (Bad key.).",
    },
    {
      what: "too many readers",
      fail: (fake) => {
        fake.refusesReaders = {
          condition: "amqp:resource-limit-exceeded",
          description: "Exceeded the maximum number of allowed receivers. TrackingId:1_G2",
        };
      },
      mend: (fake) => {
        fake.refusesReaders = null;
      },
      problem:
        "Too many programs read the Event Hub activity of contoso.servicebus.windows.net in the consumer group $Default, or the namespace is at its limit: give Doorbell a consumer group of its own in azure.tenants[0].event-hubs[0].consumer-group (Exceeded the maximum number of allowed receivers.).",
    },
    {
      what: "a busy server",
      fail: (fake) => {
        fake.refusesReaders = { condition: "com.microsoft:server-busy", description: "Busy." };
      },
      mend: (fake) => {
        fake.refusesReaders = null;
      },
      problem:
        "contoso.servicebus.windows.net is busy and asks Doorbell to wait; if that goes on, give it more throughput units.",
    },
  ])("such as $what is told, and over when it is mended", async ({ fail, mend, problem }) => {
    const { fake, feed } = await setUp();
    fail(fake);
    fake.send("0", hubMessage("a"));
    const pages = pagesOf(feed);
    const next = pending(pages);
    await until(() => feed.health().problem !== null);
    expect(feed.health().problem).toBe(problem);
    mend(fake);
    expect(eventIds([await next()])).toEqual(["a"]);
    expect(feed.health().problem).toBeNull();
  });

  test.each([
    { what: "hub", changes: { hub: "other" } },
    { what: "consumer group", changes: { consumerGroup: "other" } },
  ])("such as a $what that is not there names the setting", async ({ changes }) => {
    const { feed } = await setUp({}, changes);
    pending(pagesOf(feed));
    await until(() => feed.health().problem !== null);
    const { hub = "activity", consumerGroup = "$Default" } = changes;
    expect(feed.health().problem).toBe(
      `There is no Event Hub ${hub} with the consumer group ${consumerGroup} in contoso.servicebus.windows.net: check azure.tenants[0].event-hubs[0].`,
    );
  });

  test.each([
    "nonsense",
    "Endpoint=sb://x.servicebus.windows.net;SharedAccessKeyName=a;SharedAccessKey=hidden-key;EntityPath=other",
  ])("such as the connection string %o does not show the key", async (text) => {
    const access = { kind: "connection-string", connectionString: new Secret(text) } as const;
    const { feed } = await setUp({}, { access });
    pending(pagesOf(feed));
    await until(() => feed.health().problem !== null);
    expect(feed.health().problem).toBe(
      "azure.tenants[0].event-hubs[0].connection-string is not one of the Event Hub activity: it must begin with Endpoint=sb://, and where it has an EntityPath, that must be activity.",
    );
  });
});

describe("two readers of a partition", () => {
  test("a newer holder of the lease cuts the older one off", async () => {
    const { fake, feed } = await setUp();
    fake.send("0", hubMessage("a"));
    const older = pagesOf(feed, null, 1);
    const first = await takeEvents(older, 1);
    pending(older);
    await until(() => fake.readers("0").length === 1);
    const newer = hubFeed(hubClient(fake));
    const pages = pagesOf(newer, lastCursor(first), 2);
    const next = pending(pages);
    await until(() => feed.health().problem !== null);
    expect(feed.health().problem).toContain("Another program has taken over reading");
    expect(fake.readers("0")).toEqual(["$Default/3"]);
    fake.send("0", hubMessage("b"));
    expect(eventIds([await next()])).toEqual(["b"]);
  });
});

test("to try a hub out does not disturb whoever reads it", async () => {
  const { fake, feed } = await setUp({ partitions: 2 });
  pending(pagesOf(feed, null, 1));
  await until(() => fake.readers("0").length === 1);
  const other = hubClient(fake);
  expect(await other.tryOut(new AbortController().signal)).toBe(2);
  await other.close();
  expect([fake.readers("0"), fake.readers("1")]).toEqual([["$Default/2"], []]);
  expect(feed.health().problem).toBeNull();
});

describe("while nothing comes", () => {
  test("no more is let come at once than a few pages hold", async () => {
    const { fake, feed } = await setUp({}, { wait: 10 });
    fake.send("0", hubMessage("a"));
    const pages = pagesOf(feed);
    await takeEvents(pages, 1);
    const next = pending(pages);
    await until(() => fake.attached.length >= 4);
    fake.send("0", hubMessage("b"));
    expect(eventIds([await next()])).toEqual(["b"]);
    expect(fake.mostCredit).toBeLessThan(450);
  });
});
