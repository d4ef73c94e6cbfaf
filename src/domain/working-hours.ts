import { DateTime } from "luxon";
import type { Instant } from "./instant.ts";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const FORM =
  /^(mon|tue|wed|thu|fri|sat|sun)-(mon|tue|wed|thu|fri|sat|sun)[ ,]+(\d{2}):(\d{2})-(\d{2}):(\d{2})$/;

/** Whether an instant lies within working hours. */
export type WorkingHours = (instant: Instant) => boolean;

/**
 * Parses working hours such as `mon-fri 07:00-19:00`, in the given IANA time zone. The days may run over
 * the end of the week (`sun-thu`), the hours over midnight (`22:00-06:00` counts for the day it begins).
 *
 * @returns null when the text is not of this form.
 */
export function parseWorkingHours(text: string, zone: string): WorkingHours | null {
  const match = FORM.exec(text.trim().toLowerCase());
  if (match === null) {
    return null;
  }
  const [, first = "", last = "", ...clock] = match;
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = clock.map(Number);
  if (fromHour > 23 || toHour > 24 || fromMinute > 59 || toMinute > 59) {
    return null;
  }
  const names: readonly string[] = DAYS;
  const [firstDay, lastDay] = [names.indexOf(first), names.indexOf(last)];
  const from = fromHour * 60 + fromMinute;
  const to = toHour * 60 + toMinute;
  const isWorkday = (day: number) =>
    firstDay <= lastDay ? firstDay <= day && day <= lastDay : day >= firstDay || day <= lastDay;
  return (instant) => {
    const local = DateTime.fromMillis(instant, { zone });
    const minute = local.hour * 60 + local.minute;
    const today = local.weekday - 1;
    if (from <= to) {
      return isWorkday(today) && from <= minute && minute < to;
    }
    const yesterday = (today + 6) % 7;
    return (isWorkday(today) && minute >= from) || (isWorkday(yesterday) && minute < to);
  };
}
