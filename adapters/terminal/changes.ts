import { isDeepStrictEqual } from "node:util";
import { MINUTE } from "../../src/domain/instant.ts";
import { facts, inline, list, paragraph, table } from "../../src/message/build.ts";
import type { Message, MessageNode, NoticeNode } from "../../src/message/message.ts";

/**
 * What a message says that it did not say before, and which notices it takes back; nothing when it says
 * the same.
 */
export function changedNodes(before: Message, after: Message): readonly MessageNode[] {
  const changed = after.nodes.flatMap((node) => changedPart(node, before.nodes));
  const gone = before.nodes.filter(
    (node) => node.kind === "notice" && !includes(after.nodes, node),
  );
  const nodes = [
    ...changed,
    ...gone.flatMap((node) => (node.kind === "notice" ? takenBack(node) : [])),
  ];
  return nodes.length === 0 && before.summary !== after.summary
    ? [paragraph(after.summary)]
    : nodes;
}

function changedPart(node: MessageNode, before: readonly MessageNode[]): readonly MessageNode[] {
  if (includes(before, node)) {
    return [];
  }
  switch (node.kind) {
    case "facts": {
      const old = before.flatMap((one) => (one.kind === "facts" ? one.facts : []));
      return [facts(...node.facts.filter((one) => !includes(old, one)))];
    }
    case "list": {
      const old = before.flatMap((one) => (one.kind === "list" ? one.items : []));
      return [list(node.items.filter((one) => !includes(old, one)))];
    }
    case "table": {
      const old = before.flatMap((one) =>
        one.kind === "table" && isDeepStrictEqual(one.columns, node.columns) ? one.rows : [],
      );
      const rows = node.rows.filter((one) => !includes(old, one));
      return rows.length === 0 ? [] : [table(node.columns, rows)];
    }
    case "choices": {
      const old = before.flatMap((one) => (one.kind === "choices" ? one.commands : []));
      const commands = node.commands.filter((one) => !old.includes(one));
      return [{ ...node, commands }];
    }
    default:
      return [node];
  }
}

function takenBack(node: NoticeNode): readonly MessageNode[] {
  return [paragraph("No longer so: ", ...inline(...node.content))];
}

function includes(values: readonly unknown[], wanted: unknown): boolean {
  const shown = asShown(wanted);
  return values.some((value) => asShown(value) === shown);
}

/** Times are shown to the minute: what differs by seconds only reads the same. */
function asShown(value: unknown): string {
  return JSON.stringify(value, (key, part: unknown) =>
    key === "at" && typeof part === "number" ? Math.floor(part / MINUTE) : part,
  );
}
