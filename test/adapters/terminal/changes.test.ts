import * as fc from "fast-check";
import { expect, test } from "vitest";
import { changedNodes } from "../../../adapters/terminal/changes.ts";
import { renderMessage } from "../../../adapters/terminal/index.ts";
import {
  choices,
  context,
  fact,
  facts,
  inline,
  list,
  message,
  notice,
  paragraph,
  table,
} from "../../../src/message/build.ts";
import type { Message, MessageNode } from "../../../src/message/message.ts";

const word = fc.constantFrom("marmot", "badger", "heron", "stoat");
const words = fc.array(word, { maxLength: 3 });
const node: fc.Arbitrary<MessageNode> = fc.oneof(
  word.map((one) => paragraph(one)),
  word.map((one) => notice("warning", one)),
  word.map((one) => context(one)),
  words.map((ones) => facts(...ones.map((one) => fact("label", one)))),
  words.map((ones) => list(ones.map((one) => inline(one)))),
  fc.array(word, { minLength: 1, maxLength: 3 }).map((ones) =>
    table(
      ["title"],
      ones.map((one) => [inline(one)]),
    ),
  ),
  words.map((ones) => choices("Ask on:", ones)),
);
const anyMessage: fc.Arbitrary<Message> = fc
  .tuple(word, fc.array(node, { maxLength: 4 }))
  .map(([summary, nodes]) => message("info", summary, nodes));

const PLAIN = { width: 80, zone: "UTC", colour: "none", hyperlinks: false } as const;

function linesOf(nodes: readonly MessageNode[]): readonly string[] {
  return renderMessage(message("info", "", nodes), PLAIN).split("\n");
}

test("after any edits, everything that the message says has been printed", () => {
  fc.assert(
    fc.property(fc.array(anyMessage, { minLength: 1, maxLength: 5 }), (messages) => {
      const printed = new Set<string>();
      let before: Message | null = null;
      for (const after of messages) {
        const nodes: readonly MessageNode[] =
          before === null ? after.nodes : changedNodes(before, after);
        for (const line of linesOf(nodes)) {
          printed.add(line);
        }
        for (const line of linesOf(after.nodes)) {
          expect(printed).toContain(line);
        }
        before = after;
      }
    }),
  );
});

test("an edit that changes nothing says nothing", () => {
  fc.assert(
    fc.property(anyMessage, (same) => {
      expect(changedNodes(same, structuredClone(same))).toEqual([]);
    }),
  );
});

test("a notice that is taken back is said to be so", () => {
  fc.assert(
    fc.property(anyMessage, anyMessage, (before, after) => {
      const shown = linesOf(changedNodes(before, after));
      const stays = linesOf(after.nodes);
      const gone = linesOf(before.nodes.filter(({ kind }) => kind === "notice"))
        .filter((line) => line !== "" && !stays.includes(line))
        .map((line) => line.replace("Warning: ", "No longer so: "));
      expect(shown).toEqual(expect.arrayContaining(gone));
    }),
  );
});
