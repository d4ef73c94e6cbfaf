import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { read, relevant, irrelevant, failed } from "./reading.ts";
import type { Read } from "./reading.ts";
import {
  apiForm,
  diagnosticForm,
  flatForm,
  logAnalyticsForm,
  nsgBody,
  rowContent,
  wireRule,
} from "./row-forms.ts";
import type { RowContent } from "./row-forms.ts";

const rows = [relevant, irrelevant, failed];

type Form = (row: RowContent) => Record<string, unknown>;

function lines(form: Form, list: readonly RowContent[], end = "\n"): string {
  return list.map((row) => JSON.stringify(form(row)) + end).join("");
}

/** Every form of an export, as text. */
const FORMS: readonly (readonly [string, (list: readonly RowContent[]) => string])[] = [
  ["the array that the Azure CLI prints", (list) => JSON.stringify(list.map(apiForm), null, 2)],
  ["a minified array", (list) => JSON.stringify(list.map(apiForm))],
  [
    "an array without indentation",
    (list) => JSON.stringify(list.map(apiForm), null, "\n").replaceAll(/\n+/g, "\n"),
  ],
  [
    "an array with one record per line",
    (list) => `[\n${list.map((row) => JSON.stringify(apiForm(row))).join(",\n")}\n]\n`,
  ],
  ["an API page", (list) => JSON.stringify({ value: list.map(apiForm), nextLink: "https://x/[" })],
  [
    "an API page with its link first",
    (list) =>
      JSON.stringify({ nextLink: "a]}", n: [1, { value: 2 }], value: list.map(apiForm) }, null, 1),
  ],
  [
    "API pages one after the other",
    (list) =>
      list.map((row) => JSON.stringify({ value: [apiForm(row)], nextLink: "x" })).join("\n"),
  ],
  [
    "an array of API pages",
    (list) => JSON.stringify([{ value: list.map(apiForm) }, { value: [] }]),
  ],
  [
    "single events one after the other, pretty-printed",
    (list) => list.map((row) => JSON.stringify(apiForm(row), null, 4)).join("\n"),
  ],
  ["one record per line", (list) => lines(apiForm, list)],
  ["one record per line with CRLF and blank lines", (list) => lines(apiForm, list, "\r\n\r\n")],
  ["one record per line without a last line end", (list) => lines(apiForm, list).trimEnd()],
  ["records on one line", (list) => lines(apiForm, list, "")],
  ["one diagnostic record per line", (list) => lines(diagnosticForm, list)],
  ["a diagnostic object", (list) => JSON.stringify({ records: list.map(diagnosticForm) })],
  [
    "a diagnostic object with its records on lines",
    (list) =>
      `{"records":[\n${list.map((row) => JSON.stringify(diagnosticForm(row))).join(",\n")}\n]}`,
  ],
  [
    "one diagnostic object per line",
    (list) => list.map((row) => `${JSON.stringify({ records: [diagnosticForm(row)] })}\n`).join(""),
  ],
  ["an array of Log Analytics rows", (list) => JSON.stringify(list.map(logAnalyticsForm), null, 2)],
  ["one Log Analytics row per line", (list) => lines(logAnalyticsForm, list)],
  ["flat Log Analytics rows", (list) => JSON.stringify(list.map(flatForm))],
];

/** What must be equal whatever the form: resource IDs and submission times are written differently. */
function facts({ events, summary }: Read): unknown {
  return {
    events: events.map((event) => ({ ...event, resource: event.resource.key, submittedAt: null })),
    counts: [summary.rows, summary.relevant, summary.irrelevant, summary.quarantinedRows],
    times: [summary.from, summary.to],
    truncated: summary.truncated,
    warnings: summary.warnings,
  };
}

