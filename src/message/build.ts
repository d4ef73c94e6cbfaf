import { shownName } from "../domain/mixed-script.ts";
import type { Instant } from "../domain/instant.ts";
import type { Actor } from "../domain/principal.ts";
import type { ResourceId } from "../domain/resource-id.ts";
import type {
  ChoicesNode,
  CodeNode,
  ContextNode,
  Fact,
  FactsNode,
  HeadingNode,
  Inline,
  LinkSpan,
  ListNode,
  Message,
  MessageNode,
  NoticeNode,
  ParagraphNode,
  PersonSpan,
  Severity,
  Span,
  TableNode,
  TimeSpan,
} from "./message.ts";

/** A span, or a string that stands for a plain text span. */
type Piece = Span | string;

/** Pieces that become running text; null pieces are left out. */
export type Pieces = readonly (Piece | null)[];

const SEVERITY_ORDER: readonly Severity[] = ["info", "warning", "critical"];

/** Running text from pieces. */
export function inline(...pieces: Pieces): Inline {
  const spans: Span[] = [];
  for (const piece of pieces) {
    if (piece !== null) {
      spans.push(typeof piece === "string" ? Object.freeze({ kind: "text", text: piece }) : piece);
    }
  }
  return Object.freeze(spans);
}

/** Emphasised text. */
export function strong(text: string): Span {
  return Object.freeze({ kind: "strong", text });
}

/** Text to read letter by letter: a name, an ID, a port. */
export function code(text: string): Span {
  return Object.freeze({ kind: "code", text });
}

/** An instant. */
export function time(at: Instant, style: TimeSpan["style"] = "date-time"): TimeSpan {
  return Object.freeze({ kind: "time", at, style });
}

/** A person or other principal; a name that mixes alphabets says so. */
export function person(actor: Pick<Actor, "name" | "objectId">): PersonSpan {
  return Object.freeze({
    kind: "person",
    name: shownName(actor.name),
    objectId: actor.objectId,
  });
}

/** A link to a resource's page in the Azure portal. */
export function portalLink(resource: ResourceId, label: string): LinkSpan {
  const path = resource.text.split("/").map(encodeURIComponent).join("/");
  return Object.freeze({
    kind: "link",
    url: `https://portal.azure.com/#resource${path}`,
    label,
  });
}

/** A short title. */
export function heading(text: string): HeadingNode {
  return Object.freeze({ kind: "heading", text });
}

/** Running text as a block. */
export function paragraph(...pieces: Pieces): ParagraphNode {
  return Object.freeze({ kind: "paragraph", content: inline(...pieces) });
}

/** One label with its value. */
export function fact(label: string, ...pieces: Pieces): Fact {
  return Object.freeze({ label, value: inline(...pieces) });
}

/** Labels with values; null entries are left out. */
export function facts(...entries: readonly (Fact | null)[]): FactsNode {
  return Object.freeze({
    kind: "facts",
    facts: Object.freeze(entries.filter((entry) => entry !== null)),
  });
}

/**
 * Rows under titles.
 *
 * @throws RangeError when a row has another number of cells than there are columns: a mistake in the
 *   calling code, not in any input.
 */
export function table(columns: readonly string[], rows: readonly (readonly Inline[])[]): TableNode {
  for (const row of rows) {
    if (row.length !== columns.length) {
      throw new RangeError(`A row has ${row.length} cells under ${columns.length} columns.`);
    }
  }
  return Object.freeze({
    kind: "table",
    columns: Object.freeze([...columns]),
    rows: Object.freeze(rows.map((row) => Object.freeze([...row]))),
  });
}

/** Points without an order. */
export function list(items: readonly Inline[]): ListNode {
  return Object.freeze({ kind: "list", items: Object.freeze([...items]) });
}

/** Text that keeps its lines. */
export function codeBlock(text: string): CodeNode {
  return Object.freeze({ kind: "code", text });
}

/** Something to notice. */
export function notice(severity: Severity, ...pieces: Pieces): NoticeNode {
  return Object.freeze({ kind: "notice", severity, content: inline(...pieces) });
}

/** Questions that one may ask next. */
export function choices(prompt: string, commands: readonly string[]): ChoicesNode {
  return Object.freeze({ kind: "choices", prompt, commands: Object.freeze([...commands]) });
}

/** Small print. */
export function context(...pieces: Pieces): ContextNode {
  return Object.freeze({ kind: "context", content: inline(...pieces) });
}

/** A message; null nodes are left out. */
export function message(
  severity: Severity,
  summary: string,
  nodes: readonly (MessageNode | null)[],
): Message {
  return Object.freeze({
    severity,
    summary,
    nodes: Object.freeze(nodes.filter((node) => node !== null)),
  });
}

/** The highest of the severities; `info` when there are none. */
export function highestSeverity(severities: Iterable<Severity>): Severity {
  let highest = 0;
  for (const severity of severities) {
    highest = Math.max(highest, SEVERITY_ORDER.indexOf(severity));
  }
  return SEVERITY_ORDER[highest] ?? "info";
}
