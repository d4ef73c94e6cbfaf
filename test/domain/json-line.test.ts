import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonLine, rowLine } from "../../src/domain/json-line.ts";

describe("a line of JSON", () => {
  test.each([
    ["\u009B31m", '{"text":"\\u009b31m"}'],
    ["a\u202Eb\u2066", '{"text":"a\\u202eb\\u2066"}'],
    ["a\u2028b\u007F", '{"text":"a\\u2028b\\u007f"}'],
    ["\u{E0041}", '{"text":"\\udb40\\udc41"}'],
    ["Ærø \u{1F511}", '{"text":"Ærø \u{1F511}"}'],
  ])("%j is written %s", (text, line) => {
    expect(jsonLine({ text })).toBe(line);
  });

  test("says the same as JSON does, and steers nothing, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const line = jsonLine({ text });
        expect(JSON.parse(line)).toEqual({ text });
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

test("JSON of somebody else on one line says the same, and steers nothing, however it was laid out", () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ stringUnit: "binary" }),
      fc.constantFrom(undefined, 2, "\t"),
      fc.boolean(),
      (value, indent, isFromWindows) => {
        const json = JSON.stringify(value, null, indent);
        const line = rowLine(isFromWindows ? json.replaceAll("\n", "\r\n") : json);
        expect(JSON.stringify(JSON.parse(line))).toBe(JSON.stringify(value));
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      },
    ),
  );
});
