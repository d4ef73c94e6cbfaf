import { expect, test } from "vitest";
import { HOUR, MINUTE } from "../../src/domain/instant.ts";
import { knownUntil, LOG_DELAY } from "../../src/ingest/read-stretches.ts";
import { Review } from "../../src/ingest/review.ts";

const NOON = Date.UTC(2026, 10, 25, 12);
const READ = [{ from: NOON - HOUR, to: NOON }];
const EXPORTED = [{ from: NOON - HOUR, to: NOON - 5 * MINUTE }];

test.each([
  ["nothing, as long as nothing came", [], [], null, Number.NEGATIVE_INFINITY],
  ["what was read whole, but for the rows that come late", READ, [], NOON, NOON - LOG_DELAY],
  ["the newest event that was streamed", [], [], NOON, NOON],
  ["an export's last row", [], EXPORTED, null, NOON - 5 * MINUTE],
  ["whichever reaches further", READ, EXPORTED, null, NOON - 5 * MINUTE],
] as const)("The log is known up to %s", (_, spans, imported, newest, until) => {
  expect(knownUntil(spans, imported, newest)).toBe(until);
});

test.each([
  ["streamed", false, NOON],
  ["read, the newest row first", true, Number.NEGATIVE_INFINITY],
] as const)(
  "A row of a log that is %s makes it known up to the right moment",
  (_, isRead, until) => {
    const review = new Review([], [], () => isRead);
    review.knows(NOON);
    expect(review.knownUntil).toBe(until);
  },
);
