import { array, assert, asyncProperty, boolean, integer, record } from "fast-check";
import { describe, expect, test } from "vitest";
import { AzureFault } from "../../src/azure/azure-fault.ts";
import { LogAnalyticsBackfill } from "../../src/azure/log-analytics-backfill.ts";
import { QueryTurns } from "../../src/azure/query-turns.ts";
import { ReadBudget } from "../../src/azure/read-budget.ts";
import { DAY, HOUR, MINUTE } from "../../src/domain/instant.ts";
import { withSpan } from "../../src/domain/read-span.ts";
import type { ReadSpan } from "../../src/domain/feed.ts";
import { FakeTable, tableParts, WORKSPACE, writeInTable } from "./fake-table.ts";
import { LeapClock } from "./leap-clock.ts";
import { allPages, AZURE_SUBSCRIPTION, eventIds, lastCursor, START } from "./log-feed.ts";

const REACH = { back: 365 * DAY, recent: 90 * DAY };
/** What is newer the workspace is not asked for. */
const UNTIL = START - 83 * DAY;

/** A write each day, from so many days ago on. */
function daily(from: number, to = 0) {
  return Array.from({ length: from - to }, (_, index) =>
    writeInTable(`row-${from - index}`, START - (from - index) * DAY + HOUR),
  );
}

function spansOf(pages: readonly { readonly read: ReadSpan | null }[]): readonly ReadSpan[] {
  return pages
    .flatMap(({ read }) => read ?? [])
    .reduce<readonly ReadSpan[]>((spans, span) => withSpan(spans, span), []);
}

describe("what a workspace holds from before the Activity Log's own days", () => {
  test("is read back once, newest first, and then the feed ends", async () => {
    const clock = new LeapClock(START);
    const table = new FakeTable(daily(400));
    const feed = new LogAnalyticsBackfill(tableParts(table, clock), REACH);
    const shares: (number | null)[] = [feed.health().progress];
    const ids: string[] = [];
    const froms: number[] = [];
    for await (const page of feed.pages(null, clock.signal)) {
      ids.push(...eventIds([page]));
      froms.push(page.read?.from ?? START);
      shares.push(feed.health().progress);
    }
    const days = ids.map((id) => Number(id.slice("row-".length)));
    expect(days.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 282 }, (_, i) => i + 84));
    expect(froms).toEqual(froms.toSorted((a, b) => b - a));
    expect(shares[0]).toBe(null);
    expect(shares.slice(1)).toEqual(shares.slice(1).toSorted((a, b) => (a ?? 0) - (b ?? 0)));
    expect(feed.health()).toMatchObject({ state: "stopped", progress: 1, problem: null });
    expect(table.asked.length).toBeLessThan(15);
  });

  test("is told as read from its first row on, and joins what the Activity Log covers", async () => {
    const clock = new LeapClock(START);
    const feed = new LogAnalyticsBackfill(tableParts(new FakeTable(daily(200)), clock), REACH);
    const pages = await allPages(feed, clock.signal);
    expect(spansOf(pages)).toEqual([{ from: START - 200 * DAY + HOUR, to: UNTIL }]);
    expect(UNTIL).toBeGreaterThan(START - 90 * DAY);
  });

  test("weeks of which it holds nothing are neither asked for nor told as read", async () => {
    const clock = new LeapClock(START);
    const table = new FakeTable([...daily(300, 250), ...daily(120)]);
    const feed = new LogAnalyticsBackfill(tableParts(table, clock), REACH);
    const pages = await allPages(feed, clock.signal);
    const older = spansOf(pages)[0];
    expect(spansOf(pages)).toHaveLength(2);
    expect(older?.to).toBeLessThan(START - 249 * DAY);
    const asked = table.asked.reduce((sum, { from, to }) => sum + to - from, 0);
    expect(asked).toBeLessThan((300 - 250 + 120 - 83) * DAY);
    expect(eventIds(pages)).toHaveLength(50 + 120 - 83);
  });

  test("is left alone where the Activity Log's own backfill goes further", async () => {
    const clock = new LeapClock(START);
    const table = new FakeTable(daily(100));
    const feed = new LogAnalyticsBackfill(tableParts(table, clock), { ...REACH, back: 0 });
    expect(await allPages(feed, clock.signal)).toEqual([]);
    expect(table.asked).toEqual([]);
    expect(feed.health()).toMatchObject({ progress: 1, problem: null });
  });

  test("without the Activity Log's own backfill it is read up to half a day ago", async () => {
    const clock = new LeapClock(START);
    const feed = new LogAnalyticsBackfill(tableParts(new FakeTable(daily(10)), clock), {
      back: 30 * DAY,
      recent: 0,
    });
    const pages = await allPages(feed, clock.signal);
    expect(spansOf(pages)[0]?.to).toBe(START - 12 * HOUR);
  });

  test("is nothing: that is said, with what to do", async () => {
    const clock = new LeapClock(START);
    const feed = new LogAnalyticsBackfill(tableParts(new FakeTable([]), clock), REACH);
    expect(spansOf(await allPages(feed, clock.signal))).toEqual([]);
    expect(feed.health().problem).toBe(
      `The Log Analytics workspace ${WORKSPACE} holds nothing of Azure subscription ${AZURE_SUBSCRIPTION} from before 2026-09-01T12:00:00.000Z: a diagnostic setting has to send the Activity Log there, and the table AzureActivity to keep it for longer.`,
    );
  });

  test("that was read does not begin again, however much later", async () => {
    const clock = new LeapClock(START);
    const first = new LogAnalyticsBackfill(tableParts(new FakeTable(daily(400)), clock), REACH);
    const cursor = lastCursor(await allPages(first, clock.signal));
    clock.advance(50 * DAY);
    const table = new FakeTable(daily(400), { fault: () => new AzureFault("rejected", "asked") });
    const again = new LogAnalyticsBackfill(tableParts(table, clock), REACH);
    expect(await allPages(again, clock.signal, cursor)).toEqual([]);
    expect(again.health()).toMatchObject({ state: "stopped", progress: 1, problem: null });
  });

  test("is read on when it is to reach further back than before", async () => {
    const clock = new LeapClock(START);
    const rows = daily(500);
    const short = { ...REACH, back: 100 * DAY + HOUR / 2 };
    const first = new LogAnalyticsBackfill(tableParts(new FakeTable(rows), clock), short);
    const before = await allPages(first, clock.signal);
    const again = new LogAnalyticsBackfill(tableParts(new FakeTable(rows), clock), REACH);
    const after = await allPages(again, clock.signal, lastCursor(before));
    expect(new Set(eventIds([...before, ...after])).size).toBe(282);
    expect(eventIds(after).length).toBe(282 - 17 + 1);
    expect(spansOf([...before, ...after])).toHaveLength(1);
  });
});

