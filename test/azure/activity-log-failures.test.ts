import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { AzureFault } from "../../src/azure/azure-fault.ts";
import { ReadBudget } from "../../src/azure/read-budget.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/domain/instant.ts";
import { FakeLog } from "./fake-log.ts";
import { always, LeapClock } from "./leap-clock.ts";
import { allPages, eventIds, logFeed, nsgWrite, START } from "./log-feed.ts";

const throttled = (retryAfter: number | null) =>
  new AzureFault("throttled", "slow down", { retryAfter });
const refused = new AzureFault("permission", "no permission");

describe("what a feed does about failures", () => {
  test("it goes on with the page that failed, and begins anew when the link is refused", async () => {
    const clock = new LeapClock(START, START + 10 * MINUTE);
    const log = new FakeLog(clock, {
      pageSize: 2,
      fault: (call, link) => {
        if (call === 2) {
          return throttled(5 * SECOND);
        }
        return call === 5 && link !== null ? new AzureFault("rejected", "bad link") : null;
      },
    });
    log.rows.push(...[1, 2, 3, 4, 5].map((n) => nsgWrite(`w${n}`, START - n * SECOND)));
    const ids = eventIds(await allPages(logFeed(log, clock), clock.signal));
    const network = log.queries.filter(({ provider }) => provider === "Microsoft.Network");
    expect(network.slice(0, 5).map(({ link }) => link)).toEqual([
      null,
      "answer-1#2",
      "answer-1#2",
      "answer-1#4",
      null,
    ]);
    expect(ids.toSorted()).toEqual(["w1", "w2", "w3", "w4", "w5"]);
  });

  test("what is past is begun anew soon after a link of it is refused", async () => {
    const clock = new LeapClock(START, START + 5 * MINUTE);
    const log = new FakeLog(clock, {
      pageSize: 2,
      fault: (_, link) =>
        link !== null && clock.now() === START ? new AzureFault("rejected", "bad link") : null,
    });
    log.rows.push(...[1, 2, 3, 4, 5].map((n) => nsgWrite(`w${n}`, START - n * HOUR)));
    const pages = await allPages(logFeed(log, clock), clock.signal);
    expect(new Set(eventIds(pages)).size).toBe(5);
    expect(pages.some(({ read }) => read !== null && read.from < START - 20 * HOUR)).toBe(true);
  });

  test("it waits as long as Azure asks, and tells that it is throttled", async () => {
    const clock = new LeapClock(START, START + 10 * MINUTE);
    const states: string[] = [];
    const log = new FakeLog(clock, {
      fault: (call) => (call === 1 ? throttled(90 * SECOND) : null),
    });
    const feed = logFeed(log, clock);
    const sleep = clock.sleep.bind(clock);
    clock.sleep = async (duration, signal) => {
      states.push(feed.health().state);
      await sleep(duration, signal);
    };
    await allPages(feed, clock.signal);
    expect(clock.slept[0]).toBeGreaterThanOrEqual(90 * SECOND);
    expect([...new Set(states)].slice(0, 2)).toEqual(["throttled", "waiting"]);
    expect(feed.health().problem).toBe(null);
  });

  test("throttling of one feed of an Azure subscription holds back the others, the past most", async () => {
    const budget = new ReadBudget();
    budget.throttled(START + MINUTE);
    const clock = new LeapClock(START, START + 5 * MINUTE);
    const log = new FakeLog(clock);
    const at: number[] = [];
    const page = log.page.bind(log);
    log.page = async (query, link) => {
      at.push(clock.now() - START);
      return page(query, link);
    };
    await allPages(logFeed(log, clock, { budget }), clock.signal);
    const first = log.queries.findIndex(({ from, to }) => to - from > HOUR);
    expect(at[0]).toBe(MINUTE);
    expect(at[first]).toBe(2 * MINUTE);
  });

  test.each([
    ["plenty of", 5000, 0, 0],
    ["few", 60, 0, MINUTE],
    ["very few", 5, 20 * SECOND, MINUTE],
  ])(
    "with %s reads left, what is past waits first, and never for ever",
    async (_, left, poll, past) => {
      const clock = new LeapClock(START, START + 6 * MINUTE);
      const log = new FakeLog(clock);
      const page = log.page.bind(log);
      const at = { poll: [] as number[], past: [] as number[] };
      log.page = async (query, link) => {
        at[query.to - query.from > HOUR ? "past" : "poll"].push(clock.now() - START);
        return { ...(await page(query, link)), remainingReads: left };
      };
      await allPages(logFeed(log, clock), clock.signal);
      expect(at.past).toHaveLength(3);
      expect(at.poll.length).toBeGreaterThan(8);
      expect(shortest(at.poll)).toBe(poll);
      expect(shortest(at.past)).toBe(past);
    },
  );

  /** The shortest time between two calls. */
  function shortest(times: readonly number[]): number {
    return Math.min(...times.slice(1).map((time, index) => time - (times[index] ?? 0)));
  }

  test("it asks less and less often while a permission is missing, and goes on when it is granted", async () => {
    let isGranted = false;
    const clock = new LeapClock(START, START + 8 * HOUR);
    const log = new FakeLog(clock, { fault: () => (isGranted ? null : refused) });
    log.rows.push(nsgWrite("while refused", START + HOUR));
    const feed = logFeed(log, clock, { random: always(0.99) });
    const sleep = clock.sleep.bind(clock);
    clock.sleep = async (duration, signal) => {
      isGranted = clock.now() > START + 6 * HOUR;
      await sleep(duration, signal);
    };
    const pages: string[] = [];
    for await (const page of feed.pages(null, clock.signal)) {
      pages.push(...page.events.map(({ event }) => event.id));
    }
    const whileRefused = log.queries.filter(({ to }) => to < START + 5 * HOUR).length;
    expect(pages).toEqual(["while refused"]);
    expect(whileRefused).toBeLessThan(200);
    expect(feed.health()).toMatchObject({ problem: null, state: "stopped" });
  });

  test("pages that lead in a circle are told and never end the feed", async () => {
    const clock = new LeapClock(START, START + 10 * MINUTE);
    const log = new FakeLog(clock);
    log.page = async () => ({ rows: [], next: "again", remainingReads: null });
    const feed = logFeed(log, clock);
    expect(await allPages(feed, clock.signal)).toEqual([]);
    expect(feed.health().problem).toBe("The pages of the Activity Log lead in a circle.");
  });

  test("an Azure subscription that never answers holds up no other", async () => {
    const clock = new LeapClock(START, START + 10 * MINUTE);
    const silent = logFeed({ page: () => new Promise(() => {}) }, clock);
    const log = new FakeLog(clock);
    log.rows.push(nsgWrite("a", START + MINUTE));
    const stuck = allPages(silent, clock.signal);
    expect(eventIds(await allPages(logFeed(log, clock), clock.signal))).toEqual(["a"]);
    expect(await stuck).toEqual([]);
    expect(silent.health()).toMatchObject({
      state: "stopped",
      lastSuccess: null,
      callsLastHour: 1,
    });
  });

  test("a call that takes too long is given up, told and tried again", async () => {
    const clock = new LeapClock(START, START + 10 * MINUTE);
    const signals: AbortSignal[] = [];
    const hanging = {
      page: (_: unknown, __: unknown, signal: AbortSignal) => {
        signals.push(signal);
        return new Promise<never>(() => {});
      },
    };
    const feed = logFeed(hanging, clock, { wall: new LeapClock(START) });
    await allPages(feed, clock.signal);
    expect(signals.length).toBeGreaterThan(3);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
    expect(feed.health().problem).toMatch(
      /^Azure did not let Doorbell read the Activity Log within 60 s/,
    );
  });

  test("it ends at once when it is stopped in the middle of a call", async () => {
    const clock = new LeapClock(START);
    const stop = new AbortController();
    const feed = logFeed({ page: () => new Promise(() => {}) }, clock);
    const pages = allPages(feed, stop.signal);
    await setImmediate();
    expect(feed.health().state).toBe("starting");
    stop.abort();
    expect(await pages).toEqual([]);
    expect(feed.health().state).toBe("stopped");
  });

  test("a fault of the program itself is not hidden as one of Azure", async () => {
    const hostile = {
      get eventDataId(): string {
        throw new TypeError("a bug");
      },
    };
    const clock = new LeapClock(START, START + DAY);
    const log = new FakeLog(clock);
    log.rows.push({ ...nsgWrite("a", START), json: hostile });
    const feed = logFeed(log, clock);
    await expect(allPages(feed, clock.signal)).rejects.toThrow("a bug");
    expect(feed.health().state).toBe("stopped");
  });
});
