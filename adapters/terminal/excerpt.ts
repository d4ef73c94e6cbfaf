import { context, inline } from "../../src/message/build.ts";
import type { Inline, Message, MessageNode, Span } from "../../src/message/message.ts";

/** What nobody asked for must not flood the screen. */
const MOST_NODES = 40;
const MOST_ENTRIES = 30;
const MOST_COMMANDS = 5;
const LONGEST_TEXT = 1000;
const CUT = "\u2026";

/** A message as a notification shows it: long lists and texts are cut, and say so. */
export function excerpt(message: Message): Message {
  const nodes = message.nodes.slice(0, MOST_NODES).flatMap(shortened);
  const more = message.nodes.length - MOST_NODES;
  return { ...message, nodes: more > 0 ? [...nodes, left(more, "parts")] : nodes };
}

function shortened(node: MessageNode): readonly MessageNode[] {
  switch (node.kind) {
    case "heading":
    case "code":
      return [{ ...node, text: cut(node.text) }];
    case "paragraph":
    case "notice":
    case "context":
      return [{ ...node, content: cutInline(node.content) }];
    case "facts": {
      const facts = node.facts.slice(0, MOST_ENTRIES).map(({ label, value }) => ({
        label: cut(label),
        value: cutInline(value),
      }));
      return withRest({ ...node, facts }, node.facts.length - facts.length, "facts");
    }
    case "list": {
      const items = node.items.slice(0, MOST_ENTRIES).map(cutInline);
      return withRest({ ...node, items }, node.items.length - items.length, "points");
    }
    case "table": {
      const rows = node.rows.slice(0, MOST_ENTRIES).map((row) => row.map(cutInline));
      const columns = node.columns.map(cut);
      return withRest({ ...node, columns, rows }, node.rows.length - rows.length, "rows");
    }
    case "choices": {
      const commands = node.commands.slice(0, MOST_COMMANDS);
      return [{ ...node, prompt: cut(node.prompt), commands }];
    }
  }
}

function withRest(node: MessageNode, more: number, what: string): readonly MessageNode[] {
  return more > 0 ? [node, left(more, what)] : [node];
}

function left(count: number, what: string): MessageNode {
  return context(`${CUT} and ${count} more ${what}.`);
}

function cutInline(content: Inline): Inline {
  return inline(...content.map(cutSpan));
}

function cutSpan(span: Span): Span {
  switch (span.kind) {
    case "text":
    case "strong":
    case "code":
      return { ...span, text: cut(span.text) };
    case "person":
      return { ...span, name: cut(span.name) };
    case "link":
      return { ...span, label: cut(span.label) };
    case "time":
      return span;
  }
}

function cut(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}${CUT}`;
}
