import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { irrelevant, read, relevant } from "./reading.ts";
import { apiForm, diagnosticForm } from "./row-forms.ts";

describe("bad input", () => {
  test.each([
    ["an empty file", "", /is empty/],
    ["blank lines", "\n \r\n", /is empty/],
    ["a byte-order mark alone", "\uFEFF", /is empty/],
    [
      "a PNG picture",
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      /a PNG picture/,
    ],
    ["a program", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]), /a program/],
    ["a ZIP archive", Buffer.from("PK\u0003\u0004rest"), /ZIP archive. Unpack it first/],
    ["other binary data", Buffer.from([1, 2, 0, 3]), /a binary file/],
    [
      "an HTML page",
      "\n<!DOCTYPE html><html><body>Sign in</body></html>",
      /an HTML page, perhaps a sign-in/,
    ],
    ["XML", '<?xml version="1.0"?><a/>', /an XML document/],
    ["plain text", "Time,Caller\nnow,me\n", /holds no Activity Log rows/],
    ["plain text of many lines", "not json\n".repeat(500), /holds no JSON objects/],
    [
      "an object of something else",
      '{"error":{"code":"AuthorizationFailed"}}',
      /no Activity Log rows/,
    ],
    ["an array of something else", '[{"a":1},{"b":[{"value":[]}]}]', /no Activity Log rows/],
    ["an array of numbers", "[1, 2, 3]", /no Activity Log rows/],
    ["a number", "42", /no Activity Log rows/],
  ])("%s is not an export", async (_, content, message) => {
    const reading = read(content);
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toMatchObject({ name: "DoorbellError", code: "not-an-export" });
  });

  const good = JSON.stringify(apiForm(relevant));
  const other = JSON.stringify(apiForm(irrelevant));
  const cut = good.slice(0, 300);

  test.each([
    [
      "a line cut in the middle of a text",
      `${good}\n${cut}\n${other}\n${good}\n`,
      "its line ends in the middle",
    ],
    [
      "a first line that is cut",
      `${cut}\n${good}\n${other}\n${good}\n`,
      "its line ends in the middle",
    ],
    [
      "a line that is cut between members",
      `${good}\n{"a":1,\n${other}\n${good}\n`,
      "its line ends in the middle",
    ],
    [
      "a line that is not JSON",
      `${good}\nWARNING: slow\n${other}\n${good}\n`,
      "it is not a JSON object",
    ],
    [
      "a line that is balanced but not valid",
      `${good}\n{"a":}\n${other}\n${good}\n`,
      "it is not valid JSON",
    ],
    [
      "an element that is balanced but not valid",
      `[${good},{"a":[}},${other},${good}]`,
      "it is not valid JSON",
    ],
    ["an element that is no object", `[${good},null,${other},${good}]`, "it is not a JSON object"],
    ["an element that is no row", `[${good},{"a":1},${other},${good}]`, "it has no operation name"],
  ])("%s is quarantined and reading goes on", async (_, text, reason) => {
    for (const chunk of [1, 7, 2 ** 16]) {
      const { events, summary } = await read(text, { chunk });
      expect(events).toHaveLength(2);
      expect(summary).toMatchObject({ irrelevant: 1, quarantinedRows: 1, truncated: false });
      expect(summary.quarantined).toMatchObject([{ file: "azure.json", scope: "row", reason }]);
    }
  });

  test("the place of what is quarantined is its record and its byte", async () => {
    const { summary } = await read(`${good}\n{"a":}\n`);
    expect(summary.quarantined).toMatchObject([{ record: 2, offset: good.length + 1 }]);
  });

  test.each([
    ["without a time", { eventTimestamp: null }, /no time/],
    ["with a time in the year 0001", { eventTimestamp: "0001-01-01T00:00:00Z" }, /"0001-01-01/],
    ["with a time after the year 9000", { eventTimestamp: "9999-01-01T00:00:00Z" }, /"9999-01-01/],
    ["with a resource ID that is none", { resourceId: "nsg-a" }, /resource ID "nsg-a" is not one/],
    [
      "on another type of resource",
      { resourceId: `${relevant.resource}/securityRules/x` },
      /cannot act upon/,
    ],
  ])("a row %s is quarantined", async (_, changes, reason) => {
    const bad = JSON.stringify({ ...apiForm(relevant), ...changes });
    const { events, summary } = await read(`${bad}\n${good}\n`);
    expect(events).toHaveLength(1);
    expect(summary.quarantinedRows).toBe(1);
    expect(summary.quarantined[0]?.reason).toMatch(reason);
  });

  test("an irrelevant row with an absurd time is quarantined, not counted", async () => {
    const bad = JSON.stringify({ ...apiForm(irrelevant), eventTimestamp: "0001-01-01T00:00:00Z" });
    const { summary } = await read(`${good}\n${bad}\n`);
    expect(summary).toMatchObject({ rows: 1, quarantinedRows: 1, from: summary.to });
  });

  test("a single event without a time is quarantined: the file is an export all the same", async () => {
    const { summary } = await read(JSON.stringify({ ...apiForm(relevant), eventTimestamp: null }));
    expect(summary).toMatchObject({ rows: 0, quarantinedRows: 1 });
  });

  test("a resource ID that is none does not matter in an irrelevant row", async () => {
    const bad = JSON.stringify({ ...apiForm(irrelevant), resourceId: "?" });
    expect((await read(bad)).summary).toMatchObject({ irrelevant: 1, quarantinedRows: 0 });
  });

  test("only the first quarantined rows are listed, all are counted", async () => {
    const text = `${good}\n${'{"a":}\n'.repeat(250)}`;
    const { summary } = await read(text);
    expect(summary.quarantinedRows).toBe(250);
    expect(summary.quarantined).toHaveLength(100);
  });

  test("invalid UTF-8 in a relevant row is replaced, and that is said", async () => {
    const bytes = Buffer.from(good.replace('"Alice"', '"Al#ce"'));
    bytes[bytes.indexOf("#")] = 0xff;
    const { events, summary } = await read(bytes);
    expect(events[0]?.principal.displayName).toBe("Al\uFFFDce");
    expect(summary.warnings).toEqual([
      "azure.json has invalid UTF-8 in 1 row; it was replaced by U+FFFD.",
    ]);
  });

  test("a replacement character that was in the text already is no fault", async () => {
    const { summary } = await read(good.replace('"Alice"', '"Al\uFFFDce"'));
    expect(summary.warnings).toEqual([]);
  });

  test("a record over the limit is quarantined, whatever holds it", async () => {
    const long = JSON.stringify({ ...apiForm(relevant), description: "x".repeat(5000) });
    for (const text of [`${good}\n${long}\n${good}\n`, `[${good},${long},${good}]`]) {
      for (const chunk of [100, 2 ** 20]) {
        const { events, summary } = await read(text, { chunk, recordLimit: 4000 });
        expect(events).toHaveLength(2);
        expect(summary.quarantined).toMatchObject([{ record: 2, reason: /longer than/ }]);
      }
    }
  });

  test("a record of 100 MB on one line is quarantined by default", async () => {
    const long = `{"operationName":"${"x".repeat(100 * 2 ** 20)}"}`;
    const { events, summary } = await read(`${good}\n${long}\n${good}\n`, { chunk: 2 ** 20 });
    expect(events).toHaveLength(2);
    expect(summary.quarantined).toMatchObject([{ record: 2, reason: "it is longer than 32 MiB" }]);
  });

  test("a list far over the record limit on one line is read", async () => {
    const text = JSON.stringify({
      records: Array.from({ length: 50 }, () => diagnosticForm(relevant)),
    });
    const { events, summary } = await read(text, { recordLimit: 5000 });
    expect(text.length).toBeGreaterThan(50_000);
    expect(events).toHaveLength(50);
    expect(summary.quarantinedRows).toBe(0);
  });
});

