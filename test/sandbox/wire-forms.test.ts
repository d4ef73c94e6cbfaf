import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseActivityRow } from "../../src/azure/activity-row.ts";
import { RuleInterner } from "../../src/azure/rule-interner.ts";
import { generateTenant } from "../../src/sandbox/generate-tenant.ts";
import { Random } from "../../src/sandbox/random.ts";
import {
  disorder,
  toCliRow,
  toDiagnosticRecord,
  toLogAnalyticsRow,
} from "../../src/sandbox/wire-forms.ts";
import type { WireRecord } from "../../src/sandbox/wire-forms.ts";
import type { WireRow } from "../../src/sandbox/wire-row.ts";

const START = Date.UTC(2026, 10, 2);
const { rows } = generateTenant({ seed: 7, size: "tiny", start: START });
const first = rows.find((row) => row.status.value === "Started" && row.caller !== undefined);

test("Disorder repeats and moves rows, and loses none.", () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(fc.nat()), (seed, items) => {
      const delivered = disorder(items, new Random(seed)).flat();
      expect(new Set(delivered)).toEqual(new Set(items));
    }),
  );
});

test("The diagnostic-settings form names operation and resource in upper case.", () => {
  const record = first === undefined ? {} : toDiagnosticRecord(first, new Random(1));
  expect(record).toMatchObject({
    operationName: first?.operationName.value.toUpperCase(),
    resourceId: first?.resourceId.toUpperCase(),
    resultType: "Start",
    identity: { claims: first?.claims },
  });
  expect(record).not.toHaveProperty("eventDataId");
});

test("The diagnostic-settings form sometimes keeps the row's identity among the properties.", () => {
  const random = new Random(2);
  const kept = rows.filter((row) =>
    JSON.stringify(toDiagnosticRecord(row, random)).includes(row.eventDataId),
  );
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.length).toBeLessThan(rows.length);
});

test("The Log Analytics form keeps identity, caller and status.", () => {
  expect(first === undefined ? {} : toLogAnalyticsRow(first)).toMatchObject({
    ActivityStatusValue: "Start",
    Caller: first?.caller,
    EventDataId: first?.eventDataId,
    _ResourceId: first?.resourceId.toLowerCase(),
  });
});

test("The CLI prints sorted keys, and null for what is absent.", () => {
  for (const row of rows) {
    const printed = toCliRow(row);
    expect(Object.keys(printed)).toEqual(Object.keys(printed).toSorted());
    expect(printed).toHaveProperty("properties", row.properties ?? null);
  }
});

test.each([
  { form: "the API's form", write: (row: WireRow): WireRecord => ({ ...row }) },
  {
    form: "the diagnostic-settings form",
    write: (row: WireRow) => toDiagnosticRecord(row, new Random(3)),
  },
  { form: "the Log Analytics form", write: toLogAnalyticsRow },
  { form: "the CLI's form", write: toCliRow },
])("Every row of a hundred tenants can be read in $form.", ({ write }) => {
  const rules = new RuleInterner();
  const kinds = new Set<string>();
  for (let seed = 0; seed < 100; seed += 1) {
    for (const row of generateTenant({ seed, size: "tiny", start: START }).rows) {
      kinds.add(parseActivityRow(JSON.parse(JSON.stringify(write(row))), rules).kind);
    }
  }
  expect([...kinds].sort()).toEqual(["event", "irrelevant"]);
});
