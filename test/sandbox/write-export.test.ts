import { expect, test } from "vitest";
import { writeExport } from "../../src/sandbox/write-export.ts";
import type { ExportSummary } from "../../src/sandbox/write-export.ts";

const START = Date.UTC(2026, 7, 1);

test("An export has as many lines as asked for, each one row, of some 6 KB on average.", () => {
  const summaries: ExportSummary[] = [];
  const lines = [
    ...writeExport({
      seed: 1,
      rows: 3000,
      start: START,
      onEnd: (summary) => summaries.push(summary),
    }),
  ];
  expect(lines).toHaveLength(3000);
  for (const line of lines) {
    expect(JSON.parse(line)).toHaveProperty("eventDataId");
    expect(line.endsWith("}\n")).toBe(true);
  }
  const [summary] = summaries;
  expect(summary).toMatchObject({ rows: 3000 });
  expect(summary?.requests).toBeGreaterThan(0);
  expect(summary?.relevantRows).toBeLessThan(600);
  const bytes = lines.reduce((sum, line) => sum + line.length, 0);
  expect(bytes / lines.length).toBeGreaterThan(5000);
  expect(bytes / lines.length).toBeLessThan(8000);
});

test("Equal options write equal bytes.", () => {
  const options = { seed: 2, rows: 500, start: START };
  expect([...writeExport(options)]).toEqual([...writeExport(options)]);
});
