import type { Message } from "../../../src/message/message.ts";
import { literalLine, withoutTags } from "./safe-text.ts";
import { severityWord } from "../../chat/severity.ts";
import { cutToWeight, MOST_SUMMARY } from "./weight.ts";

/** Longer ones are cut by every notification anyway. */
const MOST_CHARACTERS = 500;

/**
 * The message in one line: what a notification shows of it, what lists of chats show, what screen readers
 * read first. It is plain text; what could be taken for a tag is made harmless nevertheless.
 */
export function summaryText({ summary, severity }: Message): string {
  const safe = literalLine(summary, MOST_CHARACTERS);
  const text = safe === "" ? "Doorbell" : safe;
  const sign = severity === "info" ? "" : `${severityWord(severity)}: `;
  return cutToWeight(withoutTags(`${sign}${text}`), MOST_SUMMARY);
}

/** The same for clients that cannot draw the card, and read Markdown in what they show instead. */
export function fallbackText(message: Message): string {
  const text = summaryText(message).replaceAll(/[*_`~|#\\[\]&:]/g, (sign) =>
    sign === ":" ? "\uA789" : "\uFFFD",
  );
  return `${text} (This app is too old to show the rest. Please update Microsoft Teams.)`;
}
