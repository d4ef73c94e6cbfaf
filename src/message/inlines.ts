import type { Inline, MessageNode } from "./message.ts";

/** The runs of text that stand in a block. */
export function inlinesOf(node: MessageNode): readonly Inline[] {
  switch (node.kind) {
    case "paragraph":
    case "notice":
    case "context":
      return [node.content];
    case "facts":
      return node.facts.map(({ value }) => value);
    case "list":
      return node.items;
    case "table":
      return node.rows.flat();
    case "heading":
    case "code":
    case "choices":
      return [];
  }
}
