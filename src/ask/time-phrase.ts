import { DateTime } from "luxon";
import type { Instant } from "../domain/instant.ts";
import type { Period } from "../domain/question.ts";
import { parseLength } from "./time-length.ts";
import { parseMoment } from "./moment.ts";
import type { AskingTime } from "./day-phrase.ts";
import type { Moment } from "./moment.ts";

/** What a time phrase means, or why it means nothing. */
export type PeriodResult =
  | { readonly ok: true; readonly period: Period }
  | { readonly ok: false; readonly code: "bad-time" | "future-time"; readonly message: string };

const EARLIEST = Date.UTC(2000, 0, 1);

/**
 * Understands the time part of a question: `yesterday`, `since friday`, `between 02:00 and 04:00`,
 * `in the last 8 hours`, `on 2026-11-20`, `at 03:12 last tuesday`. A period that reaches past the
 * present has no end.
 */
export function parsePeriod(phrase: string, asking: AskingTime): PeriodResult {
  const text = phrase.toLowerCase().trim().replaceAll(/\s+/g, " ");
  const period =
    parseRolling(text, asking) ??
    parseBetween(text, asking) ??
    parseOneSided(text, asking) ??
    parseSingle(text, asking);
  if (period === null) {
    return { ok: false, code: "bad-time", message: badTimeMessage(text) };
  }
  if ((period.from ?? period.to ?? 0) > asking.now) {
    return {
      ok: false,
      code: "future-time",
      message: "That time lies in the future; the log tells only what has happened.",
    };
  }
  if ((period.from ?? EARLIEST) < EARLIEST || (period.to ?? EARLIEST) < EARLIEST) {
    return {
      ok: false,
      code: "bad-time",
      message: "Times before the year 2000 are not understood.",
    };
  }
  const to = period.to !== null && period.to > asking.now ? null : period.to;
  if (period.from !== null && to !== null && period.from >= to) {
    return { ok: false, code: "bad-time", message: "That period ends before it begins." };
  }
  return { ok: true, period: { from: period.from, to } };
}

function badTimeMessage(text: string): string {
  return /\d\/\d/.test(text)
    ? "Write dates as 2026-11-20: with slashes, day and month can be mistaken for each other."
    : "Times look like: yesterday, since friday, last week, on 2026-11-20, at 03:12, between 02:00 and 04:00, in the last 8 hours.";
}

/** `in the last 8 hours`: back from now. `last week` without `the` is a calendar week instead. */
function parseRolling(text: string, asking: AskingTime): Period | null {
  const match =
    /^(in the |within the |during the |over the |for the |the |within |in )?(?:last|past|previous) (.+)$/.exec(
      text,
    );
  const lengthText = match?.[2];
  if (lengthText === undefined) {
    return null;
  }
  const calendar = match?.[1] === undefined && /^(?:week|month)$/.test(lengthText);
  const length = calendar ? null : parseLength(lengthText);
  if (length === null) {
    return null;
  }
  const now = DateTime.fromMillis(asking.now, { zone: asking.zone });
  return { from: now.minus({ [length.unit]: length.count }).toMillis(), to: null };
}

/** `[day] between X and Y`, `[day] from X to Y`. */
function parseBetween(text: string, asking: AskingTime): Period | null {
  const match =
    /^(.*?)\s?\bbetween (.+?) and (.+)$/.exec(text) ??
    /^(.*?)\s?\bfrom (.+?) (?:to|until|till) (.+)$/.exec(text) ??
    /^(.*?)\s?(\d{1,2}:\d{2}) ?- ?(\d{1,2}:\d{2})$/.exec(text);
  const [, lead, first, second] = match ?? [];
  if (first === undefined || second === undefined) {
    return null;
  }
  const day = lead === undefined || lead === "" ? null : parseMoment(lead, asking);
  if (lead !== undefined && lead !== "" && (day === null || day.hasClock)) {
    return null;
  }
  return joinMoments(first, second, day?.from, asking);
}

/** Joins two moments; one without a day takes it from the other. */
function joinMoments(
  first: string,
  second: string,
  day: Instant | undefined,
  asking: AskingTime,
): Period | null {
  const start = parseMoment(first, asking, day);
  const end = parseMoment(second, asking, day);
  if (start === null || end === null) {
    return null;
  }
  if (!end.hasDay) {
    const same = parseMoment(second, asking, start.from);
    return same !== null && endOf(same) <= start.from
      ? closed(start, parseMoment(second, asking, dayBeside(start.from, 1, asking)))
      : closed(start, same);
  }
  if (start.hasDay || day !== undefined) {
    return closed(start, end);
  }
  const same = parseMoment(first, asking, end.from);
  return same !== null && same.from >= endOf(end)
    ? closed(parseMoment(first, asking, dayBeside(end.from, -1, asking)), end)
    : closed(same, end);
}

function closed(start: Moment | null, end: Moment | null): Period | null {
  return start === null || end === null ? null : { from: start.from, to: endOf(end) };
}

/** A period runs up to a named time of day, but through a named day. */
function endOf(moment: Moment): Instant {
  return moment.hasClock ? moment.from : moment.to;
}

function dayBeside(at: Instant, days: number, asking: AskingTime): Instant {
  return DateTime.fromMillis(at, { zone: asking.zone }).plus({ days }).toMillis();
}

/** `since X`, `after X`, `before X`, `until X`. */
function parseOneSided(text: string, asking: AskingTime): Period | null {
  const [, word, rest] = /^(since|after|before|until|till) (.+)$/.exec(text) ?? [];
  if (word === undefined || rest === undefined) {
    return null;
  }
  const [, first, second] =
    word === "since" || word === "after"
      ? (/^(.+?) (?:until|till|before) (.+)$/.exec(rest) ?? [])
      : [];
  if (first !== undefined && second !== undefined) {
    return joinMoments(first, second, undefined, asking);
  }
  const moment = parseMoment(rest, asking);
  if (moment === null) {
    return null;
  }
  switch (word) {
    case "since":
      return { from: moment.from, to: null };
    case "after":
      return { from: moment.hasClock ? moment.from : moment.to, to: null };
    case "before":
      return { from: null, to: moment.from };
    default:
      return { from: null, to: endOf(moment) };
  }
}

function parseSingle(text: string, asking: AskingTime): Period | null {
  const moment = parseMoment(text, asking);
  return moment === null ? null : { from: moment.from, to: moment.to };
}
