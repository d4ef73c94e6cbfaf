// All languages together would take longer to load than most answers take.
import { GB } from "chrono-node/en";
import { DateTime } from "luxon";
import type { Instant } from "../domain/instant.ts";

/** When and where a question is asked. */
export interface AskingTime {
  readonly now: Instant;
  /** A valid IANA time zone, such as `Europe/Berlin`. */
  readonly zone: string;
}

/** Whole days, or parts of one, in the zone of their bounds. */
export interface DaySpan {
  readonly from: DateTime;
  readonly to: DateTime;
}

const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const PART_OF_DAY = /^(.*?)\s*\b(morning|afternoon|evening|night)$/;

/**
 * Understands a phrase for days, such as `today`, `last week`, `friday`, `yesterday evening`, `20 november`.
 *
 * @returns null when the phrase is not understood.
 */
export function parseDays(text: string, asking: AskingTime, zone: string): DaySpan | null {
  const now = DateTime.fromMillis(asking.now, { zone });
  const today = now.startOf("day");
  const part = PART_OF_DAY.exec(text);
  if (part !== null) {
    return partOfDay(part[1] ?? "", part[2] ?? "", asking, zone);
  }
  switch (text) {
    case "today":
      return wholeDay(today);
    case "yesterday":
      return wholeDay(today.minus({ days: 1 }));
    case "tomorrow":
      return wholeDay(today.plus({ days: 1 }));
    case "tonight":
      return partOfDay("today", "evening", asking, zone);
    case "this week":
    case "this month":
    case "this year":
    case "last week":
    case "last month":
    case "last year":
      return calendarSpan(text, now);
    default:
      return parseWeekday(text, today) ?? parseDate(text, asking, zone);
  }
}

function wholeDay(day: DateTime): DaySpan {
  return { from: day, to: day.plus({ days: 1 }) };
}

function calendarSpan(text: string, now: DateTime): DaySpan {
  const unit = text.endsWith("week") ? "week" : text.endsWith("month") ? "month" : "year";
  const start = now.startOf(unit);
  const from = text.startsWith("last") ? start.minus({ [unit]: 1 }) : start;
  return { from, to: from.plus({ [unit]: 1 }) };
}

function partOfDay(
  dayText: string,
  part: string,
  asking: AskingTime,
  zone: string,
): DaySpan | null {
  const name = dayText === "this" || dayText === "" ? "today" : dayText;
  const days = parseDays(name === "last" ? "yesterday" : name, asking, zone);
  if (days === null) {
    return null;
  }
  const day = days.from;
  switch (part) {
    case "morning":
      return { from: day, to: day.set({ hour: 12 }) };
    case "afternoon":
      return { from: day.set({ hour: 12 }), to: day.set({ hour: 18 }) };
    case "evening":
      return { from: day.set({ hour: 18 }), to: day.plus({ days: 1 }) };
    default:
      return { from: day.set({ hour: 18 }), to: day.plus({ days: 1 }).set({ hour: 6 }) };
  }
}

/** `friday` is the latest Friday, today included; `last friday` lies before today. */
function parseWeekday(text: string, today: DateTime): DaySpan | null {
  const match = /^(last |this )?(\w{3,9})$/.exec(text);
  const name = match?.[2];
  if (match === null || name === undefined) {
    return null;
  }
  const index = WEEKDAYS.findIndex(
    (weekday) =>
      weekday === name ||
      weekday.slice(0, 3) === name ||
      (name === "tues" && weekday === "tuesday") ||
      (name === "thurs" && weekday === "thursday"),
  );
  if (index === -1) {
    return null;
  }
  const back = (today.weekday - (index + 1) + 7) % 7;
  return wholeDay(today.minus({ days: match[1] === "last " && back === 0 ? 7 : back }));
}

/** Whether the word is the name of a weekday or month, in full or cut to three letters. */
export function isCalendarName(word: string): boolean {
  return (
    WEEKDAYS.some((name) => name === word || name.slice(0, 3) === word) ||
    /^(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)$/.test(
      word,
    )
  );
}

/** A calendar date in any of the forms that the date library knows; without a year, the last such. */
function parseDate(text: string, asking: AskingTime, zone: string): DaySpan | null {
  const iso = /^\d{4}-\d{2}-\d{2}$/.test(text);
  if (iso) {
    const day = DateTime.fromISO(text, { zone });
    return day.isValid ? wholeDay(day) : null;
  }
  // 05/06/2026 is two different days to two readers.
  if (/\d\/\d/.test(text)) {
    return null;
  }
  const offset = DateTime.fromMillis(asking.now, { zone }).offset;
  const [result, ...more] = GB.parse(text, {
    instant: new Date(asking.now),
    timezone: offset,
  });
  if (result === undefined || more.length > 0 || result.text.length !== text.length) {
    return null;
  }
  const { start } = result;
  if (result.end !== null || !start.isCertain("month") || start.isCertain("hour")) {
    return null;
  }
  const year = start.get("year");
  const month = start.get("month");
  if (year === null || month === null) {
    return null;
  }
  const unit = start.isCertain("day") ? "day" : "month";
  const found = DateTime.fromObject(
    { year, month, day: unit === "day" ? (start.get("day") ?? 1) : 1 },
    { zone },
  );
  const from =
    !start.isCertain("year") && found.toMillis() > asking.now ? found.minus({ years: 1 }) : found;
  return from.isValid ? { from, to: from.plus({ [unit]: 1 }) } : null;
}
