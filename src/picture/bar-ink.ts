import { barExtent, crossExtent, keyWidth, labelWidth, placeCross, placeLabel } from "./bar.ts";
import type { BarTime } from "./bar.ts";
import { line, NO_INK, path, rect, spot, text, together } from "./ink.ts";
import type { Ink } from "./ink.ts";
import type { Extent } from "./lanes.ts";
import { ARROW, CROSS, FLAG, LANE, PAGE, PLOT, positionOf, STUB } from "./page.ts";
import { PALETTE, paintOf } from "./palette.ts";
import type { Paint } from "./palette.ts";
import { textWidth } from "./text-width.ts";
import type { Flag, PictureBar, PictureDenial, Span } from "./timeline.ts";

const DASH = [3, 2];
const DOTS = [1.5, 2.5];
const STRIPE = 6;
/** Between key and name on a bar. */
const NAME_GAP = 3;

/**
 * One opening, drawn in its lane.
 *
 * @param top the upper edge of the lane's bar.
 */
export function barInk(bar: PictureBar, axis: Span, top: number): Ink {
  const paint = paintOf(bar.who);
  const extent = barExtent(bar, axis);
  const width = labelWidth(bar.key.length, bar.flag !== null);
  const { label, place } = placeLabel(bar, axis, width);
  const solid = { from: extent.from, to: solidEnd(bar, extent) };
  return together([
    bodyInk(bar, extent, solid, top, paint),
    overstayInk(bar, axis, top, extent.to),
    outsideInk(bar, top),
    promiseInk(bar, axis, top, extent.to, place === "right" ? label : null),
    labelInk(bar, label.from, top, place === "on" ? paint : null),
    place === "on" ? nameInk(bar, label.to, solid.to, top, paint) : NO_INK,
  ]);
}

function solidEnd(bar: BarTime, extent: Extent): number {
  return bar.end === "inexact" ? Math.max(extent.from, extent.to - STUB) : extent.to;
}

function bodyInk(bar: PictureBar, extent: Extent, solid: Extent, top: number, paint: Paint): Ink {
  const outline = bar.who === "nobody" ? PALETTE.text : paint.fill;
  const box = (from: number, to: number): Parameters<typeof rect>[0] => ({
    x: from,
    y: top,
    width: to - from,
    height: LANE.bar,
  });
  const dashed = { stroke: PALETTE.text, dash: DASH };
  const middle = top + LANE.bar / 2;
  const tip = extent.to + ARROW;
  const arrow = `M${spot([extent.to, top - 2])}L${spot([tip, middle])}L${spot([extent.to, top + LANE.bar + 2])}Z`;
  return together([
    rect(box(solid.from, solid.to), { fill: paint.fill, stroke: outline }),
    bar.begin === "inexact" ? rect(box(extent.from - STUB, extent.from), dashed) : NO_INK,
    bar.end === "inexact" ? rect(box(solid.to, extent.to), dashed) : NO_INK,
    bar.end === "standing" ? path(arrow, { fill: paint.fill, stroke: PALETTE.text }) : NO_INK,
    bar.end === "unsure"
      ? path(arrow, { fill: PALETTE.page, stroke: PALETTE.text, dash: DASH })
      : NO_INK,
  ]);
}

/** Red stripes from the promised end on. */
function overstayInk(bar: PictureBar, axis: Span, top: number, end: number): Ink {
  if (bar.overstayFrom === null) {
    return NO_INK;
  }
  const start = Math.min(positionOf(bar.overstayFrom, axis), end - 1);
  return stripesInk({ from: start, to: end }, top);
}

/** The look of time that nobody promised. */
export function stripesInk({ from, to }: Extent, top: number): Ink {
  const bottom = top + LANE.bar;
  const pieces: string[] = [];
  for (let foot = from - LANE.bar + STRIPE; foot < to; foot += STRIPE) {
    // From the foot up to the right; the ends outside of the bar are cut off.
    const left = Math.max(foot, from);
    const right = Math.min(foot + LANE.bar, to);
    if (right > left) {
      pieces.push(
        `M${spot([left, bottom - (left - foot)])}L${spot([right, bottom - (right - foot)])}`,
      );
    }
  }
  const stroke = PALETTE.critical.fill;
  return together([
    path(pieces.join(""), { stroke, strokeWidth: 1.6 }),
    path(
      `M${spot([from, top])}L${spot([to, top])}L${spot([to, bottom])}L${spot([from, bottom])}Z`,
      { stroke, strokeWidth: 2 },
    ),
  ]);
}

/** Dots where a bar goes on outside of the picture. */
function outsideInk(bar: PictureBar, top: number): Ink {
  const dots = (middle: number): Ink =>
    text([middle, top + LANE.bar / 2], "…", {
      size: PAGE.text,
      weight: "bold",
      fill: PALETTE.text,
      align: "center",
    });
  return together([
    bar.begin === "before" ? dots(PLOT.left / 2) : NO_INK,
    bar.end === "after" ? dots(PLOT.right + PAGE.margin / 2) : NO_INK,
  ]);
}

