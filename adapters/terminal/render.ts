import { DateTime } from "luxon";
import type { Inline, Message, MessageNode, Severity, Span } from "../../src/message/message.ts";
import { localTime, zoneNote } from "./local-time.ts";
import { safeLines, safeText } from "./safe-text.ts";
import { paint, run, wrapRuns } from "./styled-text.ts";
import type { StyledRun, TerminalCapabilities } from "./styled-text.ts";
import { NO_BREAK, tableLines } from "./table.ts";

/** For whom and on what a message is rendered. */
export interface RenderOptions extends TerminalCapabilities {
  /** Columns; below 20 counts as 20. */
  readonly width: number;
  /** The reader's IANA time zone. */
  readonly zone: string;
  /** Whether the zone is named already by what stands above. */
  readonly zoneIsTold?: boolean;
}

/** Tables show the reader's zone alone: UTC beside each time would not fit. */
const TABLE_TIME = `yyyy-MM-dd${NO_BREAK}HH:mm`;

const NARROWEST = 20;
/** Values stand beside their labels: a long one would leave them no room. */
const MOST_LABEL = 60;
const INDENT = "  ";

const SEVERITY_WORDS: { readonly [severity in Severity]: string } = {
  info: "Note: ",
  warning: "Warning: ",
  critical: "Critical: ",
};

/**
 * Renders a message as text: lines that end in line feeds, wrapped to the width but for code and commands,
 * which one copies whole. The severity of a part is a word as well as a
 * colour; nothing in the text of a message can reach the terminal as a control sequence.
 */
export function renderMessage(message: Message, options: RenderOptions): string {
  const width = Math.max(NARROWEST, Math.floor(options.width));
  const fitted = { ...options, width };
  let shown = "";
  let before: MessageNode | null = null;
  for (const node of message.nodes) {
    const block = nodeLines(node, fitted);
    if (block.length > 0) {
      shown += `${before === null || belongTogether(before, node) ? "" : "\n"}${textOf(block)}`;
      before = node;
    }
  }
  return options.zoneIsTold === true ? shown : shown + textOf(zoneLines(message, fitted));
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

function belongTogether(before: MessageNode, node: MessageNode): boolean {
  return (
    before.kind === "heading" ||
    (node.kind === before.kind && (node.kind === "notice" || node.kind === "context"))
  );
}

function nodeLines(node: MessageNode, options: RenderOptions): readonly string[] {
  switch (node.kind) {
    case "heading":
      return wrapped([run(safeText(node.text), "strong")], options);
    case "paragraph":
      return wrapped(spans(node.content, options), options);
    case "facts":
      return factLines(node.facts, options);
    case "table":
      return tableLines(
        {
          columns: node.columns.map(safeText),
          rows: node.rows.map((row) => row.map((cell) => tableSpans(cell, options))),
        },
        options.width,
        options,
      );
    case "list":
      return node.items.flatMap((item) => hanging("- ", spans(item, options), options));
    case "code":
      return safeLines(node.text).map((line) => INDENT + paint([run(line, "code")], options));
    case "notice":
      return wrapped(
        [run(SEVERITY_WORDS[node.severity], node.severity), ...spans(node.content, options)],
        options,
      );
    case "choices":
      return node.commands.length === 0
        ? []
        : [
            ...wrapped([run(safeText(node.prompt))], options),
            ...node.commands.map(
              (command) => INDENT + paint([run(safeText(command), "code")], options),
            ),
          ];
    case "context":
      return wrapped(
        spans(node.content, options).map((one) => ({ ...one, style: "dim" as const })),
        options,
      );
  }
}

function wrapped(runs: readonly StyledRun[], options: RenderOptions): readonly string[] {
  return wrapRuns(runs, options.width).map((line) => paint(line, options));
}

/** Lines of which the first has a lead and the others stand under its text. */
function hanging(
  lead: string,
  runs: readonly StyledRun[],
  options: RenderOptions,
): readonly string[] {
  const inner = wrapRuns(runs, options.width - lead.length);
  return inner.map(
    (line, index) => (index === 0 ? lead : " ".repeat(lead.length)) + paint(line, options),
  );
}

function factLines(
  facts: readonly { readonly label: string; readonly value: Inline }[],
  options: RenderOptions,
): readonly string[] {
  const labels = facts.map(({ label }) => `${safeText(label.slice(0, MOST_LABEL))}:`);
  const size = Math.min(
    Math.max(0, ...labels.map((label) => label.length)) + 2,
    options.width >> 1,
  );
  return facts.flatMap(({ value }, index) => {
    const lead = (labels[index] ?? "").padEnd(size);
    return hanging(lead, spans(value, options), options);
  });
}

function spans(content: Inline, options: RenderOptions): readonly StyledRun[] {
  return content.map((span) => spanRun(span, (at) => localTime(at.at, at.style, options.zone)));
}

function tableSpans(content: Inline, options: RenderOptions): readonly StyledRun[] {
  return content.map((span) =>
    spanRun(span, (at) => DateTime.fromMillis(at.at, { zone: options.zone }).toFormat(TABLE_TIME)),
  );
}

function spanRun(
  span: Span,
  timeText: (span: Extract<Span, { readonly kind: "time" }>) => string,
): StyledRun {
  switch (span.kind) {
    case "text":
      return run(safeText(span.text));
    case "strong":
      return run(safeText(span.text), "strong");
    case "code":
      return run(safeText(span.text), "code");
    case "person":
      return run(safeText(span.name), "person");
    case "time":
      return run(timeText(span));
    case "link":
      return run(safeText(span.label), "plain", safeUrl(span.url));
  }
}

function safeUrl(url: string): string | null {
  return /^https:\/\/[\w.!~*'()/%#:?&=+,;@-]+$/.test(url) ? url : null;
}

/** Names the zone once, when the message shows a time that is not in UTC. */
function zoneLines(message: Message, options: RenderOptions): readonly string[] {
  if (!message.nodes.some(showsTime) || DateTime.utc().setZone(options.zone).zoneName === "UTC") {
    return [];
  }
  return wrapped([run(zoneNote(safeText(options.zone)), "dim")], options);
}

function showsTime(node: MessageNode): boolean {
  switch (node.kind) {
    case "paragraph":
    case "notice":
    case "context":
      return hasTime(node.content);
    case "facts":
      return node.facts.some(({ value }) => hasTime(value));
    case "table":
      return node.rows.some((row) => row.some(hasTime));
    case "list":
      return node.items.some(hasTime);
    default:
      return false;
  }
}

function hasTime(content: Inline): boolean {
  return content.some(({ kind }) => kind === "time");
}
