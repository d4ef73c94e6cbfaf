import { DAY, HOUR, MINUTE, SECOND } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";

const ISO_TIME =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d\d):?(\d\d))?$/i;
const ISO_DURATION =
  /^P(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})(?:\.\d+)?S)?)?$/i;

/** Azure writes year 0001 for "no time"; nothing in an Activity Log is older than Azure. */
const FIRST_YEAR = 1970;
const LAST_YEAR = 9000;

/**
 * Reads a time as Azure writes it: ISO 8601 with up to nine decimals, which are cut to the millisecond.
 * A time without an offset is UTC. The SDK's feed gives a `Date`.
 *
 * @returns null when it is not a time, or not in the years 1970 to 9000.
 */
export function parseWireTime(value: string | Date): Instant | null {
  if (value instanceof Date) {
    const year = value.getUTCFullYear();
    return year >= FIRST_YEAR && year <= LAST_YEAR ? value.getTime() : null;
  }
  const match = ISO_TIME.exec(value.trim());
  if (match === null) {
    return null;
  }
  const [, year, month, day, hour, minute, second = "0", fraction = "", sign] = match;
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const inRange =
    Number(year) >= FIRST_YEAR &&
    Number(year) <= LAST_YEAR &&
    new Date(date).getUTCDate() === Number(day) &&
    new Date(date).getUTCMonth() === Number(month) - 1 &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) < 60;
  if (!inRange) {
    return null;
  }
  const offset = sign === undefined ? 0 : Number(match[9]) * HOUR + Number(match[10]) * MINUTE;
  return (
    date +
    Number(hour) * HOUR +
    Number(minute) * MINUTE +
    Number(second) * SECOND +
    Number(fraction.slice(0, 3).padEnd(3, "0")) -
    (sign === "-" ? -offset : offset)
  );
}

/**
 * Reads an ISO 8601 duration such as `PT3H` or `P1DT30M`; decimals of seconds are cut.
 *
 * @returns null for anything else, or for nothing at all (`P`).
 */
export function parseWireDuration(text: string): Duration | null {
  const match = ISO_DURATION.exec(text.trim());
  if (match === null) {
    return null;
  }
  const parts = match.slice(1);
  if (parts.every((part) => part === undefined)) {
    return null;
  }
  const [days = "0", hours = "0", minutes = "0", seconds = "0"] = parts;
  return (
    Number(days) * DAY + Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds) * SECOND
  );
}
