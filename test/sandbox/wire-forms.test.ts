import * as fc from "fast-check";
import { expect, test } from "vitest";
import { generateTenant } from "../../src/sandbox/generate-tenant.ts";
import { Random } from "../../src/sandbox/random.ts";
import {
  disorder,
  toCliRow,
  toDiagnosticRecord,
  toLogAnalyticsRow,
} from "../../src/sandbox/wire-forms.ts";

const { rows } = generateTenant({ seed: 7, size: "tiny", start: Date.UTC(2026, 10, 2) });
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
