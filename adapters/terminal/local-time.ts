import { DateTime } from "luxon";
import type { Instant } from "../../src/domain/instant.ts";
import type { TimeSpan } from "../../src/message/message.ts";

/**
 * An instant in the reader's zone with UTC beside it where the two differ, such as
 * `2026-11-23 14:02 (13:02 UTC)`. The zone itself is named once, below the message.
 */
export function localTime(at: Instant, style: TimeSpan["style"], zone: string): string {
  const local = DateTime.fromMillis(at, { zone });
  if (local.offset === 0) {
    return `${local.toFormat(formatOf(style))} UTC`;
  }
  const utc = local.toUTC();
  const clock = style === "exact" ? "HH:mm:ss" : "HH:mm";
  const utcFormat = utc.toISODate() === local.toISODate() ? clock : `yyyy-MM-dd ${clock}`;
  return `${local.toFormat(formatOf(style))} (${utc.toFormat(utcFormat)} UTC)`;
}

/** Says once in which zone the times are. */
export function zoneNote(zone: string): string {
  return `Times are in ${zone === "utc" ? "UTC" : zone}.`;
}

function formatOf(style: TimeSpan["style"]): string {
  switch (style) {
    case "time":
      return "HH:mm";
    case "date-time":
      return "yyyy-MM-dd HH:mm";
    case "exact":
      return "yyyy-MM-dd HH:mm:ss";
  }
}
