import { z } from "zod";

/** A text of a card, and whether Teams reads Markdown in it. */
export interface CardText {
  readonly text: string;
  readonly markdown: boolean;
}

const node = z.record(z.string(), z.unknown());

/** Properties that people read, in whatever they stand. */
const READ = ["text", "title", "value", "label", "placeholder", "altText", "codeSnippet", "legend"];

/**
 * Every text of a card that a client may show, fallbacks too: Markdown counts in text blocks and facts.
 * Source: https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/cards-format#format-cards-with-markdown
 */
export function cardTexts(card: unknown): readonly CardText[] {
  const found: CardText[] = [];
  walk(card, "card", found);
  return found;
}

function walk(value: unknown, under: string, found: CardText[]): void {
  if (Array.isArray(value)) {
    for (const item of value) {
      if (under === "inlines" && typeof item === "string") {
        found.push({ text: item, markdown: false });
      }
      walk(item, under, found);
    }
    return;
  }
  const part = node.safeParse(value).data;
  if (part === undefined) {
    return;
  }
  const markdown = part["type"] === "TextBlock" || under === "facts";
  const isAction = String(part["type"]).startsWith("Action.");
  for (const [name, held] of Object.entries(part)) {
    if (name === "msteams" || (name === "data" && isAction)) {
      continue;
    }
    if (READ.includes(name) && typeof held === "string") {
      found.push({ text: held, markdown });
    }
    walk(held, Array.isArray(held) ? name : under, found);
  }
}
