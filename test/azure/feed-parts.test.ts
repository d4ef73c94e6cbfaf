import { array, assert, constant, integer, oneof, property, record, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { AzureFault } from "../../src/azure/azure-fault.ts";
import type { FaultKind } from "../../src/azure/azure-fault.ts";
import { backOff } from "../../src/azure/back-off.ts";
import { CallCount } from "../../src/azure/call-count.ts";
import { readLiveCursor, writeLiveCursor } from "../../src/azure/live-cursor.ts";
import { newestPart, sharedSpan, since, withSpan } from "../../src/azure/log-span.ts";
import { RecentKeys } from "../../src/azure/recent-keys.ts";
import { Aborted, limited, TimeIsOver } from "../../src/azure/time-limit.ts";
import type { ReadSpan } from "../../src/domain/feed.ts";
import { HOUR, MINUTE, SECOND } from "../../src/domain/instant.ts";
import { parseResourceId } from "../../src/domain/resource-id.ts";
import { always, ENDLESS, LeapClock } from "./leap-clock.ts";
import { AZURE_SUBSCRIPTION, START } from "./log-feed.ts";
import { NSG_ID, VM_ID } from "./row-forms.ts";

describe("stretches of time", () => {
  const span = record({
    from: integer({ min: 0, max: 50 }),
    length: integer({ min: 1, max: 20 }),
  }).map(({ from, length }): ReadSpan => ({ from, to: from + length }));
  const spans = array(span, { maxLength: 6 });
  const inside = (list: readonly ReadSpan[], moment: number) =>
    list.some(({ from, to }) => from <= moment && moment < to);
  const MOMENTS = Array.from({ length: 80 }, (_, index) => index);

  test("put together hold every moment of each, in order and apart", () => {
    assert(
      property(spans, (list) => {
        const joined = list.reduce(withSpan, [] as readonly ReadSpan[]);
        expect(MOMENTS.filter((moment) => inside(joined, moment))).toEqual(
          MOMENTS.filter((moment) => inside(list, moment)),
        );
        expect(
          joined.every(({ from }, index) => index === 0 || from > (joined[index - 1]?.to ?? 0)),
        ).toBe(true);
      }),
    );
  });

  test("taken part by part, newest first, give every moment once", () => {
    assert(
      property(
        spans,
        integer({ min: 1, max: 30 }),
        integer({ min: 0, max: 60 }),
        (list, longest, floor) => {
          let rest = since(list.reduce(withSpan, [] as readonly ReadSpan[]), floor);
          const wanted = MOMENTS.filter((moment) => inside(rest, moment));
          const taken: number[] = [];
          let newest = newestPart(rest, longest);
          while (newest !== null) {
            const { part } = newest;
            expect(part.to - part.from).toBeLessThanOrEqual(longest);
            taken.unshift(...MOMENTS.filter((moment) => inside([part], moment)));
            ({ rest } = newest);
            newest = newestPart(rest, longest);
          }
          expect(taken).toEqual(wanted);
        },
      ),
    );
  });

  test("share what lies in both", () => {
    assert(
      property(span, span, (a, b) => {
        const shared = sharedSpan(a, b);
        expect(MOMENTS.filter((moment) => shared !== null && inside([shared], moment))).toEqual(
          MOMENTS.filter((moment) => inside([a], moment) && inside([b], moment)),
        );
      }),
    );
  });
});

test("keys that were added lately are known, and no new one ever is", () => {
  assert(
    property(integer({ min: 1, max: 8 }), array(integer({ min: 0, max: 20 })), (limit, numbers) => {
      const keys = new RecentKeys(limit);
      const added: string[] = [];
      for (const key of numbers.map(String)) {
        const others = new Set(added.slice(added.lastIndexOf(key) + 1));
        const mayBeForgotten = others.size >= limit;
        const isKnown = added.includes(key);
        const isNew = keys.add(key);
        expect(isNew === !isKnown || (isKnown && mayBeForgotten)).toBe(true);
        added.push(key);
      }
    }),
  );
});

test("calls are counted for an hour", () => {
  const count = new CallCount();
  for (let minute = 0; minute < 180; minute += 1) {
    count.note(START + minute * MINUTE);
    count.note(START + minute * MINUTE + SECOND);
  }
  expect(count.lastHour(START + 179 * MINUTE)).toBe(120);
  expect(count.lastHour(START + 179 * MINUTE + HOUR / 2)).toBe(60);
  expect(count.lastHour(START + 5 * HOUR)).toBe(0);
});

describe("how long to wait after a failure", () => {
  const fault = (kind: FaultKind, retryAfter: number | null = null) =>
    new AzureFault(kind, "failed", { retryAfter });

  test.each<[FaultKind, number, number]>([
    ["unreachable", 2 * SECOND, 5 * MINUTE],
    ["throttled", 10 * SECOND, 10 * MINUTE],
    ["permission", 30 * SECOND, 10 * MINUTE],
    ["credentials", 30 * SECOND, 10 * MINUTE],
    ["not-found", 30 * SECOND, 10 * MINUTE],
    ["rejected", 30 * SECOND, 10 * MINUTE],
  ])("%s: doubled from its first step to its longest", (kind, first, longest) => {
    const longestWaits = [1, 2, 3, 50].map((failures) => backOff(fault(kind), failures, always(1)));
    expect(longestWaits).toEqual([first, 2 * first, 4 * first, longest]);
    expect(backOff(fault(kind), 50, always(0))).toBe(longest / 2);
  });

  test("never shorter than Azure asks for, and not much longer", () => {
    assert(
      property(integer({ min: 0, max: HOUR }), integer({ min: 1, max: 60 }), (asked, failures) => {
        const wait = backOff(fault("throttled", asked), failures, always(0.7));
        expect(wait).toBeGreaterThanOrEqual(asked);
        expect(wait).toBeLessThanOrEqual(asked + 10 * SECOND);
      }),
    );
  });
});

describe("a limit of time", () => {
  const never = new AbortController().signal;

  test("lets through what is done, or fails, in time", async () => {
    expect(await limited(async () => 5, SECOND, ENDLESS, never)).toBe(5);
    const failing = limited(() => Promise.reject(new Error("own")), SECOND, ENDLESS, never);
    await expect(failing).rejects.toThrow("own");
  });

  test("ends what does not listen, and tells it", async () => {
    let given: AbortSignal | null = null;
    const hanging = limited(
      (signal) => {
        given = signal;
        return new Promise(() => {});
      },
      SECOND,
      new LeapClock(START),
      never,
    );
    await expect(hanging).rejects.toBeInstanceOf(TimeIsOver);
    expect(given).toMatchObject({ aborted: true });
  });

  test("does not begin what is not wanted any more", async () => {
    let hasBegun = false;
    const work = async () => {
      hasBegun = true;
    };
    await expect(limited(work, SECOND, ENDLESS, AbortSignal.abort())).rejects.toBeInstanceOf(
      Aborted,
    );
    expect(hasBegun).toBe(false);
  });
});

describe("the cursor of the live feed", () => {
  test("comes back as it was", () => {
    const seen = new Map(
      [NSG_ID, VM_ID.toUpperCase()].flatMap((id) => {
        const resource = parseResourceId(id);
        return resource === null ? [] : [[resource.key, { resource, digest: "d" }] as const];
      }),
    );
    const text = writeLiveCursor(seen, AZURE_SUBSCRIPTION);
    expect(text).not.toContain(AZURE_SUBSCRIPTION);
    expect(
      [...readLiveCursor(text, AZURE_SUBSCRIPTION)].map(([key, { digest }]) => [key, digest]),
    ).toEqual([...seen].map(([key, { digest }]) => [key, digest]));
  });

  test("that cannot be read counts as having seen nothing", () => {
    assert(
      property(oneof(string(), constant('{"version":2,"seen":[]}'), constant("null")), (text) => {
        expect(readLiveCursor(text, AZURE_SUBSCRIPTION).size).toBe(0);
      }),
    );
  });
});
