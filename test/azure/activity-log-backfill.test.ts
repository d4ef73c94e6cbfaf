import { array, assert, asyncProperty, boolean, integer, record } from "fast-check";
import { describe, expect, test } from "vitest";
import { ActivityLogBackfill } from "../../src/azure/activity-log-backfill.ts";
import { AzureFault } from "../../src/azure/azure-fault.ts";
import { ReadBudget } from "../../src/azure/read-budget.ts";
import { isJsonObject } from "../../src/azure/wire-fields.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/domain/instant.ts";
import { FakeLog } from "./fake-log.ts";
import type { LogBehaviour, LoggedRow } from "./fake-log.ts";
import { LeapClock } from "./leap-clock.ts";
import {
  allPages,
  eventIds,
  jitRequest,
  lastCursor,
  logFeed,
  logParts,
  nsgWrite,
  START,
} from "./log-feed.ts";

function fakeLog(
  clock: LeapClock,
  rows: readonly LoggedRow[],
  behaviour: Partial<LogBehaviour> = {},
): FakeLog {
  const log = new FakeLog(clock, behaviour);
  log.rows.push(...rows);
  return log;
}

function idOf(row: LoggedRow): unknown {
  return isJsonObject(row.json) ? row.json["eventDataId"] : null;
}

describe("a backfill", () => {
  test("reads back day by day, newest first, and ends", async () => {
    const clock = new LeapClock(START);
    const log = fakeLog(clock, [
      nsgWrite("yesterday", START - HOUR),
      jitRequest("last week", START - 7 * DAY),
      nsgWrite("last month", START - 29 * DAY),
      nsgWrite("before", START - 31 * DAY),
    ]);
    const backfill = new ActivityLogBackfill(logParts(log, clock), 30 * DAY);
    const shares: (number | null)[] = [backfill.health().progress];
    const ids: string[] = [];
    for await (const page of backfill.pages(null, clock.signal)) {
      ids.push(...eventIds([page]));
      shares.push(backfill.health().progress);
    }
    expect(ids).toEqual(["yesterday", "last week", "last month"]);
    expect(shares[0]).toBe(null);
    expect(shares.slice(1)).toEqual(shares.slice(1).toSorted((a, b) => (a ?? 0) - (b ?? 0)));
    expect(shares.at(-1)).toBe(1);
    expect(log.queries).toHaveLength(90);
    expect(backfill.health().state).toBe("stopped");
  });

  test("never asks for what Azure no longer keeps, however long it takes", async () => {
    const clock = new LeapClock(START);
    const log = fakeLog(clock, [], { callTime: HOUR });
    const asked: number[] = [];
    const page = log.page.bind(log);
    log.page = async (query, link) => {
      asked.push(clock.now() - query.from);
      return page(query, link);
    };
    await allPages(new ActivityLogBackfill(logParts(log, clock), 90 * DAY), clock.signal);
    expect(asked.length).toBeGreaterThan(200);
    expect(Math.max(...asked)).toBeLessThan(90 * DAY);
  });

  test("tells what it has read whole, without a gap", async () => {
    const clock = new LeapClock(START);
    const log = fakeLog(clock, [nsgWrite("a", START - HOUR), nsgWrite("b", START - 2 * HOUR)], {
      pageSize: 1,
    });
    const pages = await allPages(
      new ActivityLogBackfill(logParts(log, clock), 3 * DAY),
      clock.signal,
    );
    expect(pages[0]).toMatchObject({ read: null, cursor: null });
    const spans = pages.flatMap(({ read }) => read ?? []);
    expect(spans.map(({ from, to }) => [(START - from) / DAY, (START - to) / DAY])).toEqual([
      [1, 0],
      [2, 1],
      [3, 2],
    ]);
  });

  test("that was done does not begin again", async () => {
    const clock = new LeapClock(START);
    const first = new ActivityLogBackfill(logParts(fakeLog(clock, []), clock), 10 * DAY);
    const cursor = lastCursor(await allPages(first, clock.signal));
    clock.advance(20 * DAY);
    const log = fakeLog(clock, []);
    const again = new ActivityLogBackfill(logParts(log, clock), 10 * DAY);
    expect(await allPages(again, clock.signal, cursor)).toEqual([]);
    expect(log.queries).toEqual([]);
    expect(again.health()).toMatchObject({ progress: 1, state: "stopped" });
  });

  test("wherever it is stopped and whatever fails, it reads every row", async () => {
    const story = record({
      ages: array(integer({ min: 0, max: 10 * 24 * 60 }), { maxLength: 30 }),
      lives: array(integer({ min: 0, max: 12 }), { maxLength: 4 }),
      pageSize: integer({ min: 1, max: 5 }),
      fails: array(boolean(), { maxLength: 20 }),
    });
    await assert(
      asyncProperty(story, async ({ ages, lives, pageSize, fails }) => {
        const rows = ages.map((age, index) => nsgWrite(`row-${index}`, START - age * MINUTE));
        const arrived = new Set<unknown>();
        const clock = new LeapClock(START);
        let cursor: string | null = null;
        let since = START - 10 * DAY;
        for (const limit of [...lives, Number.POSITIVE_INFINITY]) {
          const log = fakeLog(clock, rows, {
            pageSize,
            fault: (call, link) => {
              const kind = link === null ? "unreachable" : "rejected";
              return fails[call % 41] === true ? new AzureFault(kind, kind) : null;
            },
          });
          let stored = 0;
          // Until a cursor is stored, each start is a first one.
          since = cursor === null ? clock.now() - 10 * DAY : since;
          const backfill = new ActivityLogBackfill(logParts(log, clock), 10 * DAY);
          for await (const page of backfill.pages(cursor, clock.signal)) {
            if (stored >= limit) {
              break;
            }
            stored += 1;
            eventIds([page]).forEach((id) => arrived.add(id));
            cursor = page.cursor ?? cursor;
          }
        }
        expect(rows.filter((row) => row.at >= since && !arrived.has(idOf(row)))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe("a backfill beside the live feed", () => {
  test("waits while Azure throttles the live feed, and says so", async () => {
    const clock = new LeapClock(START, START + 10 * MINUTE);
    const budget = new ReadBudget();
    budget.throttled(START + 2 * MINUTE);
    const log = fakeLog(clock, []);
    const at: number[] = [];
    const page = log.page.bind(log);
    log.page = async (query, link) => {
      at.push(clock.now() - START);
      return page(query, link);
    };
    const backfill = new ActivityLogBackfill(logParts(log, clock, { budget }), 90 * DAY);
    let state = "";
    const sleep = clock.sleep.bind(clock);
    clock.sleep = async (duration, signal) => {
      state = clock.now() < START + 2 * MINUTE ? backfill.health().state : state;
      await sleep(duration, signal);
    };
    await allPages(backfill, clock.signal);
    expect(Math.min(...at)).toBeGreaterThanOrEqual(3 * MINUTE);
    expect(state).toBe("throttled");
  });

  test("leaves the last reads to the live feed", async () => {
    const clock = new LeapClock(START, START + 10 * MINUTE);
    const budget = new ReadBudget();
    const log = fakeLog(clock, []);
    const page = log.page.bind(log);
    log.page = async (query, link) => ({ ...(await page(query, link)), remainingReads: 40 });
    const backfill = new ActivityLogBackfill(logParts(log, clock, { budget }), 90 * DAY);
    await allPages(backfill, clock.signal);
    expect(log.queries.length).toBeLessThan(12);
    expect(budget.notBefore("new")).toBe(0);
  });

  test("a failure is told, waited out and forgotten", async () => {
    const clock = new LeapClock(START);
    const log = fakeLog(clock, [nsgWrite("a", START - HOUR)], {
      fault: (call) => (call < 3 ? new AzureFault("permission", "no permission") : null),
    });
    const backfill = new ActivityLogBackfill(logParts(log, clock), DAY);
    const problems = new Set<string | null>();
    const sleep = clock.sleep.bind(clock);
    clock.sleep = async (duration, signal) => {
      const { problem, state } = backfill.health();
      problems.add(problem === null ? null : `${state}: ${problem}`);
      await sleep(duration, signal);
    };
    expect(eventIds(await allPages(backfill, clock.signal))).toEqual(["a"]);
    expect(problems).toContain("failing: no permission");
    expect(backfill.health().problem).toBe(null);
  });

  test("has a name and a place of its own", async () => {
    const clock = new LeapClock(START, START + SECOND);
    const parts = logParts(fakeLog(clock, []), clock);
    const backfill = new ActivityLogBackfill(parts, DAY);
    expect(backfill.feed).not.toBe(logFeed(parts.reader, clock).feed);
    expect(backfill.azureSubscription).toBe(parts.purpose.azureSubscription);
  });
});
