import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fromStoredText, toStoredText } from "../../src/store/stored-text.ts";

const anyText = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
});
const oddText = fc.string({
  unit: fc.constantFrom("\0", "\u0010", "\ud83d", "\udd14", "0", "a", "é"),
});

test("Every text comes back, and is stored without NUL and half pairs.", () => {
  fc.assert(
    fc.property(fc.oneof(anyText, oddText, fc.string({ unit: "grapheme" })), (text) => {
      const stored = toStoredText(text);
      expect([fromStoredText(stored), stored.includes("\0"), stored.isWellFormed()]).toEqual([
        text,
        false,
        true,
      ]);
    }),
    { numRuns: 2_000 },
  );
});

test("Text that both databases can hold is stored as it is, so that people can read it.", () => {
  const text = 'vm-x "quoted" 🔔\n\t\\u0000';
  expect(toStoredText(text)).toBe(text);
});
