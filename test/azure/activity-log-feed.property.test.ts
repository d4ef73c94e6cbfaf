import {
  array,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  integer,
  nat,
  oneof,
  record,
} from "fast-check";
import { expect, test } from "vitest";
import { ActivityLogFeed } from "../../src/azure/activity-log-feed.ts";
import { LOG_PROVIDERS } from "../../src/azure/activity-log-page.ts";
import { AzureFault } from "../../src/azure/azure-fault.ts";
import type { FeedPage } from "../../src/domain/feed.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/domain/instant.ts";
import type { Instant } from "../../src/domain/instant.ts";
import { FakeLog } from "./fake-log.ts";
import type { LoggedRow } from "./fake-log.ts";
import { LeapClock } from "./leap-clock.ts";
import { jitRequest, logParts, nsgWrite, START } from "./log-feed.ts";

const minutes = (min: number, max: number) => integer({ min, max }).map((count) => count * MINUTE);

/** When something happened, how late it showed, and under which provider. */
const happening = record({
  at: minutes(-23 * 60, 8 * 24 * 60),
  delay: oneof(minutes(0, 20), minutes(0, 19 * 60)),
  provider: constantFrom(...LOG_PROVIDERS),
  isReadable: boolean(),
});

/** One run of the program: how many pages it stores before it dies, and how long it is away. */
const life = record({ pages: integer({ min: 0, max: 40 }), away: minutes(0, 4 * 24 * 60) });

const wire = record({
  pageSize: integer({ min: 1, max: 6 }),
  callTime: integer({ min: 0, max: 20 * SECOND }),
  /** Which calls fail, and how. */
  faults: array(constantFrom(null, null, null, "throttled", "unreachable", "rejected")),
  /** Decides the order of the rows of an answer. */
  order: array(nat(), { minLength: 1 }),
});

const schedule = record({
  poll: minutes(15, 60),
  overlap: minutes(30, 60),
  sweep: minutes(60, 5 * 60),
});

test("whatever the wire does and wherever the program stops, every row arrives", async () => {
  const story = record({
    happenings: array(happening, { maxLength: 40 }),
    lives: array(life, { maxLength: 5 }),
    wire,
    schedule,
  });
  await assert(
    asyncProperty(story, async ({ happenings, lives, wire, schedule }) => {
      const rows = happenings.map(({ at, delay, provider, isReadable }, index): LoggedRow => {
        const row =
          provider === "Microsoft.Network"
            ? nsgWrite(`row-${index}`, START + at, START + at + delay)
            : jitRequest(`row-${index}`, START + at, START + at + delay);
        return { ...row, provider, json: isReadable ? row.json : { index, operationName: "x" } };
      });
      const arrived = new Set<string>();
      let cursor: string | null = null;
      let now = START;
      // Until a cursor is stored, each start is a first one: what lies before it is the backfill's.
      let since = START - DAY;
      const end = START + 8 * DAY;
      for (const { pages, away } of [...lives, { pages: Number.POSITIVE_INFINITY, away: 0 }]) {
        const isLast = pages === Number.POSITIVE_INFINITY;
        const clock = new LeapClock(now, isLast ? Math.max(now, end) + 26 * HOUR : undefined);
        const log = new FakeLog(clock, {
          pageSize: wire.pageSize,
          callTime: wire.callTime,
          order: (found) => shuffled(found, wire.order, clock.now()),
          fault: (call) => faultOf(wire.faults[call % 97] ?? null),
        });
        log.rows.push(...rows);
        const feed = new ActivityLogFeed(logParts(log, clock), schedule);
        let stored = 0;
        for await (const page of feed.pages(cursor, clock.signal)) {
          if (stored >= pages) {
            break;
          }
          stored += 1;
          identities(page).forEach((identity) => arrived.add(identity));
          since = cursor === null ? now - DAY : since;
          cursor = page.cursor ?? cursor;
          expect(unreadIn(page, rows, arrived)).toEqual([]);
        }
        now = clock.now() + away;
      }
      const owed = rows.filter((row) => row.at >= since).map(identityOf);
      expect(owed.filter((identity) => !arrived.has(identity))).toEqual([]);
    }),
    { numRuns: 25 },
  );
});

function faultOf(kind: "throttled" | "unreachable" | "rejected" | null): AzureFault | null {
  return kind === null ? null : new AzureFault(kind, kind);
}

function shuffled(
  rows: readonly LoggedRow[],
  keys: readonly number[],
  now: Instant,
): readonly LoggedRow[] {
  const key = (index: number) => keys[(index + Math.floor(now / MINUTE)) % keys.length] ?? 0;
  return rows
    .map((row, index) => ({ row, key: key(index) }))
    .sort((a, b) => a.key - b.key)
    .map(({ row }) => row);
}

function identities(page: FeedPage): string[] {
  return [...page.events.map(({ raw }) => raw), ...page.quarantined.map(({ raw }) => raw)];
}

function identityOf(row: LoggedRow): string {
  return JSON.stringify(row.json);
}

/** Rows that the page says were read, and that have not arrived. */
function unreadIn(
  { read }: FeedPage,
  rows: readonly LoggedRow[],
  arrived: ReadonlySet<string>,
): readonly { readonly at: Instant }[] {
  return rows.filter(
    (row) =>
      read !== null &&
      row.provider !== "Microsoft.Compute" &&
      row.at >= read.from &&
      row.at <= read.to &&
      row.visibleAt <= read.to &&
      !arrived.has(identityOf(row)),
  );
}
