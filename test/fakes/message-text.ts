import type { Inline, Message, MessageNode } from "../../src/message/message.ts";
import { plainText } from "../../src/message/plain.ts";

/** A message as lines of plain text, times in UTC. */
export function messageText(message: Message): string {
  return message.nodes.map(nodeText).join("\n");
}

/** A block of a message as lines of plain text. */
export function nodeText(node: MessageNode): string {
  const inZone = (content: Inline): string => plainText(content, "UTC");
  switch (node.kind) {
    case "heading":
    case "code":
      return node.text;
    case "paragraph":
    case "context":
      return inZone(node.content);
    case "notice":
      return `${node.severity}: ${inZone(node.content)}`;
    case "facts":
      return node.facts.map(({ label, value }) => `${label}: ${inZone(value)}`).join("\n");
    case "table":
      return [node.columns, ...node.rows.map((row) => row.map(inZone))]
        .map((row) => row.join(" | "))
        .join("\n");
    case "list":
      return node.items.map((item) => `- ${inZone(item)}`).join("\n");
    case "choices":
      return [node.prompt, ...node.commands].join("\n");
  }
}
