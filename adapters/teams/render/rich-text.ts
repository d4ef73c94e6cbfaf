import type { Inline, LinkSpan, Span } from "../../../src/message/message.ts";
import type { TextRun } from "./card.ts";
import { safeText } from "../../chat/safe-text.ts";
import { literal } from "./safe-text.ts";
import { timeText } from "./time-text.ts";
import { cutToWeight, moreCharacters, weightOf } from "./weight.ts";

/** One line of rich text. Clients take its texts literally: no Markdown, no links, no mentions. */
export type Line = readonly TextRun[];

/** How a run looks. */
export type Look = Omit<TextRun, "type" | "text">;

/** No line may weigh more, so that it fits into a card with room to spare. */
export const MOST_LINE_WEIGHT = 2400;
const MOST_URL = 2000;

/** Running text as rich text; spans without text are left out. */
export function richLine(content: Inline, look: Look = {}): Line {
  return limited(content.flatMap((span) => spanRuns(span, look)));
}

/** A piece of text, whoever wrote it. */
export function run(text: string, look: Look = {}): TextRun {
  return { type: "TextRun", text: literal(text), ...look };
}

/** The line, cut where it is too long, with a count of what is missing. */
export function limited(runs: Line): Line {
  const kept: TextRun[] = [];
  let room = MOST_LINE_WEIGHT;
  const joined = withJoinedText(runs);
  for (const [index, one] of joined.entries()) {
    const weight = weightOf(one) + 1;
    if (weight > room) {
      const left = joined.length - index - 1;
      kept.push(lastRun(one, room), ...(left === 0 ? [] : [run(` (${left} more parts)`)]));
      return kept;
    }
    kept.push(one);
    room -= weight;
  }
  return kept;
}

/** Texts that look alike and follow each other become one; times stay by themselves. */
function withJoinedText(runs: Line): Line {
  const joined: TextRun[] = [];
  for (const one of runs) {
    const before = joined.at(-1);
    if (before !== undefined && !isTime(one) && !isTime(before) && looksLike(one, before)) {
      joined[joined.length - 1] = { ...before, text: literal(before.text + one.text) };
    } else {
      joined.push(one);
    }
  }
  return joined;
}

/** Only this program's own times keep their braces. */
function isTime({ text }: TextRun): boolean {
  return text.includes("{{");
}

function looksLike(one: TextRun, other: TextRun): boolean {
  return JSON.stringify({ ...one, text: "" }) === JSON.stringify({ ...other, text: "" });
}

function lastRun(one: TextRun, room: number): TextRun {
  if (isTime(one) || one.selectAction !== undefined) {
    return run("…");
  }
  const overhead = weightOf({ ...one, text: "" });
  return { ...one, text: literal(cutToWeight(one.text, Math.max(0, room - overhead))) };
}

function spanRuns(span: Span, look: Look): Line {
  switch (span.kind) {
    case "text":
      return textRuns(span.text, look);
    case "strong":
      return textRuns(span.text, { ...look, weight: "Bolder" });
    case "code":
      return textRuns(span.text, { ...look, fontType: "Monospace" });
    case "person":
      return textRuns(span.name, { ...look, weight: "Bolder" });
    case "time":
      return [{ type: "TextRun", text: timeText(span), ...look }];
    case "link":
      return linkRuns(span, look);
  }
}

function textRuns(value: string, look: Look): Line {
  const safe = boundedText(value);
  return safe === "" ? [] : [run(safe, look)];
}

function linkRuns({ url, label }: LinkSpan, look: Look): Line {
  return isWebAddress(url)
    ? textRuns(label.trim() === "" ? url : label, {
        ...look,
        selectAction: { type: "Action.OpenUrl", url },
      })
    : textRuns(label, look);
}

/** Safe text that is no longer than a line can be: what nobody will see is not worth the work. */
export function boundedText(value: string): string {
  if (value.length <= MOST_LINE_WEIGHT) {
    return safeText(value);
  }
  return (
    safeText(value.slice(0, MOST_LINE_WEIGHT)) + moreCharacters(value.length - MOST_LINE_WEIGHT)
  );
}

/** Whether it is an `https:` address that may be opened. */
export function isWebAddress(url: string): boolean {
  return url.length <= MOST_URL && /^https:\/\/[\w.!~*'()/%#:?&=+,;@$[\]-]+$/.test(url);
}