describe("truncated exports", () => {
  const list = [relevant, relevant, relevant].map(apiForm);
  const array = JSON.stringify(list, null, 2);
  test.each([
    ["an array", array.slice(0, -400), 2],
    ["an array without its last bracket", array.slice(0, -1), 3],
    ["an API page", JSON.stringify({ value: list }).slice(0, -1), 3],
    [
      "one record per line",
      list
        .map((row) => JSON.stringify(row))
        .join("\n")
        .slice(0, -9),
      2,
    ],
    ["gzip", gzipSync(Buffer.from(array)).subarray(0, -12), 2],
  ])("%s yields what it held, and a warning", async (name, content, complete) => {
    const { events, summary } = await read(content);
    expect(summary.truncated).toBe(true);
    expect(summary.warnings).toHaveLength(1);
    expect(summary.warnings[0]).toMatch(/^azure\.json is truncated: /);
    // How much a decompressor gives before the cut is its own affair.
    expect(events.length).toBeLessThanOrEqual(name === "gzip" ? 3 : complete);
    expect(events.length).toBeGreaterThanOrEqual(name === "gzip" ? 1 : complete);
  });

  test("damaged gzip data are told as such", async () => {
    const bytes = gzipSync(Buffer.from(array));
    bytes.fill(0xff, Math.floor(bytes.length / 2));
    const { summary } = await read(bytes);
    expect(summary.warnings).toEqual([
      expect.stringMatching(/the gzip data end in the middle or are damaged/),
    ]);
  });

  test("a cut anywhere loses no complete record and invents none", async () => {
    const text = list.map((row) => `${JSON.stringify(row)}\n`).join("");
    const length = text.length / 3;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: text.length - 2 }), async (end) => {
        const { events, summary } = await read(text.slice(0, end));
        expect(events).toHaveLength(Math.floor((end + 1) / length));
        expect(summary.truncated).toBe(end % length !== 0 && (end + 1) % length !== 0);
      }),
    );
  });
});
