import { expect, test } from "vitest";
import { DAY, HOUR } from "../../src/domain/instant.ts";
import { ActivityLog } from "../../src/sandbox/activity-log.ts";
import { generateTenant } from "../../src/sandbox/generate-tenant.ts";
import type { WireRow } from "../../src/sandbox/wire-row.ts";
import { wireTime } from "../../src/sandbox/wire-row.ts";

const START = Date.UTC(2026, 0, 1);
const [sample] = generateTenant({ seed: 1, size: "tiny", start: START, traps: {} }).rows;

/** A row for every hour, readable at once. */
function rows(hours: number): WireRow[] {
  if (sample === undefined) {
    throw new Error("The tenant has no rows.");
  }
  const row = sample;
  return Array.from({ length: hours }, (_, hour) => {
    const eventTimestamp = wireTime(START + hour * HOUR, "0000");
    return { ...row, eventTimestamp, submissionTimestamp: eventTimestamp };
  });
}

const ALL = {
  subscription: sample?.subscriptionId.toLowerCase() ?? "",
  from: "2026",
  to: "2028",
  narrowing: null,
  before: null,
  limit: 1_000_000,
};

test("The log forgets what Azure would, so that a long demo does not grow without an end.", () => {
  const log = new ActivityLog();
  const all = rows(24 * 400);
  const counts: number[] = [];
  for (const [hour, row] of all.entries()) {
    const now = START + hour * HOUR;
    log.add([row]);
    log.forget(now);
    if (hour % 240 === 0) {
      counts.push(log.page(ALL, now).rows.length);
    }
  }
  expect(Math.max(...counts)).toBeLessThan(91 * 24 + 1001);
  // Whatever can be asked for is there.
  const last = START + (all.length - 1) * HOUR;
  const kept = log.page({ ...ALL, from: wireTime(last - 90 * DAY, "0000") }, last).rows;
  expect(kept).toHaveLength(90 * 24 + 1);
});

test("Who is in the middle of paging is not disturbed when old rows go.", () => {
  const log = new ActivityLog();
  log.add(rows(3500));
  const now = START + 3500 * HOUR;
  const { next, rows: first } = log.page({ ...ALL, limit: 10 }, now);
  log.forget(now);
  const second = log.page({ ...ALL, limit: 10, before: next }, now).rows;
  const times = [...first, ...second].map((row) => row.eventTimestamp);
  const wanted = rows(3500).map((row) => row.eventTimestamp);
  expect(times).toEqual(wanted.slice(-20).toReversed());
  expect(log.page(ALL, now).rows).toHaveLength(2500);
});
