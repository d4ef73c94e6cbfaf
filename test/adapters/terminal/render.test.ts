import * as fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { renderMessage, renderTrail } from "../../../adapters/terminal/index.ts";
import type { RenderOptions } from "../../../adapters/terminal/index.ts";
import {
  choices,
  code,
  codeBlock,
  context,
  fact,
  facts,
  heading,
  inline,
  list,
  message,
  notice,
  paragraph,
  person,
  portalLink,
  strong,
  table,
  time,
} from "../../../src/message/build.ts";
import type { Message } from "../../../src/message/message.ts";
import {
  at,
  attribution,
  candidate,
  ALICE,
  BOB,
  finding,
  opening,
  OPEN,
  resource,
  rule,
} from "../../ask/trail-builder.ts";

const PLAIN: RenderOptions = { width: 80, zone: "UTC", colour: "none", hyperlinks: false };

/** One message with the text in every place that can hold text. */
function everywhere(text: string): Message {
  return message("critical", text, [
    heading(text),
    paragraph(text, strong(text), code(text), person({ name: text, objectId: text })),
    facts(fact(text, text)),
    table([text, "b"], [[inline(text), inline(text)]]),
    list([inline(text)]),
    codeBlock(text),
    notice("warning", text),
    choices(text, [text]),
    context(text),
  ]);
}

/** Texts with what terminals act upon, and with what misleads readers. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 8 }),
      fc.constantFrom(
        "\u001B[31m",
        "\u001B]8;;https://evil.example\u0007",
        "\u009B2J",
        "\u0007",
        "\r",
        "\n",
        "\t",
        "\u202E",
        "\u2066",
        "\u200B",
        "\uFEFF",
        "\u2028",
        "\uD800",
        "\u{E0041}",
        "a\u0301\u0301\u0301\u0301\u0301\u0301",
        "字",
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

const ESCAPE = "\u001B";

/** The text without the colours that this renderer itself writes. */
function withoutColours(text: string): string {
  return ["1", "2", "22", "31", "33", "34", "36", "39"].reduce(
    (rest, colour) => rest.replaceAll(`${ESCAPE}[${colour}m`, ""),
    text,
  );
}

describe("any text", () => {
  test("brings no control character but line feeds into colourless output", () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 20, max: 120 }), (text, width) => {
        const shown = renderMessage(everywhere(text), { ...PLAIN, width });
        expect(shown.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  test("adds no line to a paragraph", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = renderMessage(message("info", "", [paragraph("a", text, "b")]), {
          ...PLAIN,
          width: 10_000,
        });
        expect(shown.split("\n")).toHaveLength(2);
      }),
    );
  });

  test("in colour brings only the sequences of this renderer", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = renderMessage(everywhere(text), { ...PLAIN, colour: "ansi" });
        const rest = withoutColours(shown);
        expect(rest.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }),
    );
  });

  test("wraps to the width, code and commands aside", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 30 })),
        fc.integer({ min: 20, max: 120 }),
        (words, width) => {
          const text = words.join(" ");
          const shown = renderMessage(
            message("info", text, [
              paragraph(text),
              facts(fact("label", text)),
              table(["a", "b", "c"], [[inline(text), inline("x"), inline(text)]]),
              list([inline(text)]),
              notice("critical", text),
            ]),
            { ...PLAIN, width },
          );
          for (const line of shown.split("\n")) {
            expect(stringWidth(line)).toBeLessThanOrEqual(width);
          }
        },
      ),
    );
  });
});

test("severity is a word, with and without colour", () => {
  const said = message("critical", "x", [
    notice("critical", "open to all"),
    notice("info", "fine"),
  ]);
  expect(renderMessage(said, PLAIN)).toBe("Critical: open to all\nNote: fine\n");
  expect(renderMessage(said, { ...PLAIN, colour: "ansi" })).toBe(
    "\u001B[31mCritical: \u001B[39mopen to all\n\u001B[34mNote: \u001B[39mfine\n",
  );
});

describe("times", () => {
  const said = message("info", "x", [
    paragraph(
      time(at("2026-11-23T23:30Z")),
      " ",
      time(at("2026-11-23T12:00Z"), "time"),
      " ",
      time(at("2026-11-23T12:00:05Z"), "exact"),
    ),
  ]);

  test("in UTC say so", () => {
    expect(renderMessage(said, PLAIN)).toBe(
      "2026-11-23 23:30 UTC 12:00 UTC 2026-11-23 12:00:05 UTC\n",
    );
  });

  test("elsewhere have UTC beside, with its date where that differs", () => {
    expect(renderMessage(said, { ...PLAIN, zone: "Europe/Berlin", width: 200 })).toBe(
      "2026-11-24 00:30 (2026-11-23 23:30 UTC) 13:00 (12:00 UTC) 2026-11-23 13:00:05 (12:00:05 UTC)\nTimes are in Europe/Berlin.\n",
    );
  });
});

