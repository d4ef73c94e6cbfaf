import { DAY, HOUR, MINUTE, SECOND } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";

const ISO_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?$/i;
/** How the feeds write almost every time; on a day that every month has, so that nothing is left to check. */
const PLAIN_TIME =
  /^(?:19[7-9]\d|[2-8]\d{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3,9}Z$/;
const QUOTE = 0x22;
const DASH = 0x2d;
const POINT = 0x2e;
const COLON = 0x3a;
const LETTER_T = 0x54;
const LETTER_Z = 0x5a;
const UNZONED_LENGTH = "2026-11-23T03:12".length;
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
  // Every row of an export passes here.
  if (PLAIN_TIME.test(value)) {
    return Date.parse(value);
  }
  const text = value.trim();
  if (!ISO_TIME.test(text)) {
    return null;
  }
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = text[16] === ":" ? digits(text, 17, 2) : 0;
  const inRange =
    year >= FIRST_YEAR &&
    year <= LAST_YEAR &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    (day <= 28 || day <= daysOf(year, month)) &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  return inRange
    ? Date.UTC(year, month - 1, day, hour, minute, second, millisecond(text)) - offset(text)
    : null;
}

/**
 * Reads a time as the feeds write almost every time, from bytes: `2026-11-23T03:12:45.1234567Z` and the
 * quote behind it. Every row of an export passes here, and most are never decoded.
 *
 * @returns null for anything else, which may still be a time.
 */
export function plainTimeIn(bytes: Uint8Array, at: number): Instant | null {
  const year = twoDigits(bytes, at) * 100 + twoDigits(bytes, at + 2);
  const month = twoDigits(bytes, at + 5);
  const day = twoDigits(bytes, at + 8);
  const hour = twoDigits(bytes, at + 11);
  const minute = twoDigits(bytes, at + 14);
  const second = twoDigits(bytes, at + 17);
  const hundredths = twoDigits(bytes, at + 20);
  const isPlain =
    year >= FIRST_YEAR &&
    year < LAST_YEAR &&
    bytes[at + 4] === DASH &&
    month >= 1 &&
    month <= 12 &&
    bytes[at + 7] === DASH &&
    day >= 1 &&
    day <= 28 &&
    bytes[at + 10] === LETTER_T &&
    hour < 24 &&
    bytes[at + 13] === COLON &&
    minute < 60 &&
    bytes[at + 16] === COLON &&
    second < 60 &&
    bytes[at + 19] === POINT &&
    hundredths < 100;
  let end = at + 22;
  while (digit(bytes, end) < 10) {
    end += 1;
  }
  const decimals = end - at - 20;
  const isEnded = bytes[end] === LETTER_Z && bytes[end + 1] === QUOTE;
  return isPlain && decimals >= 3 && decimals <= 9 && isEnded
    ? Date.UTC(year, month - 1, day, hour, minute, second, hundredths * 10 + digit(bytes, at + 22))
    : null;
}

/** NaN when they are not digits. */
function twoDigits(bytes: Uint8Array, at: number): number {
  return digit(bytes, at) * 10 + digit(bytes, at + 1);
}

/** NaN when it is not a digit. */
function digit(bytes: Uint8Array, at: number): number {
  const value = (bytes[at] ?? 0) - 48;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}

function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** The first three decimals. */
function millisecond(text: string): number {
  if (text[19] !== ".") {
    return 0;
  }
  let value = 0;
  for (let i = 20; i < 23; i += 1) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) {
      return value * 10 ** (23 - i);
    }
    value = value * 10 + digit;
  }
  return value;
}

/** How far the time's zone is ahead of UTC. */
function offset(text: string): Duration {
  const sign = Math.max(text.indexOf("+", UNZONED_LENGTH), text.indexOf("-", UNZONED_LENGTH));
  if (sign === -1) {
    return 0;
  }
  const length = digits(text, sign + 1, 2) * HOUR + digits(text, text.length - 2, 2) * MINUTE;
  return text[sign] === "-" ? -length : length;
}

function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i += 1) {
    value = value * 10 + (text.charCodeAt(i) - 48);
  }
  return value;
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
