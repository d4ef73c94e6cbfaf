import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { AzureFault } from "../../src/azure/azure-fault.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/domain/instant.ts";
import { FakeLog } from "./fake-log.ts";
import { always, LeapClock } from "./leap-clock.ts";
import {
  allPages,
  eventIds,
  jitRequest,
  lastCursor,
  logFeed,
  nsgWrite,
  START,
} from "./log-feed.ts";

describe("what a feed reads", () => {
  test("a first start reads the newest first, then the last 24 hours", async () => {
    const clock = new LeapClock(START, START + MINUTE);
    const log = new FakeLog(clock);
    await allPages(logFeed(log, clock), clock.signal);
    expect(
      log.queries.map(({ provider, from, to }) => [provider, START - from, to - START]),
    ).toEqual([
      ["Microsoft.Security", 30 * MINUTE, 0],
      ["Microsoft.Network", 30 * MINUTE, 0],
      ["Microsoft.Compute", 30 * MINUTE, 0],
      ["Microsoft.Security", DAY, 0],
      ["Microsoft.Network", DAY, 0],
      ["Microsoft.Compute", DAY, 0],
    ]);
  });

  test("a row that comes twenty minutes late is found by the poll after that", async () => {
    const clock = new LeapClock(START, START + 25 * MINUTE);
    const log = new FakeLog(clock);
    log.rows.push(nsgWrite("late", START + MINUTE, START + 21 * MINUTE));
    const feed = logFeed(log, clock);
    const seenAt: number[] = [];
    for await (const page of feed.pages(null, clock.signal)) {
      seenAt.push(...page.events.map(() => clock.now()));
    }
    expect(seenAt).toEqual([START + 21 * MINUTE]);
  });

  test("a row that comes twenty hours late is found by a sweep", async () => {
    const clock = new LeapClock(START, START + 22 * HOUR);
    const log = new FakeLog(clock);
    log.rows.push(nsgWrite("late", START + MINUTE, START + 20 * HOUR));
    expect(eventIds(await allPages(logFeed(log, clock), clock.signal))).toEqual(["late"]);
  });

  test("a row is told once, however often polls and sweeps see it", async () => {
    const clock = new LeapClock(START, START + 5 * HOUR);
    const log = new FakeLog(clock, { pageSize: 2 });
    log.rows.push(
      ...[1, 2, 3, 4, 5].map((n) => nsgWrite(`write-${n}`, START - n * MINUTE)),
      jitRequest("request", START - 10 * MINUTE),
    );
    const ids = eventIds(await allPages(logFeed(log, clock), clock.signal));
    expect(ids.toSorted()).toEqual([
      "request",
      "write-1",
      "write-2",
      "write-3",
      "write-4",
      "write-5",
    ]);
  });

  test("the row on the VM is looked for at once when a new request appears", async () => {
    const clock = new LeapClock(START, START + 4 * MINUTE);
    const log = new FakeLog(clock);
    log.rows.push(jitRequest("request", START + 2 * MINUTE), {
      ...jitRequest("on-the-vm", START + 2 * MINUTE),
      provider: "Microsoft.Compute",
    });
    const pages = await allPages(logFeed(log, clock), clock.signal);
    expect(eventIds(pages)).toEqual(["request", "on-the-vm"]);
  });

  test("Microsoft.Compute is otherwise read every ten minutes", async () => {
    const clock = new LeapClock(START, START + 30 * MINUTE);
    const log = new FakeLog(clock);
    await allPages(logFeed(log, clock), clock.signal);
    const times = log.queries
      .filter(({ provider, from, to }) => provider === "Microsoft.Compute" && to - from < HOUR)
      .map(({ to }) => (to - START) / MINUTE);
    expect(times).toEqual([0, 10, 20]);
  });

  test("an hour in which nothing happens costs fewer than 136 calls", async () => {
    const clock = new LeapClock(START, START + 3 * HOUR - 1);
    const log = new FakeLog(clock);
    const feed = logFeed(log, clock, { random: always(0.5) });
    await allPages(feed, clock.signal);
    expect(feed.health().callsLastHour).toBeGreaterThan(120);
    expect(feed.health().callsLastHour).toBeLessThan(136);
  });
});

