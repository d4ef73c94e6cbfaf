import { MINUTE } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { Finding } from "../domain/finding.ts";
import type { Opening } from "../domain/opening.ts";
import type { Extent } from "./lanes.ts";
import { ARROW, CROSS, FLAG, NARROWEST_BAR, PAGE, PLOT, STUB, positionOf } from "./page.ts";
import { textWidth } from "./text-width.ts";
import type { LabelPlace, PictureBar, Span } from "./timeline.ts";

/** The provider removes rules some minutes late: nobody overstays by that. */
const ON_TIME: Duration = 15 * MINUTE;
const GAP = 3;
const KEY_SIZE = PAGE.text;

/** When a bar begins and ends on the axis. */
export type BarTime = Pick<
  PictureBar,
  "from" | "to" | "begin" | "end" | "stands" | "promisedEnd" | "overstayFrom"
>;

/** Where the opening lies on the axis. */
export function barTime(opening: Opening, axis: Span, known: Instant): BarTime {
  const ending = endOf(opening, axis, known);
  const isBefore = opening.openedAt < axis.from;
  const from = Math.min(Math.max(opening.openedAt, axis.from), axis.to);
  const to = Math.max(ending.to, from);
  const { promisedEnd: promised } = opening;
  const isShown = promised !== null && promised >= axis.from && promised <= axis.to;
  const last = opening.closedAt ?? known;
  const overstayed = promised !== null && last > promised + ON_TIME;
  return {
    from,
    to,
    begin: isBefore ? "before" : opening.openedAtExact ? "exact" : "inexact",
    end: ending.end,
    stands: opening.closedAt === null,
    promisedEnd: isShown ? promised : null,
    overstayFrom: overstayed && promised < to ? Math.max(promised, from) : null,
  };
}

function endOf(
  { closedAt, closedAtExact, mayHaveClosed }: Opening,
  axis: Span,
  known: Instant,
): Pick<BarTime, "to" | "end"> {
  const end = closedAt ?? known;
  if (closedAt === null && known < axis.from) {
    return { to: axis.from, end: "unsure" };
  }
  if (end > axis.to) {
    return { to: axis.to, end: "after" };
  }
  if (closedAt === null) {
    return { to: end, end: mayHaveClosed ? "unsure" : "standing" };
  }
  return { to: end, end: closedAtExact ? "exact" : "inexact" };
}

/** The findings that are marked in the picture: those that somebody must look at, worst first. */
export function markedFindings({ findings }: Opening): readonly Finding[] {
  return findings
    .filter(({ severity }) => severity !== "info")
    .toSorted((a, b) => (a.severity === b.severity ? 0 : a.severity === "critical" ? -1 : 1));
}

/** The bar itself, without anything beside it, in units of the page. */
export function barExtent({ from, to }: Pick<BarTime, "from" | "to">, axis: Span): Extent {
  const [left, right] = [positionOf(from, axis), positionOf(to, axis)];
  const missing = Math.max(0, NARROWEST_BAR - (right - left));
  // A narrow bar at the right end grows to the left: nothing lies outside of the axis.
  const shift = Math.max(0, right + missing - PLOT.right);
  return { from: left - shift, to: right + missing - shift };
}

/** What sticks out of the bar on both sides: stubs, the arrowhead, the promised end. */
function wholeExtent(time: BarTime, axis: Span): Extent {
  const bar = barExtent(time, axis);
  const promised = time.promisedEnd === null ? bar.to : positionOf(time.promisedEnd, axis);
  return {
    from: Math.min(bar.from - stubWidth(time), promised - 1),
    to: Math.max(bar.to + arrowWidth(time), promised + 1),
  };
}

/** How wide key and flag are beside each other. */
export function labelWidth(keyLength: number, isFlagged: boolean): number {
  // Keys are handed out later: the widest letter that one may get counts.
  return keyWidth("G".repeat(keyLength)) + (isFlagged ? FLAG + GAP : 0);
}

/** How wide a key is drawn. */
export function keyWidth(key: string): number {
  return textWidth(key, KEY_SIZE, "bold") + GAP;
}

/**
 * Where key and flag stand, from their left to their right, and what the bar takes with all that.
 *
 * @param width of key and flag.
 */
export function placeLabel(
  time: BarTime,
  axis: Span,
  width: number,
): { readonly place: LabelPlace; readonly label: Extent; readonly extent: Extent } {
  const bar = barExtent(time, axis);
  const whole = wholeExtent(time, axis);
  const at = (place: LabelPlace, from: number): ReturnType<typeof placeLabel> => {
    const label = { from, to: from + width };
    const extent = {
      from: Math.min(whole.from, label.from) - GAP,
      to: Math.max(whole.to, label.to) + GAP,
    };
    return { place, label, extent };
  };
  if (bar.to - bar.from >= width + 2 * GAP) {
    return at("on", bar.from + GAP);
  }
  const arrow = bar.to + arrowWidth(time) + GAP;
  const promised = time.promisedEnd === null ? 0 : positionOf(time.promisedEnd, axis) + GAP;
  // A promise that lies just behind the bar is stepped over; one further away leaves room before it.
  const beside = promised > arrow && promised < arrow + width + 2 * GAP ? promised : arrow;
  return beside + width <= PLOT.right
    ? at("right", beside)
    : at("left", bar.from - stubWidth(time) - GAP - width);
}

/** The same for the cross of a denied request. */
export function placeCross(
  at: Instant,
  axis: Span,
  width: number,
): { readonly place: LabelPlace; readonly label: Extent; readonly extent: Extent } {
  const cross = crossExtent(at, axis);
  const isRight = cross.to + GAP + width <= PLOT.right;
  const from = isRight ? cross.to + GAP : cross.from - GAP - width;
  const label = { from, to: from + width };
  return {
    place: isRight ? "right" : "left",
    label,
    extent: {
      from: Math.min(cross.from, label.from) - GAP,
      to: Math.max(cross.to, label.to) + GAP,
    },
  };
}

/** The cross of a denied request, in units of the page. */
export function crossExtent(at: Instant, axis: Span): Extent {
  const middle = Math.min(
    Math.max(positionOf(at, axis), PLOT.left + CROSS / 2),
    PLOT.right - CROSS / 2,
  );
  return { from: middle - CROSS / 2, to: middle + CROSS / 2 };
}

function arrowWidth({ end }: BarTime): number {
  return end === "standing" || end === "unsure" ? ARROW : 0;
}

function stubWidth({ begin }: BarTime): number {
  return begin === "inexact" ? STUB : 0;
}
