import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DAY } from "../../src/domain/instant.ts";
import { ticksOf, timeBesideText, zoneText } from "../../src/picture/time-axis.ts";
import { at } from "../ask/trail-builder.ts";

const TICKS: readonly (readonly [string, string, string, string, readonly string[]])[] = [
  [
    "hours in the zone, with the day once and UTC beside",
    "2026-11-23T22:10Z",
    "2026-11-24T01:50Z",
    "Europe/Berlin",
    ["Tue 24 Nov|00:00|Mon 23:00 UTC", "|01:00|00:00 UTC", "|02:00|01:00 UTC"],
  ],
  [
    "hours in UTC, without saying it twice",
    "2026-11-23T22:10Z",
    "2026-11-24T01:50Z",
    "UTC",
    ["Mon 23 Nov|23:00|", "Tue 24 Nov|00:00|", "|01:00|"],
  ],
  [
    "midnights of the zone, not of UTC",
    "2026-11-20T12:00Z",
    "2026-11-23T12:00Z",
    "Asia/Kolkata",
    ["Sat 21 Nov||Fri 18:30 UTC", "Sun 22 Nov||Sat 18:30 UTC", "Mon 23 Nov||Sun 18:30 UTC"],
  ],
  [
    "round hours on the day on which clocks go back",
    "2026-10-24T23:00Z",
    "2026-10-25T11:00Z",
    "Europe/Berlin",
    ["Sun 25 Oct|03:00|02:00 UTC", "|06:00|05:00 UTC", "|09:00|08:00 UTC", "|12:00|11:00 UTC"],
  ],
  [
    "months over a quarter",
    "2026-08-25T00:00Z",
    "2026-11-23T00:00Z",
    "UTC",
    ["Sept 2026||", "Oct 2026||", "Nov 2026||"],
  ],
];

test.each(TICKS)("The axis shows %s.", (_, from, to, zone, expected) => {
  const ticks = ticksOf({ from: at(from), to: at(to) }, zone);
  expect(ticks.map(({ day, time, utc }) => `${day}|${time}|${utc}`)).toEqual(expected);
});

test("Whatever the span and the zone: few ticks, ascending, within the axis, and seldom none", () => {
  const zone = fc.constantFrom("UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia");
  const length = fc.oneof(
    fc.integer({ min: 3_600_000, max: DAY }),
    fc.integer({ min: DAY, max: 4000 * DAY }),
  );
  const from = fc.integer({ min: at("2010-01-01T00:00Z"), max: at("2040-01-01T00:00Z") });
  fc.assert(
    fc.property(from, length, zone, (start, span, where) => {
      const axis = { from: start, to: start + span };
      const instants = ticksOf(axis, where).map((tick) => tick.at);
      expect(instants.length).toBeGreaterThanOrEqual(1);
      expect(instants.length).toBeLessThanOrEqual(6);
      expect(instants).toEqual([...new Set(instants)].toSorted((a, b) => a - b));
      expect(instants.every((one) => one >= axis.from && one <= axis.to)).toBe(true);
    }),
  );
});

test("The zone is named with its offset, and with both where the clocks change", () => {
  const axis = { from: at("2026-10-01T00:00Z"), to: at("2026-11-01T00:00Z") };
  expect(zoneText(axis, "Europe/Berlin")).toBe("Europe/Berlin (UTC+02:00, at the end UTC+01:00)");
  expect(zoneText(axis, "Asia/Kolkata")).toBe("Asia/Kolkata (UTC+05:30)");
  expect(zoneText(axis, "UTC")).toBe("UTC");
});

test("A time on another day is told with its date", () => {
  const late = at("2026-11-23T22:30Z");
  expect(timeBesideText(at("2026-11-23T23:30Z"), late, "UTC")).toBe("23:30");
  expect(timeBesideText(at("2026-11-23T23:30Z"), late, "Europe/Berlin")).toBe("2026-11-24 00:30");
});
