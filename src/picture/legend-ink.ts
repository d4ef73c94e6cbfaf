import { crossInk, flagInk, promiseStroke, stripesInk } from "./bar-ink.ts";
import { keyWidth } from "./bar.ts";
import { line, path, rect, spot, text, together } from "./ink.ts";
import type { Ink } from "./ink.ts";
import { FLAG, LANE, PAGE } from "./page.ts";
import { PALETTE, paintOf } from "./palette.ts";
import type { Piece } from "./sheet.ts";
import { fitted, textWidth, wrapped } from "./text-width.ts";
import type { PictureBar, TimelinePicture, Who } from "./timeline.ts";

const INNER = PAGE.width - 2 * PAGE.margin;
const PITCH = 22;
const LINE = 16;
const BETWEEN = 14;
const SAMPLE = 22;
const TEXT = { size: PAGE.text, fill: PALETTE.text } as const;

/** One line of a legend: a sample of some width, and what it means. */
interface Entry {
  readonly sample: (x: number, middle: number) => Ink;
  readonly width: number;
  readonly words: string;
}

/** People by colour and letter. */
export function peopleInk(picture: TimelinePicture, top: number): Piece {
  const entries = picture.people.map(({ key, name }, index) => personEntry(index, key, name));
  const bars = allBars(picture);
  if (picture.otherPeople > 0) {
    const { otherPeople } = picture;
    const words = otherPeople === 1 ? "1 other person" : `${otherPeople} other people`;
    entries.push(personEntry("other", "+", words));
  }
  if (bars.some(({ key }) => key === "?")) {
    entries.push(personEntry("nobody", "?", "not named in the log"));
  }
  if (bars.some(({ key }) => key.includes("/"))) {
    entries.push(personEntry("nobody", "A/B", "one of these"));
  }
  if (bars.some(({ key }) => /^.\?$/u.test(key))) {
    entries.push({ sample: letters("A?"), width: keyWidth("A?"), words: "most likely A" });
  }
  return flow(entries, top);
}

function letters(key: string): Entry["sample"] {
  return (x, middle) => text([x, middle], key, { ...TEXT, weight: "bold" });
}

function personEntry(who: Who, key: string, name: string): Entry {
  const paint = paintOf(who);
  const width = Math.max(SAMPLE, keyWidth(key) + 6);
  const stroke = who === "nobody" ? PALETTE.text : paint.fill;
  return {
    width,
    words: name,
    sample: (x, middle) =>
      together([
        rect(
          { x, y: middle - LANE.bar / 2, width, height: LANE.bar },
          { fill: paint.fill, stroke },
        ),
        text([x + width / 2, middle], key, {
          size: PAGE.text,
          weight: "bold",
          fill: paint.text,
          align: "center",
        }),
      ]),
  };
}

/** The marks that this picture uses, each with its meaning. */
export function marksInk(picture: TimelinePicture, top: number): Piece {
  const bars = allBars(picture);
  const has = (test: (bar: PictureBar) => boolean): boolean => bars.some(test);
  const { knownIs, known, axis } = picture;
  const entries: readonly (Entry | null)[] = [
    has(({ end }) => end === "standing") ? mark(arrow(true), "still open") : null,
    has(({ end }) => end === "unsure") ? mark(arrow(false), "perhaps still open") : null,
    has(({ begin }) => begin === "inexact") ? mark(dashed("left"), "began then or earlier") : null,
    has(({ end }) => end === "inexact") ? mark(dashed("right"), "closed then or earlier") : null,
    has(({ begin, end }) => begin === "before" || end === "after")
      ? mark(dots, "goes on outside")
      : null,
    has(({ promisedEnd }) => promisedEnd !== null) ? mark(promised, "promised end") : null,
    has(({ overstayFrom }) => overstayFrom !== null) ? mark(stripes, "open past its end") : null,
    has(({ flag }) => flag?.severity === "critical") ? mark(flag("critical"), "critical") : null,
    has(({ flag }) => flag?.severity === "warning") ? mark(flag("warning"), "warning") : null,
    picture.groups.some(({ rows }) => rows.some(({ denials }) => denials.length > 0))
      ? mark((x, middle) => crossInk(x + SAMPLE / 2, middle), "request denied")
      : null,
    known > axis.from && known < axis.to
      ? mark(knownSample, knownIs === "now" ? "now" : "end of the log")
      : null,
  ];
  return flow(
    entries.filter((entry) => entry !== null),
    top,
  );
}

