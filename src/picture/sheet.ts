import { barInk, denialInk } from "./bar-ink.ts";
import { headerLines, leftLines } from "./captions.ts";
import { line, NO_INK, rect, text, together } from "./ink.ts";
import type { Ink } from "./ink.ts";
import { marksInk, notesInk, peopleInk } from "./legend-ink.ts";
import { GROUP_HEAD, LANE, PAGE, PLOT, positionOf, ROW_HEAD } from "./page.ts";
import { PALETTE } from "./palette.ts";
import { fitted, textWidth, wrapped } from "./text-width.ts";
import { ticksOf } from "./time-axis.ts";
import type { Tick } from "./time-axis.ts";
import type { PictureGroup, PictureRow, TimelinePicture } from "./timeline.ts";

/** A page ready to be drawn. */
export interface Sheet {
  readonly height: number;
  /** What lies below the axis and its grid. */
  readonly ground: Ink;
  readonly ink: Ink;
  readonly ticks: readonly Tick[];
  /** The area of the bars, from the axis on top to the one below. */
  readonly plot: { readonly top: number; readonly bottom: number };
}

/** Something drawn, and where the next thing begins. */
export interface Piece {
  readonly ink: Ink;
  readonly bottom: number;
}

const INNER = PAGE.width - 2 * PAGE.margin;
const LINE = 16;
/** Rows below that are too far from the labels above them. */
const FAR = 300;
const TEXT = { size: PAGE.text, fill: PALETTE.text } as const;
const QUIET = { size: PAGE.text, fill: PALETTE.quiet } as const;

/** Puts everything onto one page, from top to bottom. */
export function layOut(picture: TimelinePicture): Sheet {
  const ticks = ticksOf(picture.axis, picture.zone);
  const header = headerInk(picture, PAGE.margin);
  const people = peopleInk(picture, header.bottom + 4);
  const upper = tickLabels(ticks, picture, people.bottom + 6);
  const top = upper.bottom + 2;
  const rows = rowsInk(picture, top);
  const bottom = rows.bottom + 4;
  const lower = bottom - top > FAR ? tickLabels(ticks, picture, bottom + 4) : null;
  const left = paragraphs(leftLines(picture), (lower?.bottom ?? bottom) + 8, "bold");
  const notes = notesInk(picture, left.bottom + 4);
  const marks = marksInk(picture, notes.bottom + 6);
  return {
    height: Math.ceil(marks.bottom + PAGE.margin),
    ticks,
    plot: { top, bottom },
    ground: groundInk(picture, top, bottom),
    ink: together([
      knownInk(picture, top, bottom),
      header.ink,
      people.ink,
      upper.ink,
      rows.ink,
      ...(lower === null ? [] : [lower.ink]),
      left.ink,
      notes.ink,
      marks.ink,
    ]),
  };
}

function headerInk(picture: TimelinePicture, top: number): Piece {
  let y = top;
  const inks: Ink[] = [];
  for (const words of wrapped(picture.title, INNER, PAGE.title, 2, "bold")) {
    inks.push(
      text([PAGE.margin, y + 11], words, {
        size: PAGE.title,
        weight: "bold",
        fill: PALETTE.text,
      }),
    );
    y += 22;
  }
  const lines = paragraphs(headerLines(picture), y + 2, "normal");
  return { ink: together([...inks, lines.ink]), bottom: lines.bottom };
}

function paragraphs(lines: readonly string[], top: number, weight: "normal" | "bold"): Piece {
  const inks: Ink[] = [];
  let y = top;
  for (const words of lines) {
    for (const part of wrapped(
      words,
      INNER,
      PAGE.text,
      3,
      weight === "bold" ? weight : undefined,
    )) {
      inks.push(text([PAGE.margin, y + LINE / 2], part, { ...TEXT, weight }));
      y += LINE;
    }
  }
  return { ink: together(inks), bottom: y };
}

