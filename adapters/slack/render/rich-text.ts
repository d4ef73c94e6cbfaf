import type { types } from "@slack/bolt";
import type { Inline, LinkSpan, Span } from "../../../src/message/message.ts";
import { safeText } from "../../chat/safe-text.ts";
import { timeElements } from "./time-element.ts";
import { cutToWeight, moreCharacters, weightOf } from "./weight.ts";

/**
 * Profile pages in Slack of people, by their lower-cased names in the message. A link to the profile
 * shows who it is and rings for nobody; a mention in a posted message always notifies
 * (https://docs.slack.dev/messaging/formatting-message-text, mentioning users).
 */
export type Profiles = ReadonlyMap<string, string>;

/** One line of rich text. Its texts are taken literally by Slack: no markup, no emoji, no mentions. */
export type Line = readonly types.RichTextElement[];

/** No line may weigh more, so that it fits into a block with room to spare. */
export const MOST_LINE_WEIGHT = 2400;
const MOST_URL = 3000;

/** Running text as rich text; spans without text are left out. */
export function richLine(content: Inline, profiles: Profiles): Line {
  return limited(content.flatMap((span) => spanElements(span, profiles)));
}

/** A piece of text that this program wrote. */
export function plain(text: string, style?: types.RichTextText["style"]): types.RichTextText {
  return style === undefined ? { type: "text", text } : { type: "text", text, style };
}

/** The line, cut where it is too long, with a count of what is missing. */
export function limited(elements: Line): Line {
  const kept: types.RichTextElement[] = [];
  let room = MOST_LINE_WEIGHT;
  const joined = withJoinedText(elements);
  for (const [index, element] of joined.entries()) {
    const weight = weightOf(element) + 1;
    if (weight > room) {
      kept.push(...lastPiece(element, room), ...missing(joined.length - index - 1));
      return kept;
    }
    kept.push(element);
    room -= weight;
  }
  return kept;
}

/** Texts that look alike and follow each other become one. */
function withJoinedText(elements: Line): Line {
  const joined: types.RichTextElement[] = [];
  for (const element of elements) {
    const before = joined.at(-1);
    if (
      element.type === "text" &&
      before?.type === "text" &&
      JSON.stringify(element.style) === JSON.stringify(before.style)
    ) {
      joined[joined.length - 1] = { ...before, text: before.text + element.text };
    } else {
      joined.push(element);
    }
  }
  return joined;
}

function lastPiece(element: types.RichTextElement, room: number): Line {
  if (element.type !== "text") {
    return [plain("…")];
  }
  const overhead = weightOf({ ...element, text: "" });
  return [{ ...element, text: cutToWeight(element.text, Math.max(0, room - overhead)) }];
}

function missing(count: number): Line {
  return count === 0 ? [] : [plain(` (${count} more parts)`)];
}

function spanElements(span: Span, profiles: Profiles): Line {
  switch (span.kind) {
    case "text":
      return text(span.text);
    case "strong":
      return text(span.text, { bold: true });
    case "code":
      return text(span.text, { code: true });
    case "time":
      return timeElements(span);
    case "person":
      return personElements(span.name, profiles);
    case "link":
      return linkElements(span);
  }
}

function text(value: string, style?: types.RichTextText["style"]): Line {
  const safe = boundedText(value);
  return safe === "" ? [] : [plain(safe, style)];
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

/** The name stays the one in Azure: anybody may take another's name in Slack. */
function personElements(name: string, profiles: Profiles): Line {
  const url = profiles.get(name.toLowerCase());
  const safe = boundedText(name);
  if (url === undefined || safe === "") {
    return text(name, { bold: true });
  }
  return [{ type: "link", url, text: safe, style: { bold: true } }];
}

function linkElements({ url, label }: LinkSpan): Line {
  const safe = boundedText(label);
  return isWebAddress(url)
    ? [{ type: "link", url, ...(safe === "" ? {} : { text: safe }) }]
    : text(label);
}

/** Whether it is an `https:` address that Slack takes. */
export function isWebAddress(url: string): boolean {
  return url.length <= MOST_URL && /^https:\/\/[\w.!~*'()/%#:?&=+,;@$[\]-]+$/.test(url);
}
