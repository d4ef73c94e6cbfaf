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

/** A length of time in words, to the two largest units: `42 s`, `5 min`, `1 h 10 min`, `3 d 4 h`. */
export function durationText(duration: Duration): string {
  const seconds = Math.round(Math.abs(duration) / SECOND);
  const units: readonly (readonly [string, number])[] = [
    ["d", 86_400],
    ["h", 3600],
    ["min", 60],
    ["s", 1],
  ];
  const largest = units.findIndex(([, size]) => seconds >= size);
  if (largest < 0) {
    return "0 s";
  }
  let rest = seconds;
  const words = units.slice(largest, largest + 2).flatMap(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? [] : [`${count} ${unit}`];
  });
  return words.join(" ");
}
