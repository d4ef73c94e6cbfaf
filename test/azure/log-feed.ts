import { ActivityLogFeed } from "../../src/azure/activity-log-feed.ts";
import type { LogFeedParts } from "../../src/azure/activity-log-feed.ts";
import type { LogReader } from "../../src/azure/activity-log-page.ts";
import type { LogSchedule } from "../../src/azure/log-progress.ts";
import { logPurpose } from "../../src/azure/monitor-log-reader.ts";
import { ReadBudget } from "../../src/azure/read-budget.ts";
import { RuleInterner } from "../../src/azure/rule-interner.ts";
import type { FeedPage } from "../../src/domain/feed.ts";
import { HOUR, MINUTE } from "../../src/domain/instant.ts";
import type { Instant } from "../../src/domain/instant.ts";
import type { ActivitySource, Clock } from "../../src/ports.ts";
import { always, ENDLESS } from "./leap-clock.ts";
import { apiForm, JIT_INITIATE, NSG_ID, NSG_WRITE, POLICY_ID, rowContent } from "./row-forms.ts";
import type { LoggedRow } from "./fake-log.ts";

export const START: Instant = Date.UTC(2026, 10, 23, 12);
export const AZURE_SUBSCRIPTION = "11111111-2222-3333-4444-555555555555";
export const SCHEDULE: LogSchedule = { poll: MINUTE, overlap: 30 * MINUTE, sweep: HOUR };

/** The parts of a feed that reads this log, with whatever a test changes. */
export function logParts(
  reader: LogReader,
  clock: Clock,
  changes: Partial<LogFeedParts> = {},
): LogFeedParts {
  return {
    reader,
    clock,
    wall: ENDLESS,
    budget: new ReadBudget(),
    purpose: logPurpose(AZURE_SUBSCRIPTION, "azure.tenants[0]"),
    random: always(0),
    rules: new RuleInterner(),
    ...changes,
  };
}

/** A live feed over this log. */
export function logFeed(
  reader: LogReader,
  clock: Clock,
  changes: Partial<LogFeedParts> = {},
): ActivityLogFeed {
  return new ActivityLogFeed(logParts(reader, clock, changes), SCHEDULE);
}

/** All pages until the signal aborts or the source ends. */
export async function allPages(
  source: ActivitySource,
  signal: AbortSignal,
  cursor: string | null = null,
): Promise<FeedPage[]> {
  const pages: FeedPage[] = [];
  for await (const page of source.pages(cursor, signal)) {
    pages.push(page);
  }
  return pages;
}

/** The last cursor of the pages. */
export function lastCursor(pages: readonly FeedPage[]): string | null {
  return pages.findLast(({ cursor }) => cursor !== null)?.cursor ?? null;
}

/** Identities of the events of the pages, in the order in which they came. */
export function eventIds(pages: readonly FeedPage[]): string[] {
  return pages.flatMap(({ events }) => events.map(({ event }) => event.id));
}

/** A write of an NSG in the log. */
export function nsgWrite(id: string, at: Instant, visibleAt: Instant = at): LoggedRow {
  return {
    provider: "Microsoft.Network",
    at,
    visibleAt,
    json: apiForm(
      rowContent({
        eventDataId: id,
        operation: NSG_WRITE,
        resource: NSG_ID,
        time: new Date(at).toISOString(),
      }),
    ),
  };
}

/** A request for access in the log. */
export function jitRequest(id: string, at: Instant, visibleAt: Instant = at): LoggedRow {
  return {
    provider: "Microsoft.Security",
    at,
    visibleAt,
    json: apiForm(
      rowContent({
        eventDataId: id,
        operation: JIT_INITIATE,
        resource: POLICY_ID,
        time: new Date(at).toISOString(),
      }),
    ),
  };
}