describe("the forms of an export", () => {
  test.each(FORMS)("%s is read", async (_, write) => {
    const { events, summary } = await read(write(rows));
    expect(events.map(({ id, status, subStatus }) => [id, status, subStatus])).toEqual([
      ["e0000000-0000-0000-0000-000000000001", "succeeded", "Created"],
      ["e0000000-0000-0000-0000-000000000003", "failed", "Forbidden"],
    ]);
    expect(events[0]?.detail).toMatchObject({
      kind: "nsg-write",
      source: "request",
      ruleSet: { completeness: "complete", rules: [{ name: "a", sources: ["198.51.100.7"] }] },
    });
    expect(summary).toMatchObject({
      rows: 3,
      relevant: 2,
      irrelevant: 1,
      quarantinedRows: 0,
      quarantinedParts: 0,
      from: Date.UTC(2026, 10, 20),
      to: Date.UTC(2026, 10, 24),
      truncated: false,
      warnings: [],
    });
  });

  const array = JSON.stringify(rows.map(apiForm), null, 2);
  const swapped = Buffer.from(`\uFEFF${array}`, "utf16le").swap16();
  const half = Math.floor(array.length / 2);
  test.each([
    ["gzip", gzipSync(array)],
    [
      "gzip of several members",
      Buffer.concat([gzipSync(array.slice(0, half)), gzipSync(array.slice(half))]),
    ],
    ["UTF-8 with a byte-order mark", Buffer.from(`\uFEFF${array}`)],
    ["UTF-16 as Windows PowerShell writes it", Buffer.from(`\uFEFF${array}`, "utf16le")],
    ["UTF-16 with the high byte first", swapped],
    ["gzip of UTF-16", gzipSync(swapped)],
  ])("%s is read, whole or byte by byte", async (_, bytes) => {
    const plain = facts(await read(array));
    expect(facts(await read(bytes))).toEqual(plain);
    expect(facts(await read(bytes, { chunk: 1 }))).toEqual(plain);
  });

  test.each(["[]", '{"value":[]}', '{"records": []}', "[\n]\n"])(
    "%j is a valid export without rows",
    async (text) => {
      expect((await read(text)).summary).toMatchObject({
        rows: 0,
        quarantinedRows: 0,
        from: null,
        to: null,
        truncated: false,
      });
    },
  );

  const content = fc.record({
    operation: fc.constantFrom(
      "Microsoft.Network/networkSecurityGroups/write",
      "microsoft.network/NETWORKSECURITYGROUPS/delete",
      "Microsoft.Network/networkSecurityGroups/join/action",
      "Microsoft.Compute/virtualMachines/write",
    ),
    time: fc
      .date({ min: new Date("2020-01-01"), max: new Date("2030-01-01"), noInvalidDate: true })
      .map((date) => date.toISOString()),
    status: fc.constantFrom("Started", "Accepted", "Succeeded", "Failed"),
    subStatus: fc.constantFrom("Created", "OK", ""),
    upn: fc.string({ unit: "binary", maxLength: 20 }),
    properties: fc.dictionary(
      fc.constantFrom("requestbody", "responseBody", "message"),
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.constant(nsgBody(wireRule("a"), wireRule("b", { destinationPortRange: "5985-5986" }))),
        fc.constant('{"operationName":"x","value":[{"records":[]}]}'),
      ),
    ),
  });
  const contents = fc.array(
    content.map((changes) => rowContent(changes)),
    { minLength: 1, maxLength: 6 },
  );

  test("the same rows give the same events, whatever the form and however the bytes are split", async () => {
    const forms = fc.constantFrom(...FORMS.map(([, write]) => write));
    await fc.assert(
      fc.asyncProperty(
        contents,
        forms,
        fc.integer({ min: 1, max: 3000 }),
        async (list, write, chunk) => {
          // The submission that a form repeats and the upper casing of others are told apart elsewhere.
          expect(facts(await read(write(list), { chunk }))).toEqual(
            facts(await read(lines(apiForm, list))),
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("relevant rows among irrelevant ones, one per line", () => {
  const plain = JSON.stringify(apiForm(relevant));
  const operation = '"operationName":{"value":"Microsoft.Network/networkSecurityGroups/write"';
  const other = JSON.stringify(apiForm(irrelevant));

  test.each([
    ["with escaped slashes", plain.replace(operation, operation.replaceAll("/", "\\/"))],
    [
      "with escaped letters",
      plain.replace(operation, operation.replace("Microsoft", "\\u004dicrosoft")),
    ],
    [
      "in upper case",
      plain.replace(
        operation,
        operation.replace(
          "Microsoft.Network/networkSecurityGroups",
          "MICROSOFT.NETWORK/NETWORKSECURITYGROUPS",
        ),
      ),
    ],
    ["under a key in another casing", plain.replace('"operationName"', '"OPERATIONNAME"')],
    ["with space around the colon", plain.replace('"operationName":', '"operationName" \t: ')],
    [
      "behind its display name",
      plain.replace(
        operation,
        '"operationName":{"localizedValue":"Write","value":"Microsoft.Network/networkSecurityGroups/write"',
      ),
    ],
    [
      "behind a nested operation of no interest",
      plain.replace(
        '"authorization":{',
        '"authorization":{"operationName":"Microsoft.Web/sites/write",',
      ),
    ],
    [
      "behind a very long display name",
      plain.replace(
        operation,
        `"operationName":{"localizedValue":"${"x".repeat(3000)}","value":"Microsoft.Network/networkSecurityGroups/write"`,
      ),
    ],
  ])("an operation %s is found", async (_, line) => {
    expect(line).not.toBe(plain);
    const { events, summary } = await read(`${other}\n${other}\n${line}\n${other}\n`);
    expect(events).toHaveLength(1);
    expect(summary).toMatchObject({ irrelevant: 3, quarantinedRows: 0 });
  });

  test("rows of another form in between keep their own time", async () => {
    const late = { ...irrelevant, time: "2027-01-01T00:00:00Z" };
    const text = [other, other, JSON.stringify(diagnosticForm(late)), other].join("\n");
    expect((await read(text)).summary).toMatchObject({
      irrelevant: 4,
      from: Date.UTC(2026, 10, 20),
      to: Date.UTC(2027, 0, 1),
    });
  });
});
