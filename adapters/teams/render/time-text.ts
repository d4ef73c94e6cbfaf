import { DateTime } from "luxon";
import type { TimeSpan } from "../../../src/message/message.ts";
import { utcText } from "../../chat/utc-text.ts";

/** Times outside of these a client might not show. */
const EARLIEST = Date.UTC(1971, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);

/**
 * An instant in the reader's own zone, with UTC beside it: for clients that leave the functions as they
 * are, and because they know no seconds. The functions take UTC without fractions of seconds.
 * Source: https://learn.microsoft.com/en-us/adaptive-cards/authoring-cards/text-features (date and time)
 */
export function timeText(span: TimeSpan): string {
  const utc = utcText(span);
  if (span.at < EARLIEST || span.at >= LATEST) {
    return utc;
  }
  const at = DateTime.fromMillis(span.at, { zone: "utc" }).toFormat("yyyy-MM-dd'T'HH:mm:ss'Z'");
  const own = span.style === "time" ? `{{TIME(${at})}}` : `{{DATE(${at},SHORT)}} {{TIME(${at})}}`;
  return `${own} (${utc})`;
}
