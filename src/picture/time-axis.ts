import { DateTime } from "luxon";
import { DAY, HOUR, MINUTE } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { Opening } from "../domain/opening.ts";
import type { Period } from "../domain/question.ts";
import type { ChosenGroup } from "./chosen.ts";
import type { Span } from "./timeline.ts";

/** Room at the ends for what sticks out of bars, as shares of the axis. */
const ROOM = { left: 0.04, right: 0.07 };
const SHORTEST_AXIS: Duration = HOUR;
/** So much of the axis may lie where nothing is known yet, as a share of what is known. */
const FUTURE = 0.35;
/** More labels than that do not fit beside each other. */
const MOST_STEPS = 4;

/** An axis with the reason for its end. */
export interface Axis extends Span {
  readonly quiet: boolean;
}

/** The time axis: the period, or from the first to the last that is known. */
export function axisOf(
  groups: readonly ChosenGroup[],
  period: Period | null,
  known: Instant,
): Axis {
  const rows = groups.flatMap((group) => group.rows);
  const openings = rows.flatMap((row) => row.openings);
  const denied = rows.flatMap((row) => row.denials.map(({ at }) => at));
  const first = least([...openings.map(({ openedAt }) => openedAt), ...denied]);
  const last = greatest([...openings.map(lastMoment), ...denied]);
  const given = { from: period?.from ?? null, to: period?.to ?? null };
  const from = given.from ?? Math.min(first ?? known - DAY, given.to ?? known);
  const stands = openings.some(({ closedAt }) => closedAt === null);
  const quiet =
    given.to === null && !stands && last !== null && last < known && known - last > last - from;
  let to: Instant;
  if (given.to !== null) {
    // A period may reach far into a time of which nothing is known; the bars would shrink to nothing.
    to = known > from ? Math.min(given.to, known + FUTURE * (known - from)) : given.to;
  } else if (quiet && last !== null) {
    to = last;
  } else {
    const promised = openings.map(({ closedAt, promisedEnd }) =>
      closedAt === null ? (promisedEnd ?? known) : known,
    );
    const latest = greatest([known, last ?? known, ...promised]) ?? known;
    to = Math.min(latest, Math.max(known, last ?? known) + FUTURE * Math.abs(known - from));
  }
  const length = Math.max(to - from, SHORTEST_AXIS);
  return {
    from: Math.floor(given.from === null ? from - ROOM.left * length : from),
    to: Math.ceil(given.to === null ? from + length * (1 + ROOM.right) : from + length),
    quiet,
  };
}

function lastMoment({ openedAt, closedAt }: Opening): Instant {
  return closedAt ?? openedAt;
}

function least(instants: readonly Instant[]): Instant | null {
  return instants.reduce<Instant | null>((a, b) => (a === null || b < a ? b : a), null);
}

function greatest(instants: readonly Instant[]): Instant | null {
  return instants.reduce<Instant | null>((a, b) => (a === null || b > a ? b : a), null);
}

/** A mark on the axis with its label in up to three lines. */
export interface Tick {
  readonly at: Instant;
  /** The day, where it is another one than at the tick before; else empty. */
  readonly day: string;
  /** The time of day; empty where ticks are days or more apart. */
  readonly time: string;
  /** The same instant in UTC; empty where the zone is UTC. */
  readonly utc: string;
}

type Step =
  | { readonly unit: "minutes"; readonly count: number }
  | { readonly unit: "days" | "months" | "years"; readonly count: number };

const STEPS: readonly (readonly [Duration, Step])[] = [
  ...[5, 10, 15, 30, 60, 120, 180, 240, 360, 720].map((count): readonly [Duration, Step] => [
    count * MINUTE,
    { unit: "minutes", count },
  ]),
  ...[1, 2, 3, 7, 14].map((count): readonly [Duration, Step] => [
    count * DAY,
    { unit: "days", count },
  ]),
  ...[1, 2, 3, 6].map((count): readonly [Duration, Step] => [
    count * 31 * DAY,
    { unit: "months", count },
  ]),
  ...[1, 2, 5, 10, 50, 100, 500, 1000, 10_000].map((count): readonly [Duration, Step] => [
    count * 366 * DAY,
    { unit: "years", count },
  ]),
];

