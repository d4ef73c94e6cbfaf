import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchAll } from "../../src/correlate/matching.ts";
import { everyMaximumMatching } from "./every-matching.ts";

describe("matching rules with requests as a whole", () => {
  test.each([
    {
      name: "Nothing at all matches nothing.",
      fits: [],
      slots: 0,
      possible: [],
      canBeUnmatched: [],
    },
    {
      name: "A rule that no request fits stays alone.",
      fits: [[]],
      slots: 1,
      possible: [[]],
      canBeUnmatched: [true],
    },
    {
      name: "One request that fits one rule is its request.",
      fits: [[0]],
      slots: 1,
      possible: [[0]],
      canBeUnmatched: [false],
    },
    {
      name: "Two requests that fit one rule are both possible.",
      fits: [[0, 1]],
      slots: 2,
      possible: [[0, 1]],
      canBeUnmatched: [false],
    },
    {
      name: "A request that another rule needs is excluded.",
      fits: [[0, 1], [1]],
      slots: 2,
      possible: [[0], [1]],
      canBeUnmatched: [false, false],
    },
    {
      name: "A chain of needs excludes along its whole length.",
      fits: [[0, 1], [1, 2], [2]],
      slots: 3,
      possible: [[0], [1], [2]],
      canBeUnmatched: [false, false, false],
    },
    {
      name: "Two rules that two requests fit alike may swap.",
      fits: [
        [0, 1],
        [0, 1],
      ],
      slots: 2,
      possible: [
        [0, 1],
        [0, 1],
      ],
      canBeUnmatched: [false, false],
    },
    {
      name: "Of two rules that one request fits, either may be without.",
      fits: [[0], [0]],
      slots: 1,
      possible: [[0], [0]],
      canBeUnmatched: [true, true],
    },
    {
      name: "A spare request loosens every rule that it can reach.",
      fits: [
        [0, 1],
        [1, 2],
      ],
      slots: 3,
      possible: [
        [0, 1],
        [1, 2],
      ],
      canBeUnmatched: [false, false],
    },
  ])("$name", ({ fits, slots, possible, canBeUnmatched }) => {
    expect(matchAll(fits, slots)).toEqual({ possible, canBeUnmatched });
  });

  test("What is possible is what some maximum matching has, by brute force.", () => {
    const graph = fc.nat({ max: 6 }).chain((slots) =>
      fc.record({
        slots: fc.constant(slots),
        fits: fc.array(fc.subarray(Array.from({ length: slots }, (_, slot) => slot)), {
          maxLength: 6,
        }),
      }),
    );
    fc.assert(
      fc.property(graph, ({ fits, slots }) => {
        const all = everyMaximumMatching(fits);
        expect(matchAll(fits, slots)).toEqual({
          possible: fits.map((candidates, opening) =>
            candidates.filter((slot) => all.some((one) => one[opening] === slot)),
          ),
          canBeUnmatched: fits.map((_, opening) => all.some((one) => one[opening] === null)),
        });
      }),
      { numRuns: 3000 },
    );
  });

  test("A chain of ten thousand overlapping requests needs no deep stack.", () => {
    const length = 10_000;
    const fits = Array.from({ length }, (_, at) => (at + 1 < length ? [at, at + 1] : [at]));
    const { possible } = matchAll(fits, length);
    expect(possible).toEqual(fits.map((_, at) => [at]));
  });
});
