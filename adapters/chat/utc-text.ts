import { DateTime } from "luxon";
import type { TimeSpan } from "../../src/message/message.ts";

/** The instant in UTC, such as `2026-11-23 03:12 UTC`. */
export function utcText({ at, style }: TimeSpan): string {
  const utc = DateTime.fromMillis(at, { zone: "utc" });
  return utc.toFormat(
    style === "time" ? "HH:mm 'UTC'" : `yyyy-MM-dd HH:mm${style === "exact" ? ":ss" : ""} 'UTC'`,
  );
}
