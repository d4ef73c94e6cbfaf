import type { types } from "@slack/bolt";
import type {
  ChoicesNode,
  ContextNode,
  Inline,
  Message,
  MessageNode,
  TableNode,
} from "../../../src/message/message.ts";
import { actionButtons, commandButtons, label } from "./buttons.ts";
import { boundedText, isWebAddress, limited, plain, richLine } from "./rich-text.ts";
import type { Line, Profiles } from "./rich-text.ts";
import { safeText } from "../../chat/safe-text.ts";
import { escapeMarkup, looksLikeMarkup } from "./safe-text.ts";
import { saysSeverity, severityLabel } from "../../chat/severity.ts";
import { timeMarkup } from "./time-element.ts";
import { textWeight } from "./weight.ts";

/** A piece of a message on its way into blocks. */
export type Part =
  | { readonly kind: "block"; readonly block: types.KnownBlock }
  /** Lines, which may be spread over several blocks and pages; each is made when it is needed. */
  | { readonly kind: "lines"; readonly form: LineForm; readonly lines: readonly (() => Line)[] };

/** How lines are shown. */
export type LineForm = "section" | "list" | "preformatted";

const MOST_HEADER = 150;
const MOST_MARKUP_WEIGHT = 1900;
const MOST_TYPED = 5;

/** The pieces of a message in their order: its body, and what stands under every page of it. */
export function partsOf(
  message: Message,
  profiles: Profiles,
): { readonly body: readonly Part[]; readonly tail: readonly Part[] } {
  const { nodes } = message;
  let end = nodes.length;
  while (end > 0 && isTail(nodes[end - 1])) {
    end -= 1;
  }
  const body = nodes.slice(0, end).flatMap((node) => nodeParts(node, profiles));
  const actions = actionButtons(message.actions ?? []);
  return {
    body: withSeverity(message, body),
    tail: [
      ...(actions === null ? [] : [block(actions)]),
      ...nodes.slice(end).flatMap((node) => nodeParts(node, profiles)),
    ],
  };
}

function isTail(node: MessageNode | undefined): boolean {
  return node !== undefined && (node.kind === "choices" || node.kind === "context");
}

/** Puts the severity in front of a message that does not say it anywhere. */
function withSeverity(message: Message, body: readonly Part[]): readonly Part[] {
  if (saysSeverity(message)) {
    return body;
  }
  const sign = severityLabel(message.severity);
  const [first, ...others] = body;
  if (first?.kind === "block" && first.block.type === "header") {
    const text = label(`${sign}: ${first.block.text.text}`, MOST_HEADER);
    return [block({ ...first.block, text }), ...others];
  }
  return [lines("section", [() => [plain(sign, { bold: true })]]), ...body];
}

function nodeParts(node: MessageNode, profiles: Profiles): readonly Part[] {
  switch (node.kind) {
    case "heading":
      return safeText(node.text).trim() === ""
        ? []
        : [block({ type: "header", text: label(node.text, MOST_HEADER) })];
    case "paragraph":
      return section([() => richLine(node.content, profiles)]);
    case "notice":
      return section([
        () =>
          limited([
            plain(`${severityLabel(node.severity)}: `, { bold: true }),
            ...richLine(node.content, profiles),
          ]),
      ]);
    case "facts":
      return section(
        node.facts.map(
          (fact) => () =>
            limited([
              plain(`${boundedText(fact.label)}: `, { bold: true }),
              ...richLine(fact.value, profiles),
            ]),
        ),
      );
    case "list":
      return list(node.items.map((item) => () => richLine(item, profiles)));
    case "table":
      return list(node.rows.map((row) => () => tableRow(node, row, profiles)));
    case "code":
      return [
        lines(
          "preformatted",
          node.text
            .split(/\r\n|\n|\r/)
            .map((line) => () => limited([plain(boundedText(line) || " ")])),
        ),
      ];
    case "choices":
      return choiceParts(node);
    case "context":
      return contextParts(node, profiles);
  }
}

/** A row as one line, since a table does not fit on a phone: the first cell, then titles with cells. */
function tableRow(table: TableNode, row: readonly Inline[], profiles: Profiles): Line {
  return limited(
    row.flatMap((cell, index) => {
      const elements = richLine(cell, profiles);
      const shown = elements.length === 0 ? [plain("–")] : elements;
      return index === 0
        ? shown
        : [plain(` · ${boundedText(table.columns[index] ?? "")} `.replace("  ", " ")), ...shown];
    }),
  );
}

function choiceParts(node: ChoicesNode): readonly Part[] {
  const { block: buttons, typed } = commandButtons(node.commands);
  const shown = typed.slice(0, MOST_TYPED);
  return [
    ...(node.commands.length === 0 || safeText(node.prompt) === ""
      ? []
      : section([() => limited([plain(boundedText(node.prompt))])])),
    ...(buttons === null ? [] : [block(buttons)]),
    ...list(shown.map((command) => () => limited([plain(boundedText(command), { code: true })]))),
    ...(typed.length <= MOST_TYPED
      ? []
      : section([() => [plain(`(${typed.length - MOST_TYPED} more choices)`)]])),
  ];
}

/** Small print; where Slack would read its text as markup, it becomes literal text in italics. */
function contextParts(node: ContextNode, profiles: Profiles): readonly Part[] {
  const markup = contextMarkup(node.content);
  if (markup !== null) {
    return markup.trim() === ""
      ? []
      : [
          block({
            type: "context",
            elements: [{ type: "mrkdwn", text: markup, verbatim: true }],
          }),
        ];
  }
  return section([
    () =>
      richLine(node.content, profiles).map((element) =>
        element.type === "text" || element.type === "link" || element.type === "date"
          ? { ...element, style: { ...element.style, italic: true } }
          : element,
      ),
  ]);
}

/** The text as markup that shows it literally; null when there is none. */
function contextMarkup(content: Inline): string | null {
  if (plainOf(content).length > MOST_MARKUP_WEIGHT) {
    return null;
  }
  let markup = "";
  for (const span of content) {
    const text = safeText(
      "text" in span
        ? span.text
        : span.kind === "link"
          ? span.label
          : span.kind === "person"
            ? span.name
            : "",
    );
    if (looksLikeMarkup(text)) {
      return null;
    }
    if (span.kind === "time") {
      markup += timeMarkup(span);
    } else if (span.kind === "link" && isWebAddress(span.url) && text !== "") {
      markup += `<${escapeMarkup(span.url)}|${escapeMarkup(text)}>`;
    } else {
      markup += escapeMarkup(text);
    }
  }
  return looksLikeMarkup(plainOf(content)) || textWeight(markup) > MOST_MARKUP_WEIGHT
    ? null
    : markup;
}

/** The texts joined, since markup may begin in one span and end in another. */
function plainOf(content: Inline): string {
  return content
    .map((span) =>
      "text" in span ? span.text : "label" in span ? span.label : "name" in span ? span.name : "",
    )
    .join("");
}

function section(all: readonly (() => Line)[]): readonly Part[] {
  return [lines("section", all)];
}

function list(all: readonly (() => Line)[]): readonly Part[] {
  return [lines("list", all)];
}

function block(one: types.KnownBlock): Part {
  return { kind: "block", block: one };
}

function lines(form: LineForm, all: readonly (() => Line)[]): Part {
  return { kind: "lines", form, lines: all };
}
