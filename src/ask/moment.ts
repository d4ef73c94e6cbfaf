import { DateTime } from "luxon";
import type { Instant } from "../domain/instant.ts";
import { parseDays } from "./day-phrase.ts";
import type { AskingTime } from "./day-phrase.ts";
import { parseLength } from "./time-length.ts";

/** A span of time that a phrase names: a minute, a day, a week. */
export interface Moment {
  readonly from: Instant;
  /** The first instant after it. */
  readonly to: Instant;
  /** Whether the phrase names a day. */
  readonly hasDay: boolean;
  /** Whether the phrase names a time of day. */
  readonly hasClock: boolean;
}

interface Clock {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly unit: "minute" | "second";
}

const ISO_INSTANT = /^(\d{4}-\d{2}-\d{2}t\d{2}:\d{2})(:\d{2}(?:\.\d{3})?)?(z|[+-]\d{2}:\d{2})$/i;
const CLOCK =
  /(?:\b(?:at|around)\s+)?\b(\d{1,2})(?::(\d{2})(?::(\d{2}))?)?\s*([ap]\.?m\.?)?(?![\w:.-])/g;
const FILLERS = /\b(?:at|on|in|during|the|of)\b|,/g;

/**
 * Understands a phrase such as `yesterday`, `friday 14:00`, `2026-11-20T03:12+01:00`, `3 hours ago` or
 * `20 november`. Local times are the asker's; `utc` after a time of day says otherwise. A local time
 * that occurs twice (clocks set back) spans both; one that never occurs is moved as clocks move.
 *
 * @param day a day to which a bare time of day belongs; without one it is the last such time.
 * @returns null when the phrase is not understood.
 */
export function parseMoment(phrase: string, asking: AskingTime, day?: Instant): Moment | null {
  const text = phrase.trim().replaceAll(/\s+/g, " ");
  const exact = parseIsoInstant(text.replace(/^(?:at|on|around) /, ""));
  if (exact !== null) {
    return exact;
  }
  const utc = /\b(?:utc|gmt)\b/.test(text);
  const zone = utc ? "utc" : asking.zone;
  const { clock, rest } = takeClock(text.replaceAll(/\b(?:utc|gmt)\b/g, ""));
  if (clock === "invalid") {
    return null;
  }
  const dayText = rest.replaceAll(FILLERS, " ").replaceAll(/\s+/g, " ").trim();
  if (clock === null) {
    return dayText === "" ? null : momentOfDays(dayText, asking, zone);
  }
  if (dayText === "") {
    return bareClock(clock, asking, zone, day);
  }
  const days = parseDays(dayText, asking, zone);
  if (days === null || days.to.diff(days.from, "hours").hours > 25) {
    return null;
  }
  return { ...clockOn(days.from, clock), hasDay: true };
}

function parseIsoInstant(text: string): Moment | null {
  const match = ISO_INSTANT.exec(text);
  if (match === null) {
    return null;
  }
  const instant = DateTime.fromISO(text.toUpperCase());
  if (!instant.isValid) {
    return null;
  }
  const unit =
    match[2] === undefined ? "minute" : match[2].includes(".") ? "millisecond" : "second";
  return {
    from: instant.toMillis(),
    to: instant.plus({ [unit]: 1 }).toMillis(),
    hasDay: true,
    hasClock: true,
  };
}

/** Takes the time of day out of a phrase; a bare number is one only with `am`, `pm` or `at`. */
function takeClock(text: string): {
  readonly clock: Clock | "invalid" | null;
  readonly rest: string;
} {
  const named = /\b(?:at )?(noon|midday|midnight)\b/.exec(text);
  if (named !== null) {
    const hour = named[1] === "midnight" ? 0 : 12;
    return {
      clock: { hour, minute: 0, second: 0, unit: "minute" },
      rest: text.replace(named[0], " "),
    };
  }
  for (const match of text.replaceAll(/(\d{4}-\d{2}-\d{2})t(?=\d)/g, "$1 ").matchAll(CLOCK)) {
    const [whole, hours, minutes, seconds, half] = match;
    const saysAt = /^(?:at|around)\b/.test(whole);
    if (minutes !== undefined || half !== undefined || saysAt) {
      return {
        clock: readClock(Number(hours), minutes, seconds, half),
        rest: match.input.replace(whole, " "),
      };
    }
  }
  return { clock: null, rest: text };
}

function readClock(
  hours: number,
  minutes: string | undefined,
  seconds: string | undefined,
  half: string | undefined,
): Clock | "invalid" {
  if (half !== undefined && (hours < 1 || hours > 12)) {
    return "invalid";
  }
  const hour = half === undefined ? hours : (hours % 12) + (half.startsWith("p") ? 12 : 0);
  const minute = Number(minutes ?? 0);
  const second = Number(seconds ?? 0);
  if (hour > 23 || minute > 59 || second > 59) {
    return "invalid";
  }
  return { hour, minute, second, unit: seconds === undefined ? "minute" : "second" };
}

function clockOn(day: DateTime, clock: Clock): Pick<Moment, "from" | "to" | "hasClock"> {
  const at = day.set({
    hour: clock.hour,
    minute: clock.minute,
    second: clock.second,
    millisecond: 0,
  });
  const times = [at, ...at.getPossibleOffsets()].map((possible) => possible.toMillis());
  const last = DateTime.fromMillis(Math.max(...times)).plus({ [clock.unit]: 1 });
  return { from: Math.min(...times), to: last.toMillis(), hasClock: true };
}

function bareClock(
  clock: Clock,
  asking: AskingTime,
  zone: string,
  day: Instant | undefined,
): Moment {
  const base = DateTime.fromMillis(day ?? asking.now, { zone }).startOf("day");
  const moment = { ...clockOn(base, clock), hasDay: false };
  return day === undefined && moment.from > asking.now
    ? { ...clockOn(base.minus({ days: 1 }), clock), hasDay: false }
    : moment;
}

function momentOfDays(text: string, asking: AskingTime, zone: string): Moment | null {
  const ago = parseAgo(text, asking, zone);
  if (ago !== null) {
    return ago;
  }
  const days = parseDays(text, asking, zone);
  return days === null
    ? null
    : { from: days.from.toMillis(), to: days.to.toMillis(), hasDay: true, hasClock: false };
}

/** `3 hours ago` is a minute; `3 days ago` is a day. */
function parseAgo(text: string, asking: AskingTime, zone: string): Moment | null {
  const now = DateTime.fromMillis(asking.now, { zone });
  if (text === "now") {
    return minuteOf(now);
  }
  const match = /^(.+) ago$/.exec(text);
  const length = match?.[1] === undefined ? null : parseLength(match[1]);
  if (length === null) {
    return null;
  }
  const then = now.minus({ [length.unit]: length.count });
  return length.unit === "hours" || length.unit === "minutes"
    ? minuteOf(then)
    : {
        from: then.startOf("day").toMillis(),
        to: then.startOf("day").plus({ days: 1 }).toMillis(),
        hasDay: true,
        hasClock: false,
      };
}

function minuteOf(time: DateTime): Moment {
  const from = time.startOf("minute");
  return {
    from: from.toMillis(),
    to: from.plus({ minutes: 1 }).toMillis(),
    hasDay: true,
    hasClock: true,
  };
}