describe("answers that lack rows", () => {
  test("are asked for again in shorter stretches, until every row has come", async () => {
    const clock = new LeapClock(START);
    const burst = Array.from({ length: 40 }, (_, i) =>
      writeInTable(`burst-${i}`, UNTIL - 3 * DAY + i * MINUTE),
    );
    const table = new FakeTable([...daily(120), ...burst], { most: 7 });
    const feed = new LogAnalyticsBackfill(tableParts(table, clock), REACH);
    const pages = await allPages(feed, clock.signal);
    expect(eventIds(pages).filter((id) => id.startsWith("burst"))).toHaveLength(40);
    expect(spansOf(pages)).toHaveLength(1);
    expect(feed.health().problem).toBe(null);
  });

  test("of one moment are told, and that moment is not said to be read", async () => {
    const clock = new LeapClock(START);
    const at = UNTIL - DAY;
    const burst = Array.from({ length: 9 }, (_, i) => writeInTable(`burst-${i}`, at));
    const table = new FakeTable([...daily(100), ...burst], { most: 5 });
    const feed = new LogAnalyticsBackfill(tableParts(table, clock), REACH);
    const pages = await allPages(feed, clock.signal);
    expect(spansOf(pages).some(({ from, to }) => from < at && to > at)).toBe(false);
    expect(spansOf(pages)).toHaveLength(2);
    expect(eventIds(pages).filter((id) => id.startsWith("burst"))).toHaveLength(5);
    expect(feed.health().problem).toContain("more rows from 2026-08-31T");
  });
});