/** A strong stroke at the promised end, tied to a bar that ends before it. */
function promiseInk(
  bar: PictureBar,
  axis: Span,
  top: number,
  end: number,
  label: Extent | null,
): Ink {
  if (bar.promisedEnd === null) {
    return NO_INK;
  }
  const x = positionOf(bar.promisedEnd, axis);
  const start = label !== null && label.to < x ? label.to : end + (bar.stands ? ARROW : 0);
  const middle = top + LANE.bar / 2;
  return together([
    x > start + 2
      ? line([start, middle], [x, middle], { stroke: PALETTE.text, strokeWidth: 1.5, dash: DOTS })
      : NO_INK,
    promiseStroke(x, top),
  ]);
}

/** The mark of a promised end. */
export function promiseStroke(x: number, top: number): Ink {
  return line([x, top - 2.5], [x, top + LANE.bar + 2.5], {
    stroke: PALETTE.text,
    strokeWidth: 2.5,
  });
}

function labelInk(bar: PictureBar, x: number, top: number, paint: Paint | null): Ink {
  const middle = top + LANE.bar / 2;
  const key = text([x, middle], bar.key, {
    size: PAGE.text,
    weight: "bold",
    fill: paint?.text ?? PALETTE.text,
  });
  // On stripes and outlines a letter needs a ground of its own.
  const ground =
    paint === null || bar.overstayFrom === null
      ? NO_INK
      : groundInk(x - 2, keyWidth(bar.key) + 1, top, paint);
  return together([
    ground,
    key,
    bar.flag === null ? NO_INK : flagInk(bar.flag, x + keyWidth(bar.key) + FLAG / 2, middle),
  ]);
}

/** A piece of the bar's colour above everything but text. */
function groundInk(x: number, width: number, top: number, paint: Paint): Ink {
  const [upper, lower] = [top + 1.5, top + LANE.bar - 1.5];
  return path(
    `M${spot([x, upper])}L${spot([x + width, upper])}L${spot([x + width, lower])}L${spot([x, lower])}Z`,
    { fill: paint.fill },
  );
}

/** The name on a bar that has room for it, whole or up to the `@`; what does not fit is left out. */
function nameInk(bar: PictureBar, from: number, to: number, top: number, paint: Paint): Ink {
  const start = from + NAME_GAP;
  const room = to - start - NAME_GAP;
  const short = /^[^@\s]+(?=@[^@\s]+$)/u.exec(bar.name)?.[0];
  const name = [bar.name, short].find(
    (one) => one !== undefined && textWidth(one, PAGE.text) <= room,
  );
  if (name === undefined) {
    return NO_INK;
  }
  return together([
    bar.overstayFrom === null
      ? NO_INK
      : groundInk(start - NAME_GAP, textWidth(name, PAGE.text) + NAME_GAP + 1, top, paint),
    text([start, top + LANE.bar / 2], name, { size: PAGE.text, fill: paint.text }),
  ]);
}

/** A finding: a square for critical, a circle for a warning, with the number of its note. */
export function flagInk({ severity, note }: Flag, x: number, y: number): Ink {
  const paint = PALETTE[severity];
  const half = (FLAG - 2) / 2;
  const shape =
    severity === "critical"
      ? `M${spot([x - half, y - half])}h${2 * half}v${2 * half}h${-2 * half}Z`
      : `M${spot([x - half, y])}a${half},${half} 0 1,1 ${2 * half},0a${half},${half} 0 1,1 ${-2 * half},0Z`;
  return together([
    path(shape, { fill: paint.fill, stroke: PALETTE.page, strokeWidth: 1 }),
    text([x, y], note === null ? "!" : String(note), {
      size: PAGE.text,
      weight: "bold",
      fill: paint.text,
      align: "center",
    }),
  ]);
}

/** A denied request: a cross with the key of whoever asked. */
export function denialInk(denial: PictureDenial, axis: Span, top: number): Ink {
  const { label } = placeCross(denial.at, axis, labelWidth(denial.key.length, false));
  const cross = crossExtent(denial.at, axis);
  const middle = top + LANE.bar / 2;
  return together([
    crossInk((cross.from + cross.to) / 2, middle),
    text([label.from, middle], denial.key, {
      size: PAGE.text,
      weight: "bold",
      fill: PALETTE.text,
    }),
  ]);
}

/** The cross itself. */
export function crossInk(x: number, y: number): Ink {
  const half = CROSS / 2 - 1.5;
  const style = { stroke: PALETTE.critical.fill, strokeWidth: 3 };
  return together([
    line([x - half, y - half], [x + half, y + half], style),
    line([x - half, y + half], [x + half, y - half], style),
  ]);
}
