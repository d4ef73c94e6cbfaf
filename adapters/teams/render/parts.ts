import type {
  ChoicesNode,
  Inline,
  Message,
  MessageNode,
  Severity,
  TableNode,
} from "../../../src/message/message.ts";
import { actionButtons, commandButtons } from "./buttons.ts";
import type { CardElement } from "./card.ts";
import { boundedText, limited, richLine, run } from "./rich-text.ts";
import type { Line, Look } from "./rich-text.ts";
import { safeText } from "../../chat/safe-text.ts";
import { isPlain, literalLine } from "./safe-text.ts";
import { saysSeverity, severityLabel } from "../../chat/severity.ts";
import type { Ground, LineForm, Row } from "./line-forms.ts";

/** A piece of a message on its way into a card. */
export type Part =
  | { readonly kind: "element"; readonly element: CardElement }
  /** Rows, which may be spread over several pages; each is made when it is needed. */
  | { readonly kind: "rows"; readonly form: LineForm; readonly rows: readonly (() => Row)[] };

const MOST_HEADING = 150;
const MOST_TYPED = 5;
/** A table with more columns cannot be read on a phone. */
const MOST_COLUMNS = 4;
/** What stands beside the word for how severe something is. */
const GROUNDS: { readonly [severity in Severity]: Ground } = {
  info: "accent",
  warning: "warning",
  critical: "attention",
};
const SMALL: Look = { size: "Small", isSubtle: true };

/** The pieces of a message in their order: its body, and what stands under every page of it. */
export function partsOf(message: Message): {
  readonly body: readonly Part[];
  readonly tail: readonly Part[];
} {
  const { nodes } = message;
  let end = nodes.length;
  while (end > 0 && isTail(nodes[end - 1])) {
    end -= 1;
  }
  const actions = actionButtons(message.actions ?? []);
  return {
    body: [...severityParts(message), ...nodes.slice(0, end).flatMap(nodeParts)],
    tail: [...(actions === null ? [] : [element(actions)]), ...nodes.slice(end).flatMap(nodeParts)],
  };
}

function isTail(node: MessageNode | undefined): boolean {
  return node !== undefined && (node.kind === "choices" || node.kind === "context");
}

/** The severity of a message that does not say it anywhere. */
function severityParts(message: Message): readonly Part[] {
  const { severity } = message;
  return saysSeverity(message)
    ? []
    : lines([() => [run(severityLabel(severity), { weight: "Bolder" })]], GROUNDS[severity]);
}

function nodeParts(node: MessageNode): readonly Part[] {
  switch (node.kind) {
    case "heading":
      return heading(node.text);
    case "paragraph":
      return lines([() => richLine(node.content)]);
    case "notice": {
      const sign = run(`${severityLabel(node.severity)}: `, { weight: "Bolder" });
      return lines([() => limited([sign, ...richLine(node.content)])], GROUNDS[node.severity]);
    }
    case "facts":
      return lines(
        node.facts.map(
          ({ label, value }) =>
            () =>
              limited([run(`${boundedText(label)}: `, { weight: "Bolder" }), ...richLine(value)]),
        ),
      );
    case "list":
      return list(node.items.map((item) => () => richLine(item)));
    case "table":
      return table(node);
    case "code":
      return lines(
        node.text.split(/\r\n|\n|\r/).map((line) => () => codeLine(line)),
        "emphasis",
      );
    case "choices":
      return choiceParts(node);
    case "context":
      return lines([() => richLine(node.content, SMALL)]);
  }
}

/** A heading for screen readers too, where its text can stand as Markdown. */
function heading(text: string): readonly Part[] {
  const shown = literalLine(text, MOST_HEADING);
  if (shown === "") {
    return [];
  }
  const look = { size: "Large", weight: "Bolder" } as const;
  return [
    element(
      isPlain(shown)
        ? { type: "TextBlock", text: shown, wrap: true, style: "heading", ...look }
        : { type: "RichTextBlock", inlines: [run(shown, look)] },
    ),
  ];
}

/** Spaces at the beginning stay; clients would swallow them. */
function codeLine(text: string): Line {
  const shown = boundedText(text).replace(/^ +/, (spaces) => "\u00A0".repeat(spaces.length));
  return limited([run(shown === "" ? "\u00A0" : shown, { fontType: "Monospace" })]);
}

function table(node: TableNode): readonly Part[] {
  const { columns, rows } = node;
  if (columns.length > MOST_COLUMNS) {
    return list(rows.map((row) => () => wideRow(node, row)));
  }
  const titles = columns.map((title) => richLine([{ kind: "strong", text: title }]));
  return [
    {
      kind: "rows",
      form: { kind: "table", titles },
      rows: rows.map((row) => () => row.map((cell) => richLine(cell))),
    },
  ];
}

/** A row as one line: the first cell, then titles with cells. */
function wideRow({ columns }: TableNode, row: readonly Inline[]): Line {
  return limited(
    row.flatMap((cell, index) => {
      const runs = richLine(cell);
      const shown = runs.length === 0 ? [run("–")] : runs;
      return index === 0
        ? shown
        : [run(` · ${boundedText(columns[index] ?? "")} `.replace("  ", " ")), ...shown];
    }),
  );
}

function choiceParts(node: ChoicesNode): readonly Part[] {
  const { buttons, typed } = commandButtons(node.commands);
  const shown = typed.slice(0, MOST_TYPED);
  return [
    ...(node.commands.length === 0 || safeText(node.prompt).trim() === ""
      ? []
      : lines([() => limited([run(boundedText(node.prompt))])])),
    ...(buttons === null ? [] : [element(buttons)]),
    ...list(shown.map((command) => () => limited([run(boundedText(command), CODE)]))),
    ...(typed.length <= MOST_TYPED
      ? []
      : lines([() => [run(`(${typed.length - MOST_TYPED} more choices)`)]])),
  ];
}

const CODE: Look = { fontType: "Monospace" };

function lines(all: readonly (() => Line)[], ground: Ground = null): readonly Part[] {
  return rowsOf({ kind: "lines", ground }, all);
}

function list(all: readonly (() => Line)[]): readonly Part[] {
  return rowsOf({ kind: "list" }, all);
}

function rowsOf(form: LineForm, all: readonly (() => Line)[]): readonly Part[] {
  return all.length === 0
    ? []
    : [{ kind: "rows", form, rows: all.map((lineOf) => () => [lineOf()]) }];
}

function element(one: CardElement): Part {
  return { kind: "element", element: one };
}
