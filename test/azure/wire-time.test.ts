import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseWireDuration, parseWireTime, plainTimeIn } from "../../src/azure/wire-time.ts";
import { DAY, HOUR, MINUTE } from "../../src/domain/instant.ts";

const at = Date.UTC(2026, 10, 23, 3, 12, 45, 123);

describe("times as Azure writes them", () => {
  test.each([
    ["seven decimals are cut to the millisecond", "2026-11-23T03:12:45.1239999Z", at],
    ["nine decimals too", "2026-11-23T03:12:45.123999999Z", at],
    ["a time without an offset is UTC", "2026-11-23T03:12:45.123", at],
    ["an offset is taken off", "2026-11-23T05:12:45.123+02:00", at],
    ["an offset without a colon too", "2026-11-22T21:42:45.123-0530", at],
    ["a space may stand for the T", "2026-11-23 03:12:45.123Z", at],
    ["one decimal is a tenth", "2026-11-23T03:12:45.1Z", at - 23],
    ["seconds may be missing", "2026-11-23T03:12Z", at - 45_123],
    ["29 February of a leap year is a day", "2028-02-29T00:00:00Z", Date.UTC(2028, 1, 29)],
  ])("%s", (_, text, expected) => {
    expect(parseWireTime(text)).toBe(expected);
  });

  test.each([
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "2026-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-01-00T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T00:60:00Z",
    "2026-01-01",
    "yesterday",
    "",
  ])("%j is no time", (text) => {
    expect(parseWireTime(text)).toBeNull();
  });

  test("bytes of a usual time say the same as its text", () => {
    const usual = "2026-11-23T03:12:45.1234567Z";
    expect(plainTimeIn(new TextEncoder().encode(`${usual}"`), 0)).toBe(at);
    for (const odd of ["2026-02-30", "2026-11-31", "2026-13-01", "1969-11-23", "9000-11-23"]) {
      const text = usual.replace("2026-11-23", odd);
      expect(plainTimeIn(new TextEncoder().encode(`${text}"`), 0)).toBeNull();
    }
    const character = fc.constantFrom(...'0123456789TZ:.-+ "'.split(""));
    const change = fc.tuple(fc.nat(usual.length), character);
    fc.assert(
      fc.property(fc.array(change, { maxLength: 3 }), fc.nat(4), (changes, cut) => {
        const characters = usual.split("");
        for (const [where, put] of changes) {
          characters[where] = put;
        }
        characters.splice(20, cut);
        const text = characters.join("");
        const [value = ""] = text.split('"');
        const found = plainTimeIn(new TextEncoder().encode(`${text}"`), 0);
        expect(found === null || found === parseWireTime(value)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test("a Date of the SDK is taken as it is, unless it is absurd", () => {
    expect(parseWireTime(new Date(at))).toBe(at);
    expect(parseWireTime(new Date(Number.NaN))).toBeNull();
    expect(parseWireTime(new Date("0001-01-01T00:00:00Z"))).toBeNull();
  });

  test("what JavaScript writes is read back", () => {
    const times = fc.date({
      min: new Date("1970-01-01T00:00:00Z"),
      max: new Date("8999-12-31T23:59:59Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(times, (date) => {
        expect(parseWireTime(date.toISOString())).toBe(date.getTime());
      }),
    );
  });
});

describe("durations", () => {
  test.each([
    ["PT3H", 3 * HOUR],
    ["P1DT30M", DAY + 30 * MINUTE],
    ["PT1M30.5S", MINUTE + 30_000],
    ["pt1h", HOUR],
    ["P", null],
    ["PT", null],
    ["3 hours", null],
    ["", null],
  ])("%j", (text, expected) => {
    expect(parseWireDuration(text)).toBe(expected);
  });
});
