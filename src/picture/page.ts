import type { Instant } from "../domain/instant.ts";
import type { Span } from "./timeline.ts";

/**
 * Sizes in the picture's own unit. A phone is some 390 of its own units wide, so that texts come out at
 * nine tenths of what is said here.
 */
export const PAGE = {
  width: 430,
  margin: 12,
  /** Pixels of the PNG per unit. */
  scale: 3,
  text: 12,
  heading: 14,
  title: 17,
} as const;

/** The bar of one lane, and the distance to the next. */
export const LANE = { bar: 18, pitch: 23 } as const;
/** What a row and a group take beside their lanes. */
export const ROW_HEAD = 19;
export const GROUP_HEAD = 27;
/** Rows take no more than this; the rest is told as a number. */
export const ROWS_HEIGHT = 800;
/** Bars are never drawn narrower. */
export const NARROWEST_BAR = 3;
/** The dashed piece that stands for an end or a beginning that is not known exactly. */
export const STUB = 12;
/** The arrowhead of an opening that still stands. */
export const ARROW = 9;
/** A finding's mark. */
export const FLAG = 17;
/** The cross of a denied request. */
export const CROSS = 12;

/** The area in which time runs. */
export const PLOT = { left: PAGE.margin, right: PAGE.width - PAGE.margin } as const;

/** Where an instant lies, in units from the left; instants outside the axis lie at its ends. */
export function positionOf(at: Instant, axis: Span): number {
  const share = (at - axis.from) / (axis.to - axis.from);
  return PLOT.left + Math.min(1, Math.max(0, share)) * (PLOT.right - PLOT.left);
}
