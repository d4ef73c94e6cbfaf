import { expect, test } from "vitest";
import { placeInLanes } from "../../src/picture/lanes.ts";

const CASES: readonly (readonly [
  string,
  readonly (readonly [number, number])[],
  readonly (number | null)[],
])[] = [
  ["nothing needs no lane", [], []],
  [
    "things that only touch share a lane",
    [
      [0, 5],
      [5, 9],
    ],
    [0, 0],
  ],
  [
    "things that overlap get a lane each",
    [
      [0, 5],
      [4, 9],
      [4, 5],
    ],
    [0, 1, 2],
  ],
  [
    "a gap before is used too",
    [
      [5, 9],
      [0, 5],
    ],
    [0, 0],
  ],
  [
    "what comes last finds no place when all lanes are taken",
    [
      [0, 9],
      [0, 9],
      [0, 9],
      [3, 4],
    ],
    [0, 1, 2, null],
  ],
  [
    "a later thing is still placed where there is room",
    [
      [0, 9],
      [0, 9],
      [0, 9],
      [3, 4],
      [9, 12],
    ],
    [0, 1, 2, null, 0],
  ],
];

test.each(CASES)("%s", (_, pairs, lanes) => {
  const extents = pairs.map(([from, to]) => ({ from, to }));
  expect(placeInLanes(extents, 3)).toEqual(lanes);
});
