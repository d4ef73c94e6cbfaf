import * as fc from "fast-check";
import { expect, test } from "vitest";
import { addFindings, nextLateness } from "../../src/correlate/findings.ts";
import { DAY, HOUR, MINUTE } from "../../src/domain/instant.ts";
import { OPEN, opening } from "../ask/trail-builder.ts";

const END = Date.UTC(2026, 10, 23, 15);

function saidAt(asOf: number): unknown {
  const late = opening({ ...OPEN, promisedEnd: END });
  return addFindings([late], { asOf, knownSince: null, isWorkingTime: null });
}

test("What is said of an opening past its end changes at the moments that are looked at again, and between them never", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.integer({ min: -HOUR, max: HOUR }),
        fc.integer({ min: 0, max: 3 * DAY }),
        fc.integer({ min: 0, max: 400 * DAY }),
        fc.constantFrom(0, 5 * MINUTE, HOUR, DAY, 2 * DAY, 64 * DAY),
      ),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (late, part) => {
        const now = END + late;
        const next = nextLateness(END, now);
        expect(next).toBeGreaterThan(now);
        const between = now + Math.floor((next - 1 - now) * part);
        expect(saidAt(between)).toEqual(saidAt(now));
        expect(saidAt(next)).not.toEqual(saidAt(now));
      },
    ),
  );
});