/** Ticks at round times of the zone: at most six, ascending, all within the axis. */
export function ticksOf(axis: Span, zone: string): readonly Tick[] {
  const length = axis.to - axis.from;
  const step = STEPS.find(([size]) => length / size <= MOST_STEPS)?.[1] ?? null;
  if (step === null) {
    return [];
  }
  let day = "";
  return instantsOf(step, axis, zone)
    .filter((at) => at >= axis.from && at <= axis.to)
    .map((at) => {
      const tick = tickAt(at, step, zone);
      const other = tick.day !== day;
      day = tick.day;
      return other ? tick : { ...tick, day: "" };
    });
}

function instantsOf(step: Step, axis: Span, zone: string): readonly Instant[] {
  const instants: Instant[] = [];
  const begin = local(axis.from, zone);
  if (step.unit === "minutes") {
    // Counted anew from each midnight by the clock on the wall, which jumps twice a year.
    for (let day = begin.startOf("day"); day.toMillis() <= axis.to; day = day.plus({ days: 1 })) {
      for (let minute = 0; minute < 24 * 60; minute += step.count) {
        const at = day.set({ hour: Math.floor(minute / 60), minute: minute % 60 }).toMillis();
        if (at > (instants.at(-1) ?? Number.NEGATIVE_INFINITY)) {
          instants.push(at);
        }
      }
    }
    return instants;
  }
  const first =
    step.unit === "days"
      ? step.count % 7 === 0
        ? begin.startOf("week")
        : begin.startOf("day")
      : begin.startOf("year");
  const whole =
    step.unit === "years" ? first.set({ year: first.year - (first.year % step.count) }) : first;
  for (let index = 0; ; index += 1) {
    const at = whole.plus({ [step.unit]: index * step.count }).toMillis();
    if (!(at <= axis.to)) {
      return instants;
    }
    instants.push(at);
  }
}

function tickAt(at: Instant, step: Step, zone: string): Tick {
  const here = local(at, zone);
  const utc = local(at, "UTC");
  const isUtc = here.offset === 0;
  const utcDay = utc.day === here.day ? "" : "ccc ";
  const utcText = isUtc ? "" : utc.toFormat(`${utcDay}HH:mm 'UTC'`);
  switch (step.unit) {
    case "minutes":
      return { at, day: here.toFormat("ccc d LLL"), time: here.toFormat("HH:mm"), utc: utcText };
    case "days":
      return { at, day: here.toFormat("ccc d LLL"), time: "", utc: utcText };
    case "months":
      return { at, day: here.toFormat("LLL yyyy"), time: "", utc: utcText };
    case "years":
      return { at, day: here.toFormat("yyyy"), time: "", utc: utcText };
  }
}

/** `2026-11-23 15:02`, in the zone. */
export function timeText(at: Instant, zone: string): string {
  return local(at, zone).toFormat("yyyy-MM-dd HH:mm");
}

/** `15:02`, with the date where it is another day than that of `beside`. */
export function timeBesideText(at: Instant, beside: Instant, zone: string): string {
  const here = local(at, zone);
  return here.hasSame(local(beside, zone), "day") ? here.toFormat("HH:mm") : timeText(at, zone);
}

/** `Europe/Berlin (UTC+01:00)`; both offsets where the clocks change in between; `UTC`. */
export function zoneText(axis: Span, zone: string): string {
  const offsets = [axis.from, axis.to].map((at) => `UTC${local(at, zone).toFormat("ZZ")}`);
  const [first, last] = offsets;
  if (zone === "UTC") {
    return "UTC";
  }
  return first === last ? `${zone} (${first})` : `${zone} (${first}, at the end ${last})`;
}

/** The names of days and months do not depend on the machine. */
function local(at: Instant, zone: string): DateTime {
  return DateTime.fromMillis(at, { zone, locale: "en-GB" });
}
