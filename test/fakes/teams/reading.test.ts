import { expect, test } from "vitest";
import { cardEffects, cardText } from "./reading.ts";
import { card, text } from "./sitting.ts";

const READ: readonly (readonly [string, object, string])[] = [
  [
    "dates in the reader's zone",
    text("{{DATE(2026-11-23T23:30:00Z,SHORT)}} at {{TIME(2026-11-23T23:30:00Z)}}"),
    "Tue, Nov 24, 2026 at 12:30 AM",
  ],
  [
    "a date with fractions as it stands",
    text("{{TIME(2026-11-23T23:30:00.0Z)}}"),
    "{{TIME(2026-11-23T23:30:00.0Z)}}",
  ],
  ["Markdown without its marks", text("**a** _b_ [c](https://d.example)"), "a b c"],
  [
    "escaped marks as marks",
    text("\\*a\\* &lt;at&gt; &#42;b&#42; \\[c\\](d)"),
    "*a* <at> *b* [c](d)",
  ],
  [
    "runs as they stand",
    { type: "RichTextBlock", inlines: [{ type: "TextRun", text: "**a** " }, "<b>"] },
    "**a** <b>",
  ],
  ["facts", { type: "FactSet", facts: [{ title: "by", value: "**alice**" }] }, "by alice"],
  [
    "a table",
    {
      type: "Table",
      columns: [],
      rows: [{ type: "TableRow", cells: [{ items: [text("a")] }, { items: [text("b")] }] }],
    },
    "a | b",
  ],
  [
    "a chart rather than its fallback",
    { type: "Chart.Pie", title: "Whose", data: [{ legend: "JIT", value: 2 }], fallback: text("x") },
    "Whose\nJIT 2",
  ],
  ["nothing of what is hidden", { ...text("x"), isVisible: false }, ""],
];

test.each(READ)("people see %s", (_, element, shown) => {
  expect(cardText(card([element]), "Europe/Berlin")).toBe(shown);
});

const EFFECTS: readonly (readonly [string, string, readonly string[]])[] = [
  ["plain words", "port 22 on vm_web_1 is open: 3 * 4 * 5", []],
  ["a link", "[portal.azure.com](https://example.com)", ["links to https://example.com"]],
  ["a link to the portal", "[vm](https://portal.azure.com/#x)", []],
  [
    "a host that looks alike",
    "[a](https://portal.azure.com.example/)",
    ["links to https://portal.azure.com.example/"],
  ],
  ["an autolink", "<https://example.com|portal>", ["links to https://example.com|portal"]],
  [
    "a picture",
    "![a](https://b.example/c.png)",
    ["links to https://b.example/c.png", "formats a (picture)"],
  ],
  ["a mention", "<at>Everyone</at>", ["mentions <at>Everyone</at>"]],
  [
    "bold and italic",
    "**a** *b* _c_",
    ["formats a (bold)", "formats b (italic)", "formats c (italic)"],
  ],
  ["struck out", "~~a~~", ["formats a (struck)"]],
  ["code", "`a`", ["formats a (code)"]],
  ["a list", "x\n- a\n2. b", ["formats a (list)", "formats b (list)"]],
  ["a heading", "# a", ["formats a (heading)"]],
  ["a quote", "> a", ["formats a (quote)"]],
  [
    "all of it escaped",
    "\\*\\*a\\*\\* \\# b \\[c\\]\\(https://d\\) &lt;at&gt;e&lt;/at&gt; \\`f\\`",
    [],
  ],
];

test.each(EFFECTS)("%s has the effects that Teams gives it", (_, words, effects) => {
  expect(cardEffects(card([text(words)]))).toEqual(effects);
  expect(cardEffects(card([{ type: "FactSet", facts: [{ title: "t", value: words }] }]))).toEqual(
    effects,
  );
  const run = { type: "RichTextBlock", inlines: [{ type: "TextRun", text: words }] };
  const choices = [{ title: words, value: words }];
  const menu = { type: "Input.ChoiceSet", id: "menu", choices };
  expect(cardEffects(card([run, menu]))).toEqual([]);
});

test("formatting that is the program's own is no effect", () => {
  expect(cardEffects(card([text("**a** _b_")]), { ours: ["bold"] })).toEqual([
    "formats b (italic)",
  ]);
});

test("a button that leads elsewhere is an effect", () => {
  const opens = (url: string): object =>
    card([], { actions: [{ type: "Action.OpenUrl", title: "a", url }] });
  expect(cardEffects(opens("https://portal.azure.com/#a"))).toEqual([]);
  expect(cardEffects(opens("https://example.com"))).toEqual(["links to https://example.com"]);
});
