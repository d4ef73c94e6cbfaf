import { expect, test } from "vitest";
import { HOUR, MINUTE } from "../../src/domain/instant.ts";
import { knownUntil, LOG_DELAY } from "../../src/ingest/read-stretches.ts";

const NOON = Date.UTC(2026, 10, 25, 12);
const READ = [{ from: NOON - HOUR, to: NOON }];
const EXPORTED = [{ from: NOON - HOUR, to: NOON - 5 * MINUTE }];

test.each([
  [
    "nothing, whatever rows came, before a stretch was read whole",
    [],
    [],
    Number.NEGATIVE_INFINITY,
  ],
  ["what was read whole, but for the rows that come late", READ, [], NOON - LOG_DELAY],
  ["an export's last row", [], EXPORTED, NOON - 5 * MINUTE],
  ["whichever reaches further", READ, EXPORTED, NOON - 5 * MINUTE],
] as const)("The log is known up to %s", (_, spans, imported, until) => {
  expect(knownUntil(spans, imported)).toBe(until);
});
