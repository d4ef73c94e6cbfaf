import { describe, expect, test } from "vitest";
import { heldStretches } from "../../src/azure/log-analytics-plan.ts";
import { DAY, HOUR } from "../../src/domain/instant.ts";

const END = Date.UTC(2026, 7, 25);
const SPAN = { from: END - 365 * DAY, to: END };

/** A day's rows, from its first hour to its last, so many days before the end. */
function day(ago: number, firstHour = 1, lastHour = 23) {
  const start = END - ago * DAY;
  return { from: start + firstHour * HOUR, to: start + lastHour * HOUR };
}

/** As hours before the end, for reading. */
function hoursBefore(days: readonly { readonly from: number; readonly to: number }[]) {
  return heldStretches(days, SPAN).map(({ from, to }) => [
    (END - from) / HOUR,
    (END - Math.floor(to / HOUR) * HOUR) / HOUR,
  ]);
}

describe("what a workspace can be taken to hold", () => {
  test.each<[string, ReturnType<typeof day>[], number[][]]>([
    ["nothing, where it has no row", [], []],
    ["from its first row to the end of what was looked through", [day(2), day(1)], [[47, 0]]],
    ["days without a row over a weekend", [day(5), day(2), day(1)], [[119, 0]]],
    [
      "not the weeks in which nothing was sent there",
      [day(90), day(89), day(60), day(1)],
      [
        [90 * 24 - 1, 89 * 24 - 23],
        [60 * 24 - 1, 60 * 24 - 23],
        [23, 0],
      ],
    ],
    ["not what came after its last row, weeks ago", [day(31), day(30)], [[31 * 24 - 1, 697]]],
  ])("%s", (_, days, expected) => {
    expect(hoursBefore(days)).toEqual(expected);
  });

  test("a single row makes a stretch that can be asked for", () => {
    const at = END - 40 * DAY;
    expect(heldStretches([{ from: at, to: at }], SPAN)).toEqual([{ from: at, to: at + 1 }]);
  });
});