function rowsInk({ groups, axis }: TimelinePicture, top: number): Piece {
  const inks: Ink[] = [];
  let y = top;
  for (const group of groups) {
    if (group !== groups[0]) {
      const style = { stroke: PALETTE.line, strokeWidth: 1 };
      inks.push(line([PLOT.left, y + 3], [PLOT.right, y + 3], style));
    }
    inks.push(groupHead(group, y));
    y += GROUP_HEAD;
    for (const row of group.rows) {
      inks.push(rowInk(row, axis, y));
      y += ROW_HEAD + row.lanes * LANE.pitch;
    }
  }
  if (groups.length === 0) {
    inks.push(text([PAGE.width / 2, y + 24], "Nothing was open.", { ...TEXT, align: "center" }));
    y += 48;
  }
  return { ink: together(inks), bottom: y };
}

function groupHead({ name }: PictureGroup, y: number): Ink {
  return text([PAGE.margin, y + 16], fitted(name, INNER, PAGE.heading, "bold"), {
    size: PAGE.heading,
    weight: "bold",
    fill: PALETTE.text,
  });
}

function rowInk(row: PictureRow, axis: TimelinePicture["axis"], top: number): Ink {
  const lanes = top + ROW_HEAD;
  const more = row.left === 0 ? "" : `and ${row.left} more, not drawn`;
  const label = fitted(row.label, INNER - textWidth(more, PAGE.text) - 20, PAGE.text);
  const after = PAGE.margin + textWidth(label, PAGE.text) + 10;
  return together([
    text([PAGE.margin, top + 8], label, TEXT),
    text([after, top + 8], more, { ...TEXT, weight: "bold" }),
    ...row.bars.map((bar) => barInk(bar, axis, lanes + bar.lane * LANE.pitch)),
    ...row.denials.map((denial) => denialInk(denial, axis, lanes + denial.lane * LANE.pitch)),
  ]);
}

/** Days, times of day and UTC, in a line each; what would touch its neighbour is left out. */
function tickLabels(ticks: readonly Tick[], { axis }: TimelinePicture, top: number): Piece {
  const lines: readonly (readonly [
    (tick: Tick) => string,
    Pick<typeof TEXT, "size"> & { readonly fill: string; readonly weight?: "bold" },
  ])[] = [
    [(tick) => tick.day, { ...TEXT, weight: "bold" }],
    [(tick) => tick.time, TEXT],
    [(tick) => tick.utc, QUIET],
  ];
  const inks: Ink[] = [];
  let y = top;
  for (const [wordsOf, style] of lines) {
    if (ticks.every((tick) => wordsOf(tick) === "")) {
      continue;
    }
    let free = 0;
    for (const tick of ticks) {
      const words = wordsOf(tick);
      const width = textWidth(words, PAGE.text, style.weight);
      const middle = positionOf(tick.at, axis);
      const x = Math.min(Math.max(middle - width / 2, PLOT.left), PLOT.right - width);
      if (words !== "" && x >= free) {
        inks.push(text([x, y + LINE / 2], words, style));
        free = x + width + 6;
      }
    }
    y += LINE;
  }
  return { ink: together(inks), bottom: y };
}

/** A ground for the time of which nothing is known. */
function groundInk({ axis, known }: TimelinePicture, top: number, bottom: number): Ink {
  const x = positionOf(known, axis);
  return known >= axis.to
    ? NO_INK
    : rect({ x, y: top, width: PLOT.right - x, height: bottom - top }, { fill: PALETTE.unknown });
}

/** A line where knowledge ends. */
function knownInk({ axis, known }: TimelinePicture, top: number, bottom: number): Ink {
  const x = positionOf(known, axis);
  const style = { stroke: PALETTE.known, strokeWidth: 1.2, dash: [4, 3] };
  return known <= axis.from || known >= axis.to ? NO_INK : line([x, top], [x, bottom], style);
}
