import { safeText } from "../../chat/safe-text.ts";

/** Shown in place of a character that could mislead the reader or break the card. */
const REPLACEMENT = "\uFFFD";

/**
 * Text for a place that is literal but for what clients replace wherever it stands: the functions DATE and
 * TIME in double braces, templates and resources in `${…}`, the tags of mentions, and (on Android) HTML
 * entities. Each is broken by a space or by another sign that looks alike.
 * Source: https://learn.microsoft.com/en-us/adaptive-cards/authoring-cards/text-features (date functions)
 */
export function literal(text: string): string {
  return text
    .replaceAll(/\{(?=\{)/g, "{ ")
    .replaceAll(/\$(?=\{)/g, "$ ")
    .replaceAll(/<(?=\s*\/?\s*at\b)/gi, "‹")
    .replaceAll(/&(?=#|[a-z\d]+;)/gi, "& ");
}

/** Whether a text is one in which no reader of Markdown, links or HTML finds anything. */
export function isPlain(text: string): boolean {
  return /^\p{L}(?:[\p{L}\p{M}\p{N} ,;'’()/-]|:(?= ))*$/u.test(text);
}

/**
 * A name for the inside of `<at>…</at>`, where Teams reads Markdown and wants the same text in the card and
 * in its entity: only letters, digits and signs that format nothing. Empty when nothing is left of it.
 */
export function mentionName(name: string, most: number): string {
  const safe = safeText(name)
    .replaceAll(/[^\p{L}\p{M}\p{N} .,@'’_+-]/gu, REPLACEMENT)
    .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, REPLACEMENT)
    .trim();
  return /[\p{L}\p{N}]/u.test(safe) ? cutTo(safe, most) : "";
}

/** The text with no more than so many characters, the last an ellipsis where it is cut. */
export function cutTo(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** Hostile text as one literal line of no more than so many characters; empty when nothing is left of it. */
export function literalLine(text: string, most: number): string {
  return cutTo(literal(safeText(text.slice(0, 2 * most))).trim(), most);
}

/** The same where a client might read tags: in notifications, previews, lists. */
export function withoutTags(text: string): string {
  return text.replaceAll("<", "‹").replaceAll(">", "›");
}
