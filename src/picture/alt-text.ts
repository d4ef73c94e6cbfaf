import { knownWords, leftLines, spanWords, totalsWords } from "./captions.ts";
import { isolated, shortened } from "./picture-text.ts";
import { timeBesideText, timeText } from "./time-axis.ts";
import type { PictureBar, PictureDenial, TimelinePicture } from "./timeline.ts";

/** What chat platforms take at most as alternative text, in UTF-16 units. */
export const ALT_TEXT_LIMIT = 2000;
const TITLE_LIMIT = 120;

interface Told {
  readonly where: string;
  readonly bar: PictureBar;
}

/**
 * The picture in words: how much, what still stands, the findings, then every other opening as long as
 * there is room. What found no room is counted.
 */
export function altText(picture: TimelinePicture): string {
  const head = [
    `Timeline: ${shortened(picture.title, TITLE_LIMIT)}. ${spanWords(picture)}.`,
    `${totalsWords(picture.totals)}.`,
    `${knownWords(picture)}.`,
  ];
  const told = picture.groups.flatMap(({ name, rows }) =>
    rows.flatMap(({ label, bars }) =>
      bars.map((bar): Told => ({ where: `${label} on ${isolated(name)}`, bar })),
    ),
  );
  const isOpen = ({ bar }: Told): boolean => bar.stands;
  const sentences = [
    ...told.filter(isOpen),
    ...told.filter((one) => !isOpen(one) && one.bar.flag !== null),
    ...told.filter((one) => !isOpen(one) && one.bar.flag === null),
  ].map((one) => openingWords(one, picture));
  const denials = picture.groups.flatMap(({ name, rows }) =>
    rows.flatMap((row) =>
      row.denials.map((one) => denialWords(one, `${row.label} on ${isolated(name)}`, picture)),
    ),
  );
  return withinLimit(head, [...sentences, ...denials], leftLines(picture));
}

function openingWords({ where, bar }: Told, { zone, notes }: TimelinePicture): string {
  const from = timeText(bar.from, zone);
  const begin =
    bar.begin === "before"
      ? `before ${from}`
      : bar.begin === "inexact"
        ? `${from} or before`
        : from;
  const promised =
    bar.promisedEnd === null
      ? ""
      : `, promised until ${timeBesideText(bar.promisedEnd, bar.from, zone)}`;
  const over = bar.overstayFrom === null ? "" : ", past its promised end";
  const note = notes.find(({ number }) => number === bar.flag?.note);
  const finding =
    bar.flag === null
      ? ""
      : ` (${bar.flag.severity}${note === undefined ? "" : `, finding ${note.number}: ${afterColon(note.text)}`})`;
  return `${where}: ${bar.name}, from ${begin} ${endWords(bar, zone)}${promised}${over}${finding}.`;
}

/** A note says where and when before its colon, which the sentence has said already. */
function afterColon(text: string): string {
  return text.replace(/^.*?\d\d:\d\d: /u, "").replace(/\.$/u, "");
}

function endWords(bar: PictureBar, zone: string): string {
  const to = timeBesideText(bar.to, bar.from, zone);
  switch (bar.end) {
    case "standing":
      return "on, still open";
    case "unsure":
      return "on, perhaps still open";
    case "after":
      return `to after ${to}${bar.stands ? ", still open when knowledge ends" : ""}`;
    case "inexact":
      return `to ${to} at the latest`;
    case "exact":
      return `to ${to}`;
  }
}

function denialWords(denial: PictureDenial, where: string, { zone }: TimelinePicture): string {
  return `${where}: request by ${denial.name} denied at ${timeText(denial.at, zone)}.`;
}

function withinLimit(
  head: readonly string[],
  sentences: readonly string[],
  tail: readonly string[],
): string {
  const more = (count: number): readonly string[] =>
    count === 0 ? [] : [`And ${count} more that are drawn.`];
  for (let kept = sentences.length; kept >= 0; kept -= 1) {
    const text = [
      ...head,
      ...sentences.slice(0, kept),
      ...more(sentences.length - kept),
      ...tail,
    ].join(" ");
    if (text.length <= ALT_TEXT_LIMIT) {
      return text;
    }
  }
  return shortened(head.join(" "), ALT_TEXT_LIMIT / 2);
}
