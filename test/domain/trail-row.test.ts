import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { trailCsvHeader, trailCsvLine } from "../../src/domain/trail-csv.ts";
import { trailRow } from "../../src/domain/trail-row.ts";
import {
  ALICE,
  attribution,
  candidate,
  finding,
  opening,
  OPEN,
  resource,
} from "../ask/trail-builder.ts";

const KEYS = [
  "id",
  "kind",
  "vm",
  "vmName",
  "port",
  "protocol",
  "sources",
  "nsg",
  "rule",
  "openedAt",
  "openedAtExact",
  "promisedEnd",
  "closedAt",
  "closedBy",
  "verdict",
  "actor",
  "actorId",
  "clientAddress",
  "justification",
  "candidates",
  "reasons",
  "findings",
  "events",
];

describe("the JSON form of an opening", () => {
  test("has exactly the promised keys in the promised order", () => {
    const row = trailRow(opening());
    expect(Object.keys(row)).toEqual(KEYS);
    expect(row.candidates.map((one) => Object.keys(one))).toEqual([
      ["actor", "requestId", "reasons"],
    ]);
  });

  test("carries the whole opening", () => {
    expect(
      trailRow(opening({ findings: [finding("any-source", "critical", "Any address.")] })),
    ).toEqual({
      id: "o-000000000001",
      kind: "jit",
      vm: resource("vm", "vm-x").text,
      vmName: "vm-x",
      port: "3389",
      protocol: "TCP",
      sources: ["203.0.113.7"],
      nsg: resource("nsg", "nsg-x").text,
      rule: "SecurityCenter-JITRule-1170687618-8C18BF8921F041989344B4F1E3A0C370",
      openedAt: "2026-11-23T14:02:00.000Z",
      openedAtExact: true,
      promisedEnd: "2026-11-23T16:02:00.000Z",
      closedAt: "2026-11-23T16:02:00.000Z",
      closedBy: "Windows Azure Security Resource Provider",
      verdict: "certain",
      actor: "alice@contoso.com",
      actorId: "a11ce000-0000-0000-0000-000000000000",
      clientAddress: "198.51.100.7",
      justification: "INC-4411 disk full",
      candidates: [
        {
          actor: "alice@contoso.com",
          requestId: "r-000000000001",
          reasons: ["It asked for port 3389."],
        },
      ],
      reasons: ["The rule's description names vm-x.", "No other request fits."],
      findings: ["any-source"],
      events: ["e-1", "e-2"],
    });
  });

  test("has null where nothing is known", () => {
    const row = trailRow(
      opening({
        ...OPEN,
        vm: null,
        vmName: null,
        promisedEnd: null,
        port: { from: 0, to: 65535 },
        attribution: attribution({
          verdict: "unattributed",
          actor: null,
          clientAddress: null,
          justification: null,
        }),
      }),
    );
    expect(row).toMatchObject({
      vm: null,
      vmName: null,
      port: "*",
      promisedEnd: null,
      closedAt: null,
      closedBy: null,
      actor: null,
      actorId: null,
      clientAddress: null,
      justification: null,
    });
  });
});

describe("the CSV form", () => {
  test("has the keys of the JSON form as its header", () => {
    expect(trailCsvHeader()).toBe(KEYS.join(","));
  });

  test("joins lists, quotes what must be quoted and leaves null empty", () => {
    const line = trailCsvLine(
      opening({
        closedAt: null,
        closedBy: null,
        attribution: attribution({
          justification: 'disk "full", see\nticket',
          candidates: [candidate(ALICE, "r-1"), candidate(null, null)],
          reasons: [],
        }),
      }),
    );
    expect(cellsOf(line)).toMatchObject({
      closedAt: "",
      closedBy: "",
      justification: 'disk "full", see ticket',
      candidates: "alice@contoso.com (r-1); unknown",
      events: "e-1; e-2",
    });
  });

  test.each(["=1+1", "+1", "-1", "@SUM(A1)", " =1", "＝1"])(
    "a cell that begins like the formula %j gets an apostrophe",
    (justification) => {
      const line = trailCsvLine(opening({ attribution: attribution({ justification }) }));
      expect(cellsOf(line)["justification"]).toBe(`'${justification}`);
    },
  );

  test.each([
    ["\t=1", "' =1"],
    ["\r\n=1", "' =1"],
    ["\u200B=1", "'\uFFFD=1"],
    ["\u0000+1", "'\uFFFD+1"],
    ["a\u001B[2J\u202Eb\nc", "a\uFFFD[2J\uFFFDb c"],
  ])("the text %j becomes %j: it steers no terminal and hides no formula", (text, shown) => {
    const line = trailCsvLine(opening({ attribution: attribution({ justification: text }) }));
    expect(cellsOf(line)["justification"]).toBe(shown);
  });

  test("any text that steers nothing comes back whole, and no cell begins a formula", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const line = trailCsvLine(opening({ attribution: attribution({ justification: text }) }));
        const cell = cellsOf(line)["justification"] ?? "";
        const whole = text
          .replaceAll(/\r\n|[\r\n\t]/g, " ")
          .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, "\uFFFD");
        const seen = cell.replaceAll(/\p{C}/gu, "\uFFFD");
        expect([whole, `'${whole}`]).toContain(seen);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
        expect(cell).not.toMatch(/^[=+\-@]/);
      }),
    );
  });
});

/** Reads one CSV record as RFC 4180 has it. */
function cellsOf(line: string): Record<string, string> {
  const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "",
  );
  expect(cells).toHaveLength(KEYS.length);
  return Object.fromEntries(KEYS.map((key, index) => [key, cells[index] ?? ""]));
}
