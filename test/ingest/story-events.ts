import { z } from "zod";
import type { FeedPage, ReceivedEvent } from "../../src/domain/feed.ts";
import type { Instant } from "../../src/domain/instant.ts";
import { eventsOf } from "../correlate/tenant-feed.ts";
import { EMPTY_PAGE } from "../fakes/listed-source.ts";
import { STORIES } from "../fixtures/stories.ts";

/** An instant of the day of the story, such as `14:08`. */
export function on23(time: string): Instant {
  return Date.parse(`2026-11-23T${time}Z`);
}

/** What the log of `alice-opens-rdp` shows between two instants, oldest first. */
export function storyEvents(from: Instant, to: Instant): readonly ReceivedEvent[] {
  const rows = z.array(z.unknown()).parse(JSON.parse(STORIES["alice-opens-rdp"]?.() ?? "[]"));
  return rows
    .flatMap((row) => eventsOf([row]).map((event) => ({ event, raw: JSON.stringify(row) })))
    .filter(({ event }) => event.at >= from && event.at < to)
    .toSorted((a, b) => a.event.at - b.event.at);
}

/** A poll that found these and read everything up to an instant. */
export function poll(events: readonly ReceivedEvent[], to: Instant): FeedPage {
  return { ...EMPTY_PAGE, events, read: { from: on23("00:00"), to } };
}