describe("a workspace that does not answer", () => {
  test("as often as Azure throttles, is asked when Azure says, and says so meanwhile", async () => {
    const clock = new LeapClock(START);
    const throttled = new AzureFault("throttled", "fewer calls", { retryAfter: 5 * MINUTE });
    const table = new FakeTable(daily(100), { fault: (call) => (call < 2 ? throttled : null) });
    const feed = new LogAnalyticsBackfill(tableParts(table, clock), REACH);
    const states = new Set<string>();
    const sleep = clock.sleep.bind(clock);
    clock.sleep = async (duration, signal) => {
      states.add(duration > MINUTE ? feed.health().state : "");
      await sleep(duration, signal);
    };
    expect(eventIds(await allPages(feed, clock.signal))).toHaveLength(17);
    expect(states).toContain("throttled");
    expect(clock.slept.filter((length) => length >= 5 * MINUTE)).toHaveLength(2);
    expect(feed.health().problem).toBe(null);
  });

  test("for lack of a permission is told, and read as soon as it is granted", async () => {
    const clock = new LeapClock(START);
    const refused = new AzureFault("permission", "no permission");
    const table = new FakeTable(daily(100), { fault: (call) => (call < 3 ? refused : null) });
    const feed = new LogAnalyticsBackfill(tableParts(table, clock), REACH);
    const told = new Set<string>();
    const sleep = clock.sleep.bind(clock);
    clock.sleep = async (duration, signal) => {
      const { state, problem } = feed.health();
      told.add(`${state}: ${problem ?? ""}`);
      await sleep(duration, signal);
    };
    expect(eventIds(await allPages(feed, clock.signal))).toHaveLength(17);
    expect(told).toContain("failing: no permission");
  });

  test("in time is asked for less at once", async () => {
    const clock = new LeapClock(START);
    const slow = new AzureFault("unreachable", "too slow");
    const table = new FakeTable(daily(100), {
      fault: (call) => (call > 0 && call < 4 ? slow : null),
    });
    const feed = new LogAnalyticsBackfill(tableParts(table, clock), REACH);
    await allPages(feed, clock.signal);
    const [first] = table.asked;
    expect((first?.to ?? 0) - (first?.from ?? 0)).toBeLessThan(DAY);
  });

  test("is waited for until the program stops", async () => {
    const clock = new LeapClock(START, START + HOUR);
    const table = new FakeTable(daily(100), {
      fault: () => new AzureFault("unreachable", "away"),
    });
    const feed = new LogAnalyticsBackfill(tableParts(table, clock), REACH);
    expect(await allPages(feed, clock.signal)).toEqual([]);
    expect(feed.health().state).toBe("stopped");
  });
});

test("feeds of one workspace send it three queries at a time, and all come to their end", async () => {
  const clock = new LeapClock(START);
  const shared = { turns: new QueryTurns(), budget: new ReadBudget() };
  let running = 0;
  let most = 0;
  const feeds = [1, 2, 3, 4, 5, 6, 7].map(() => {
    const table = new FakeTable(daily(200));
    const rows = table.rows.bind(table);
    table.rows = async (purpose, span) => {
      running += 1;
      most = Math.max(most, running);
      await clock.sleep(MINUTE);
      running -= 1;
      return rows(purpose, span);
    };
    return new LogAnalyticsBackfill(tableParts(table, clock, shared), REACH);
  });
  const pages = await Promise.all(feeds.map(async (feed) => allPages(feed, clock.signal)));
  expect(pages.map((one) => eventIds(one).length)).toEqual(feeds.map(() => 117));
  expect(most).toBe(3);
});

test("wherever it is stopped and whatever fails, every row is read and nothing is told in vain", async () => {
  const story = record({
    ages: array(integer({ min: 0, max: 60 * 24 * 60 }), { maxLength: 40 }),
    lives: array(integer({ min: 0, max: 8 }), { maxLength: 5 }),
    most: integer({ min: 1, max: 6 }),
    fails: array(boolean(), { maxLength: 20 }),
  });
  await assert(
    asyncProperty(story, async ({ ages, lives, most, fails }) => {
      // Apart by more than the shortest stretch, so that no answer need stay cut.
      const rows = [...new Set(ages)].map((age) =>
        writeInTable(`row-${age}`, START - 13 * HOUR - age * MINUTE),
      );
      const reach = { back: 90 * DAY, recent: 0 };
      const arrived = new Map<string, number>();
      const read: { readonly read: ReadSpan | null }[] = [];
      const clock = new LeapClock(START);
      let cursor: string | null = null;
      for (const limit of [...lives, Number.POSITIVE_INFINITY]) {
        const table = new FakeTable(rows, {
          most,
          fault: (call) =>
            fails[call % 23] === true ? new AzureFault("unreachable", "away") : null,
        });
        const feed = new LogAnalyticsBackfill(tableParts(table, clock), reach);
        let stored = 0;
        for await (const page of feed.pages(cursor, clock.signal)) {
          if (stored >= limit) {
            break;
          }
          stored += 1;
          read.push(page);
          for (const { event } of page.events) {
            arrived.set(event.id, event.at);
          }
          cursor = page.cursor ?? cursor;
        }
      }
      expect([...arrived.keys()].toSorted()).toEqual(
        rows.map(({ at }) => `row-${(START - 13 * HOUR - at) / MINUTE}`).toSorted(),
      );
      const spans = spansOf(read);
      expect(
        rows.filter(({ at }) => !spans.some(({ from, to }) => from <= at && at <= to)),
      ).toEqual([]);
      expect(spans.every(({ from }) => rows.some(({ at }) => at === from))).toBe(true);
    }),
    { numRuns: 60 },
  );
});