describe("where a feed goes on", () => {
  test.each([
    ["a minute", MINUTE],
    ["an hour", HOUR],
    ["nine hours", 9 * HOUR],
    ["three days", 3 * DAY],
    ["eleven weeks", 77 * DAY],
  ])("a pause of %s loses nothing, not even what came late", async (_, pause) => {
    const rows = [
      nsgWrite("late when it stopped", START - 20 * HOUR, START + HOUR + pause / 2),
      nsgWrite("just before it stopped", START + 59 * MINUTE, START + HOUR + 1),
      nsgWrite("in the middle", START + HOUR + pause / 2),
      jitRequest("just before it started", START + HOUR + pause - MINUTE),
    ];
    const before = new LeapClock(START, START + HOUR);
    const first = new FakeLog(before);
    first.rows.push(...rows);
    const pages = await allPages(logFeed(first, before), before.signal);
    expect(eventIds(pages)).toEqual([]);

    const again = new LeapClock(START + HOUR + pause, START + HOUR + pause + 2 * HOUR);
    const second = new FakeLog(again);
    second.rows.push(...rows);
    const rest = await allPages(logFeed(second, again), again.signal, lastCursor(pages));
    expect(eventIds(rest).toSorted()).toEqual(
      [
        "in the middle",
        "just before it started",
        "just before it stopped",
        "late when it stopped",
      ].toSorted(),
    );
  });

  test("what is new comes before what was missed, and one bad day does not start it all again", async () => {
    const stopped = await stoppedAt(START);
    const clock = new LeapClock(START + 5 * DAY, START + 5 * DAY + 10 * MINUTE);
    const log = new FakeLog(clock);
    log.rows.push(nsgWrite("old", START + DAY), nsgWrite("new", START + 5 * DAY - MINUTE));
    const pages = await allPages(logFeed(log, clock), clock.signal, stopped);
    expect(eventIds(pages)).toEqual(["new", "old"]);

    const half = pages.find((page) => page.read !== null && page.read.to < START + 4 * DAY);
    const later = new LeapClock(clock.now(), clock.now() + MINUTE);
    const rest = new FakeLog(later);
    await allPages(logFeed(rest, later), later.signal, half?.cursor ?? null);
    const reread = rest.queries.filter(({ to }) => to > START + 4 * DAY && to < START + 5 * DAY);
    expect(half?.cursor).not.toBe(null);
    expect(reread).toEqual([]);
  });

  test("a stop in the middle of what was missed, right after a poll, loses nothing", async () => {
    let cursor = await stoppedAt(START);
    const rows = [1, 2, 3, 4, 5, 6].map((n) => nsgWrite(`old-${n}`, START + DAY + n * MINUTE));
    const arrived: string[] = [];
    const first = new LeapClock(START + 2 * DAY);
    const log = new FakeLog(first, { pageSize: 1, callTime: 25 * SECOND });
    log.rows.push(...rows);
    for await (const page of logFeed(log, first).pages(cursor, first.signal)) {
      arrived.push(...eventIds([page]));
      cursor = page.cursor ?? cursor;
      if (page.cursor !== null && arrived.length > 0) {
        break;
      }
    }
    expect(arrived.length).toBeLessThan(rows.length);
    const again = new LeapClock(first.now(), first.now() + HOUR);
    const rest = new FakeLog(again);
    rest.rows.push(...rows);
    arrived.push(...eventIds(await allPages(logFeed(rest, again), again.signal, cursor)));
    expect(new Set(arrived).size).toBe(rows.length);
  });

  test("a pause longer than Azure keeps rows is told, and the rest is read", async () => {
    const stopped = await stoppedAt(START);
    const now = START + 100 * DAY;
    const clock = new LeapClock(now, now + HOUR);
    const log = new FakeLog(clock);
    log.rows.push(nsgWrite("kept", now - 89 * DAY));
    const feed = logFeed(log, clock);
    const pages = await allPages(feed, clock.signal, stopped);
    expect(eventIds(pages)).toEqual(["kept"]);
    expect(Math.min(...log.queries.map(({ from }) => from))).toBeGreaterThan(now - 90 * DAY);
    expect(feed.health().problem).toMatch(
      /^The Activity Log from 2026-11-23T11:59:00.000Z to 2026-12-03T12:1.* was not read and is gone: Doorbell was away for 100 d/,
    );
  });

  test("a cursor that cannot be read loses nothing", async () => {
    const clock = new LeapClock(START, START + HOUR);
    const log = new FakeLog(clock);
    log.rows.push(nsgWrite("old", START - 80 * DAY));
    const pages = await allPages(logFeed(log, clock), clock.signal, '{"version":9}');
    expect(eventIds(pages)).toEqual(["old"]);
  });

  test("a clock that was set back does no harm", async () => {
    const stopped = await stoppedAt(START);
    const clock = new LeapClock(START - 3 * HOUR, START - 3 * HOUR + 5 * MINUTE);
    const log = new FakeLog(clock);
    log.rows.push(nsgWrite("now", START - 3 * HOUR));
    const pages = await allPages(logFeed(log, clock), clock.signal, stopped);
    expect(eventIds(pages)).toEqual(["now"]);
    expect(log.queries.every(({ from, to }) => from < to)).toBe(true);
  });

  async function stoppedAt(time: number): Promise<string | null> {
    const clock = new LeapClock(time - 10 * MINUTE, time);
    return lastCursor(await allPages(logFeed(new FakeLog(clock), clock), clock.signal));
  }
});

