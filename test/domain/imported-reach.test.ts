import { array, assert, integer, property, tuple } from "fast-check";
import { expect, test } from "vitest";
import { readReach, writeReach } from "../../src/domain/imported-reach.ts";
import { withSpan } from "../../src/domain/read-span.ts";
import type { ReadSpan } from "../../src/domain/feed.ts";

test("what exports reached is kept as it was, stretches that touch as one", () => {
  const span = tuple(integer({ min: -1000, max: 2 ** 45 }), integer({ min: 0, max: 2 ** 40 })).map(
    ([from, length]) => ({ from, to: from + length }),
  );
  assert(
    property(array(span), (spans) => {
      const joined = spans.reduce<readonly ReadSpan[]>((all, one) => withSpan(all, one), []);
      expect(readReach(writeReach(joined))).toEqual(joined);
      expect(readReach(writeReach(spans))).toEqual(joined);
    }),
  );
});

test.each([[null], [""], ["what is this"], ["1..x"]])("%j is nothing", (text) => {
  expect(readReach(text)).toEqual([]);
});