function mark(sample: Entry["sample"], words: string): Entry {
  return { sample, words, width: SAMPLE };
}

function arrow(isFilled: boolean): Entry["sample"] {
  return (x, middle) => {
    const half = LANE.bar / 2;
    const shape = `M${spot([x + 6, middle - half])}L${spot([x + 16, middle])}L${spot([x + 6, middle + half])}Z`;
    return isFilled
      ? path(shape, { fill: PALETTE.quiet, stroke: PALETTE.text })
      : path(shape, { fill: PALETTE.page, stroke: PALETTE.text, dash: [3, 2] });
  };
}

function dashed(side: "left" | "right"): Entry["sample"] {
  return (x, middle) => {
    const y = middle - LANE.bar / 2;
    const [stub, bar] = side === "left" ? [x, x + 12] : [x + 10, x];
    return together([
      rect({ x: stub, y, width: 12, height: LANE.bar }, { stroke: PALETTE.text, dash: [3, 2] }),
      rect({ x: bar, y, width: 10, height: LANE.bar }, { fill: PALETTE.quiet }),
    ]);
  };
}

function dots(x: number, middle: number): Ink {
  return text([x + SAMPLE / 2, middle], "…", { ...TEXT, weight: "bold", align: "center" });
}

function promised(x: number, middle: number): Ink {
  return promiseStroke(x + SAMPLE / 2, middle - LANE.bar / 2);
}

function stripes(x: number, middle: number): Ink {
  return stripesInk({ from: x, to: x + SAMPLE }, middle - LANE.bar / 2);
}

function flag(severity: "critical" | "warning"): Entry["sample"] {
  return (x, middle) => flagInk({ severity, note: null }, x + SAMPLE / 2, middle);
}

function knownSample(x: number, middle: number): Ink {
  const [top, bottom] = [middle - LANE.bar / 2, middle + LANE.bar / 2];
  return line([x + SAMPLE / 2, top], [x + SAMPLE / 2, bottom], {
    stroke: PALETTE.known,
    strokeWidth: 1.2,
    dash: [4, 3],
  });
}

/** Findings in words, behind the numbers that their bars bear. */
export function notesInk({ notes, otherNotes }: TimelinePicture, top: number): Piece {
  const inks: Ink[] = [];
  let y = top;
  const indent = FLAG + 6;
  for (const { number, severity, text: words } of notes) {
    inks.push(flagInk({ severity, note: number }, PAGE.margin + FLAG / 2, y + LINE / 2));
    for (const part of wrapped(words, INNER - indent, PAGE.text, 3)) {
      inks.push(text([PAGE.margin + indent, y + LINE / 2], part, TEXT));
      y += LINE;
    }
    y += 4;
  }
  if (otherNotes > 0) {
    const words = `and ${otherNotes} more ${otherNotes === 1 ? "opening" : "openings"} with findings`;
    inks.push(text([PAGE.margin + indent, y + LINE / 2], words, { ...TEXT, weight: "bold" }));
    y += LINE + 4;
  }
  return { ink: together(inks), bottom: y };
}

/** Entries beside each other as long as they fit. */
function flow(entries: readonly Entry[], top: number): Piece {
  const inks: Ink[] = [];
  let x: number = PAGE.margin;
  let y = top;
  for (const { sample, width, words } of entries) {
    const shown = fitted(words, INNER - width - 6, PAGE.text);
    const whole = width + 6 + textWidth(shown, PAGE.text);
    if (x > PAGE.margin && x + whole > PAGE.width - PAGE.margin) {
      x = PAGE.margin;
      y += PITCH;
    }
    inks.push(sample(x, y + PITCH / 2), text([x + width + 6, y + PITCH / 2], shown, TEXT));
    x += whole + BETWEEN;
  }
  return { ink: together(inks), bottom: entries.length === 0 ? top : y + PITCH };
}

function allBars({ groups }: TimelinePicture): readonly PictureBar[] {
  return groups.flatMap(({ rows }) => rows.flatMap(({ bars }) => bars));
}
