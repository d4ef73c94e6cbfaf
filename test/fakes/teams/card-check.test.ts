import { expect, test } from "vitest";
import { checkCard } from "./card-check.ts";
import { card, text } from "./sitting.ts";

const execute = (more: object = {}): object => ({
  type: "Action.Execute",
  title: "a",
  verb: "v",
  ...more,
});
const mention = {
  type: "mention",
  text: "<at>Alice</at>",
  mentioned: { id: "7faf8ab2-3d56-4244-b585-20c8a42ed2b8", name: "Alice" },
};
const donut = { type: "Chart.Donut", data: [{ legend: "by JIT", value: 3 }] };
const table = (cells: number): object => ({
  type: "Table",
  columns: [{ width: 1 }, { width: "80px" }],
  rows: [
    {
      type: "TableRow",
      cells: Array.from({ length: cells }, () => ({ type: "TableCell", items: [text("x")] })),
    },
  ],
});
const run = (more: object): object => ({
  type: "RichTextBlock",
  inlines: [{ type: "TextRun", text: "x", ...more }],
});

const GOOD: readonly (readonly [string, object])[] = [
  ["text", card([text("**x**"), run({ weight: "Bolder", italic: true })])],
  ["a table", card([table(2)])],
  ["six actions", card([], { actions: Array.from({ length: 6 }, () => execute()) })],
  ["a chart with a fallback", card([{ ...donut, fallback: text("3 by JIT") }])],
  ["a mention", card([text("by <at>Alice</at>")], { msteams: { entities: [mention] } })],
  ["<at> in a run, which is no mention there", card([run({ text: "<at>x</at>" })])],
  [
    "a picture inside",
    card([{ type: "Image", url: "data:image/png;base64,AAAA", altText: "a timeline" }]),
  ],
  ["the same id in a fallback", card([{ ...donut, id: "c", fallback: { ...text("3"), id: "c" } }])],
  ["a refresh", card([], { refresh: { action: execute(), userIds: ["29:1abc"] } })],
];

test.each(GOOD)("Teams takes %s", (_, content) => {
  expect(checkCard(content)).toEqual([]);
});

const BAD: readonly (readonly [string, unknown, string])[] = [
  ["no card", "x", "card is no object"],
  ["a version that Teams does not draw", card([], { version: "1.6" }), "no version from 1.0"],
  ["another type", { type: "HeroCard", version: "1.5" }, "not of the type AdaptiveCard"],
  ["an unknown element", card([{ type: "Marquee" }]), "has the type Marquee"],
  ["an unknown property", card([{ ...text("x"), wrapp: true }]), "unknown property wrapp"],
  ["a word that means nothing", card([run({ size: "huge" })]), "size is not one of"],
  ["a flag in quotes", card([{ ...text("x"), wrap: "true" }]), "wrap is not true or false"],
  ["text missing", card([{ type: "TextBlock" }]), "lacks text"],
  ["seven actions", card([], { actions: Array.from({ length: 7 }, () => execute()) }), "has 7"],
  ["an action without a verb", card([], { actions: [execute({ verb: undefined })] }), "verb"],
  ["a chart without a fallback", card([donut]), "needs a fallback"],
  ["an unknown chart", card([{ ...donut, type: "Chart.Radar", fallback: "drop" }]), "Chart.Radar"],
  ["ids that repeat", card([text("x"), text("y")].map((one) => ({ ...one, id: "a" }))), "repeats"],
  ["a row that is too short", card([table(1)]), "has not one cell for each column"],
  ["a column as wide as it likes", card([{ ...table(0), columns: [{ width: "auto" }] }]), "weight"],
  ["a picture over http", card([{ type: "Image", url: "http://a/b", altText: "" }]), "is not an"],
  ["a picture without words", card([{ type: "Image", url: "https://a/b" }]), "lacks altText"],
  [
    "a script",
    card([], { actions: [{ type: "Action.OpenUrl", title: "a", url: "javascript:alert(1)" }] }),
    "url is not an https: address",
  ],
  ["a mention that no text makes", card([], { msteams: { entities: [mention] } }), "no text does"],
  ["a mention without an entity", card([text("<at>Everyone</at>")]), "has no entity for it"],
  [
    "a mention of no person",
    card([text("<at>Alice</at>")], {
      msteams: { entities: [{ ...mention, mentioned: { id: "alice", name: "Alice" } }] },
    }),
    "is no mention of a person",
  ],
  [
    "a refresh for everybody",
    card([], {
      refresh: { action: execute(), userIds: Array.from({ length: 61 }, (_, i) => `29:${i}`) },
    }),
    "more than 60 people",
  ],
  ["a field without an id", card([{ type: "Input.Text" }]), "lacks id"],
  ["a deep fault", card([{ type: "Container", items: [{ type: "X" }] }]), "card.body[0].items[0]"],
];

test.each(BAD)("Teams refuses %s", (_, content, fault) => {
  expect(checkCard(content).join("\n")).toContain(fault);
});
