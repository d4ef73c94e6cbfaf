import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Random } from "../../src/sandbox/random.ts";

test("A whole number lies between its bounds, both of which come up.", () => {
  const random = new Random(1);
  const drawn = new Set(Array.from({ length: 200 }, () => random.int(-1, 2)));
  expect([...drawn].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2]);
});

test.each([
  { probability: 0, hits: 0 },
  { probability: 1, hits: 1000 },
])("A chance of $probability comes up $hits times in a thousand.", ({ probability, hits }) => {
  const random = new Random(2);
  expect(Array.from({ length: 1000 }).filter(() => random.chance(probability))).toHaveLength(hits);
});

test("A shuffle keeps every item.", () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(fc.nat()), (seed, items) => {
      const shuffled = new Random(seed).shuffle(items);
      expect(shuffled.toSorted((a, b) => a - b)).toEqual(items.toSorted((a, b) => a - b));
    }),
  );
});

test("A GUID looks like one.", () => {
  expect(new Random(3).guid()).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});

test("Picking from nothing is refused.", () => {
  expect(() => new Random(4).pick([])).toThrow("nothing to pick from");
});
