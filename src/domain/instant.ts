/** A point in time: whole milliseconds since 1970-01-01T00:00:00Z (UTC). */
export type Instant = number;

/** A length of time in milliseconds. */
export type Duration = number;

export const SECOND: Duration = 1000;
export const MINUTE: Duration = 60 * SECOND;
export const HOUR: Duration = 60 * MINUTE;
export const DAY: Duration = 24 * HOUR;

/** The instant as ISO 8601 in UTC with milliseconds, such as `2026-11-23T03:12:00.000Z`. */
export function isoUtc(instant: Instant): string {
  return new Date(instant).toISOString();
}
