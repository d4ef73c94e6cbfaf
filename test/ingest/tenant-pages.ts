import type { ActivityEvent } from "../../src/domain/activity-event.ts";
import type { FeedPage, ReadSpan, ReceivedEvent } from "../../src/domain/feed.ts";
import { DAY, HOUR } from "../../src/domain/instant.ts";
import { generateTenant } from "../../src/sandbox/generate-tenant.ts";
import { Random } from "../../src/sandbox/random.ts";
import { disorder, toDiagnosticRecord, toLogAnalyticsRow } from "../../src/sandbox/wire-forms.ts";
import type { WireRow } from "../../src/sandbox/wire-row.ts";
import { eventsOf } from "../correlate/tenant-feed.ts";
import { EMPTY_PAGE, ListedSource } from "../fakes/listed-source.ts";

/** When the generated tenants begin. */
export const START = Date.UTC(2026, 9, 1);
/** What feeds have read when they are through. */
export const WHOLE: ReadSpan = { from: START - 90 * DAY, to: START + 2 * DAY };

/** A tenant of two Azure subscriptions, told by several feeds in disorder. */
export interface TenantFeeds {
  readonly sources: readonly ListedSource[];
  /** What all of them tell together. */
  readonly events: readonly ActivityEvent[];
  /** Lower-cased IDs. */
  readonly subscriptions: readonly string[];
}

/** A small generated tenant as feeds tell it. */
export function tenantFeeds(seed: number, requests = 8): TenantFeeds {
  const random = new Random(seed);
  const { rows } = generateTenant({
    seed,
    start: START,
    size: {
      subscriptions: 2,
      vms: 4,
      people: 3,
      requests,
      acts: 4,
      noise: 2,
      days: 1,
      rules: 2,
      groups: 1,
    },
  });
  const received = rows.flatMap((row) => receivedFrom(row, row));
  const subscriptions = [...new Set(received.map(subscriptionOf))];
  const own = subscriptions.map((one) => {
    const events = received.filter((event) => subscriptionOf(event) === one);
    return new ListedSource(`activity-log/${one}`, one, pagesOf(events, random));
  });
  const others = rows.flatMap((row) =>
    random.chance(0.5)
      ? receivedFrom(toDiagnosticRecord(row, random), row)
      : receivedFrom(toLogAnalyticsRow(row), row),
  );
  const hub = new ListedSource("event-hubs", null, disorder(others, random).map(pageOf));
  return {
    sources: [...own, hub],
    events: [...received, ...others].map(({ event }) => event),
    subscriptions,
  };
}

function receivedFrom(record: unknown, row: WireRow): readonly ReceivedEvent[] {
  return eventsOf([record]).map((event) => ({ event, raw: JSON.stringify(row) }));
}

function subscriptionOf({ event }: ReceivedEvent): string {
  return event.resource.subscriptionId;
}

/** The last page says that all was read whole; a page in between tells a part of it. */
function pagesOf(events: readonly ReceivedEvent[], random: Random): readonly FeedPage[] {
  const pages = disorder(events, random).map(pageOf);
  const part = { from: START, to: START + random.int(1, 20) * HOUR };
  return [...pages, { ...EMPTY_PAGE, read: part }, EMPTY_PAGE, { ...EMPTY_PAGE, read: WHOLE }];
}

function pageOf(events: readonly ReceivedEvent[]): FeedPage {
  return { ...EMPTY_PAGE, events };
}
