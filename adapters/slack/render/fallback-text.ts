import type { Inline, Message, MessageNode, Span } from "../../../src/message/message.ts";
import { safeText } from "../../chat/safe-text.ts";
import { escapeMarkup } from "./safe-text.ts";
import { severityWord } from "../../chat/severity.ts";
import { utcText } from "../../chat/utc-text.ts";

/** An edit with a longer text is refused at 4,000; escaping may lengthen it after the cut. */
const MOST_CHARACTERS = 2900;

/**
 * A message as plain text with times in UTC: for notifications, which show its beginning, and for screen
 * readers, which read it instead of the blocks.
 * Source: https://docs.slack.dev/reference/methods/chat.postMessage (accessibility considerations)
 */
export function fallbackText(message: Message): string {
  const lines = [() => bounded(message.summary), ...message.nodes.flatMap(nodeLines)];
  let text = "";
  let previous = "";
  for (const [index, lineOf] of lines.entries()) {
    const line = lineOf();
    if (line !== "" && line !== previous) {
      const next = `${text === "" ? "" : "\n"}${escapeMarkup(line)}`;
      if (text.length + next.length > MOST_CHARACTERS) {
        const left = lines.length - index;
        return `${text}${cutEscaped(next, MOST_CHARACTERS - text.length)}\n(${left} more lines)`;
      }
      text += next;
      previous = line;
    }
  }
  return text === "" ? "Doorbell" : text;
}

/** Cuts text without breaking an entity or a pair of surrogates. */
function cutEscaped(escaped: string, most: number): string {
  return `${escaped
    .slice(0, Math.max(0, most))
    .replace(/&[a-z]{0,3}$/, "")
    .replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** Lines of a node, each made when it is needed. */
function nodeLines(node: MessageNode): readonly (() => string)[] {
  switch (node.kind) {
    case "heading":
      return [() => bounded(node.text)];
    case "paragraph":
    case "context":
      return [() => plainRun(node.content)];
    case "notice":
      return [() => `${severityWord(node.severity)}: ${plainRun(node.content)}`];
    case "facts":
      return node.facts.map(
        ({ label, value }) =>
          () =>
            `${bounded(label)}: ${plainRun(value)}`,
      );
    case "list":
      return node.items.map((item) => () => plainRun(item));
    case "table":
      return node.rows.map(
        (row) => () =>
          row
            .map((cell, index) => `${bounded(node.columns[index] ?? "")} ${plainRun(cell)}`.trim())
            .join(", "),
      );
    case "code":
      return node.text.split("\n").map((line) => () => bounded(line));
    case "choices":
      return [];
  }
}

function plainRun(content: Inline): string {
  return bounded(content.map(plainSpan).join(""));
}

/** No more of a text than can be shown. */
function bounded(text: string): string {
  return safeText(text.slice(0, MOST_CHARACTERS + 1));
}

function plainSpan(span: Span): string {
  switch (span.kind) {
    case "text":
    case "strong":
    case "code":
      return span.text;
    case "person":
      return span.name;
    case "link":
      return span.label;
    case "time":
      return utcText(span);
  }
}