test("links are written as hyperlinks only where the terminal knows them", () => {
  const said = message("info", "x", [paragraph(portalLink(resource("nsg", "nsg-x"), "nsg-x"))]);
  expect(renderMessage(said, PLAIN)).toBe("nsg-x\n");
  const url = portalLink(resource("nsg", "nsg-x"), "").url;
  expect(renderMessage(said, { ...PLAIN, hyperlinks: true })).toBe(
    `${ESCAPE}]8;;${url}${ESCAPE}\\nsg-x${ESCAPE}]8;;${ESCAPE}\\\n`,
  );
});

test("wide characters take two columns in a table", () => {
  const said = message("info", "x", [table(["名", "b"], [[inline("字字"), inline("1")]])]);
  expect(renderMessage(said, PLAIN)).toBe("名    b\n字字  1\n");
});

test("commands and code stay whole, however narrow the terminal", () => {
  const long = "x".repeat(100);
  const said = message("info", "x", [codeBlock(long), choices("Ask:", [long])]);
  expect(renderMessage(said, { ...PLAIN, width: 30 })).toBe(`  ${long}\n\nAsk:\n  ${long}\n`);
});

describe("the trail", () => {
  const openings = [
    opening(),
    opening({
      id: "o-2",
      ...OPEN,
      openedAtExact: false,
      rule: rule({ sources: ["*"] }),
      attribution: attribution({
        verdict: "ambiguous",
        actor: null,
        candidates: [candidate(ALICE, "r-1"), candidate(BOB, "r-2")],
      }),
      findings: [finding("any-source", "critical", "x"), finding("partial", "info", "x")],
    }),
    opening({
      id: "o-3",
      kind: "direct",
      vm: null,
      vmName: null,
      promisedEnd: null,
      ...OPEN,
      outcomeSeen: false,
      attribution: attribution({ verdict: "unattributed", actor: null }),
    }),
    opening({ id: "o-4", attribution: attribution({ verdict: "likely" }) }),
  ];

  test("is readable at 80 columns", () => {
    expect(renderTrail(openings, { ...PLAIN, zone: "Europe/Berlin" })).toMatchInlineSnapshot(`
      "opened       closed       who             VM     port  sources      findings
      11-23 15:02  11-23 17:02  alice@          vm-x   3389  203.0.113.7
                                contoso.com
      before       open, until  ambiguous:      vm-x   3389  any source   any-source!,
      11-23 15:02  11-23 17:02  alice@                                    partial
                                contoso.com or
                                bob@contoso.
                                com
      11-23 15:02  perhaps      unattributed    NSG    3389  203.0.113.7
                   open                         nsg-x
      11-23 15:02  11-23 17:02  likely          vm-x   3389  203.0.113.7
                                alice@
                                contoso.com

      Times are in Europe/Berlin. The year is 2026.
      "
    `);
  });

  test("has one line each where there is room", () => {
    expect(renderTrail(openings, { ...PLAIN, width: 200 })).toMatchInlineSnapshot(`
      "opened                   closed                        who                                              VM         port  sources      findings
      2026-11-23 14:02         2026-11-23 16:02              alice@contoso.com                                vm-x       3389  203.0.113.7
      before 2026-11-23 14:02  open, until 2026-11-23 16:02  ambiguous: alice@contoso.com or bob@contoso.com  vm-x       3389  any source   any-source!, partial
      2026-11-23 14:02         perhaps open                  unattributed                                     NSG nsg-x  3389  203.0.113.7
      2026-11-23 14:02         2026-11-23 16:02              likely alice@contoso.com                         vm-x       3389  203.0.113.7

      Times are in UTC.
      "
    `);
  });

  test("of nothing is empty", () => {
    expect(renderTrail([], PLAIN)).toBe("");
  });

  test("shows no control characters of any VM, rule or source", () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 150 }), (text, width) => {
        const shown = renderTrail(
          [
            opening({
              vm: null,
              vmName: text,
              rule: rule({ sources: [text] }),
              attribution: attribution({ actor: { ...ALICE, name: text } }),
            }),
          ],
          { ...PLAIN, width },
        );
        expect(shown.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
      }),
    );
  });
});