describe("what a feed says that it has read", () => {
  test("only windows that were paged whole, and the cursor only moves with them", async () => {
    const clock = new LeapClock(START, START + 1);
    const log = new FakeLog(clock, { pageSize: 2 });
    log.rows.push(...[1, 2, 3, 4, 5].map((n) => nsgWrite(`w${n}`, START - n * SECOND)));
    const pages = await allPages(logFeed(log, clock), clock.signal);
    expect(
      pages.slice(0, 3).map(({ events, read, cursor }) => [events.length, read, cursor !== null]),
    ).toEqual([
      [2, null, false],
      [2, null, false],
      [1, { from: START - 30 * MINUTE, to: START }, true],
    ]);
  });

  test("nothing is said of a window whose second provider fails", async () => {
    const clock = new LeapClock(START, START + HOUR);
    const log = new FakeLog(clock);
    const page = log.page.bind(log);
    log.page = async (query, link) => {
      if (query.provider === "Microsoft.Network") {
        throw new AzureFault("unreachable", "HTTP 500");
      }
      return page(query, link);
    };
    log.rows.push(jitRequest("request", START + MINUTE));
    const feed = logFeed(log, clock);
    const pages = await allPages(feed, clock.signal);
    expect(eventIds(pages)).toEqual(["request"]);
    expect(pages.map(({ read }) => read)).toEqual(pages.map(() => null));
    expect(feed.health().problem).toBe("HTTP 500");
  });

  test("quiet polls give empty pages that were read", async () => {
    const clock = new LeapClock(START, START + 3 * MINUTE);
    const pages = await allPages(logFeed(new FakeLog(clock), clock), clock.signal);
    expect(
      pages.map(({ events, read }) => [events.length, read === null ? null : read.to - START]),
    ).toEqual([
      [0, 0],
      [0, 0],
      [0, MINUTE],
      [0, 2 * MINUTE],
    ]);
  });

  test("rows that cannot be understood are quarantined once, whole or in part", async () => {
    const clock = new LeapClock(START, START + 3 * MINUTE);
    const log = new FakeLog(clock);
    const row = (json: unknown) => ({ ...nsgWrite("x", START - MINUTE), json });
    log.rows.push(
      row(null),
      row("text"),
      row({ ...asObject(nsgWrite("no-time", START).json), eventTimestamp: "soon" }),
      row({
        ...asObject(nsgWrite("cut", START).json),
        properties: { requestbody: '{"properties":{"securityRules":[{"na' },
      }),
      row({
        ...asObject(nsgWrite("big", START).json),
        resourceId: "no",
        filler: "ä".repeat(40_000),
      }),
      row({
        ...asObject(nsgWrite("vm", START).json),
        operationName: "Microsoft.Compute/virtualMachines/write",
      }),
    );
    const pages = await allPages(logFeed(log, clock), clock.signal);
    const quarantined = pages.flatMap((page) => page.quarantined);
    expect(quarantined.map(({ reason }) => reason)).toEqual([
      "it is not a JSON object",
      "it is not a JSON object",
      'its time "soon" is not a time, or not between the years 1970 and 9000',
      "the request body is cut off or unreadable",
      'its resource ID "no" is not one',
    ]);
    expect(new Set(quarantined.map(({ digest }) => digest)).size).toBe(5);
    expect(quarantined.every(({ receivedAt }) => receivedAt === START)).toBe(true);
    expect(Buffer.byteLength(quarantined[4]?.raw ?? "")).toBeLessThanOrEqual(65_536);
    expect(quarantined[4]?.raw).not.toContain("\uFFFD");
    expect(eventIds(pages)).toEqual(["cut"]);
    expect(pages.reduce((sum, page) => sum + page.irrelevant, 0)).toBe(1);
  });

  test("the row is kept as it was received", async () => {
    const clock = new LeapClock(START, START + 1);
    const log = new FakeLog(clock);
    const sent = { ...asObject(nsgWrite("a", START).json), unknownToUs: [1, "ä"] };
    log.rows.push({ ...nsgWrite("a", START), json: sent });
    const [page] = await allPages(logFeed(log, clock), clock.signal);
    expect(JSON.parse(page?.events[0]?.raw ?? "")).toEqual(sent);
  });

  function asObject(json: unknown): object {
    return typeof json === "object" && json !== null ? json : {};
  }
});
