import { describe, expect, test } from "vitest";
import { z } from "zod";
import { ACT_VERB } from "../../../../adapters/teams/render/buttons.ts";
import { pressOf } from "../../../../adapters/teams/render/press.ts";
import { renderMessage, renderPages } from "../../../../adapters/teams/render/render.ts";
import {
  choices,
  code,
  codeBlock,
  context,
  facts,
  heading,
  inline,
  list,
  message,
  notice,
  paragraph,
  person,
  table,
  time,
} from "../../../../src/message/build.ts";
import type { Message, MessageNode } from "../../../../src/message/message.ts";
import { checkCard } from "../../../fakes/teams/card-check.ts";
import { cardText } from "../../../fakes/teams/reading.ts";
import { ofType } from "./card-parts.ts";

const OPTIONS = { key: null, maybeRepeated: false, mentions: true };
const ALICE = person({
  name: "alice@contoso.com",
  objectId: "A11CE000-0000-4000-8000-000000000001",
});
const AT = Date.UTC(2026, 10, 23, 9, 2, 7);

function shown(...nodes: readonly MessageNode[]): readonly string[] {
  const { card } = renderMessage(message("info", "Summary.", nodes), OPTIONS);
  expect(checkCard(card)).toEqual([]);
  return cardText(card, "America/New_York").split("\n");
}

describe("A message in Teams", () => {
  const cases: readonly (readonly [string, MessageNode, readonly string[]])[] = [
    ["has headings", heading("Openings of today"), ["Openings of today"]],
    [
      "shows times in the reader's zone, and in UTC",
      paragraph("At ", time(AT, "time"), "."),
      ["At 4:02 AM (09:02 UTC)."],
    ],
    [
      "shows exact times with the seconds in UTC, which Teams does not know",
      paragraph(time(AT, "exact")),
      ["Mon, Nov 23, 2026 4:02 AM (2026-11-23 09:02:07 UTC)"],
    ],
    [
      "says in words how severe a notice is",
      notice("critical", "Open to ", code("0.0.0.0/0"), "."),
      ["🔴 Critical: Open to 0.0.0.0/0."],
    ],
    [
      "shows facts line by line",
      facts({ label: "VM", value: inline("vm-x") }, { label: "why", value: inline("INC-1") }),
      ["VM: vm-x", "why: INC-1"],
    ],
    ["shows lists with bullets", list([inline("one"), inline("two")]), ["• one", "• two"]],
    [
      "shows a small table as one",
      table(["VM", "port"], [[inline("vm-x"), inline("22")]]),
      ["VM | port", "vm-x | 22"],
    ],
    [
      "shows a wide table line by line, for phones",
      table(
        ["VM", "port", "from", "who", "state"],
        [[inline("vm-x"), inline("22"), inline("any"), inline("bob"), inline()]],
      ),
      ["• vm-x · port 22 · from any · who bob · state –"],
    ],
    ["keeps the lines and the indentation of code", codeBlock("a:\n  b"), ["a:", "\u00A0\u00A0b"]],
    ["has small print", context("Known up to now."), ["Known up to now."]],
    [
      "offers questions as buttons",
      choices("Ask on:", ["show o-1", "history of vm-x"]),
      ["Ask on:", "[show o-1] [history of vm-x]"],
    ],
    [
      "shows questions to be typed that no button can carry",
      choices("Ask on:", ["history of {{DATE(x)}}"]),
      ["Ask on:", "• history of { {DATE(x)}}"],
    ],
  ];
  test.each(cases)("%s", (_, node, lines) => {
    expect(shown(node)).toEqual(lines);
  });

  test("says its severity where no notice does", () => {
    const { card, summary } = renderMessage(
      message("warning", "Something happened.", [paragraph("Look.")]),
      OPTIONS,
    );
    expect(cardText(card, "UTC").split("\n")).toEqual(["🟠 Warning", "Look."]);
    expect(summary).toBe("Warning: Something happened.");
  });

  test("has notices on a ground of their own", () => {
    const { card } = renderMessage(
      message("critical", "Summary.", [notice("critical", "One."), notice("info", "Two.")]),
      OPTIONS,
    );
    expect(ofType(card, "Container").map(({ style }) => style)).toEqual(["attention", "accent"]);
  });

  test("that may stand there twice says so, and carries its key", () => {
    const { card } = renderMessage(message("info", "Summary.", [paragraph("Look.")]), {
      key: "n-0123456789ab",
      maybeRepeated: true,
      mentions: true,
    });
    expect(checkCard(card)).toEqual([]);
    expect(cardText(card, "UTC")).toMatch(/^This may be a repeat: .*\nLook\.$/);
    expect(card.body[0]?.id).toBe("n-0123456789ab");
  });

  test("without anything in it shows its summary", () => {
    expect(shown()).toEqual(["Summary."]);
  });
});

describe("People", () => {
  test("are mentioned once each by their Entra object ID, below the text, which names them as Azure does", () => {
    const { card } = renderMessage(
      message("info", "Summary.", [paragraph(ALICE, " asked."), paragraph(ALICE, " opened.")]),
      OPTIONS,
    );
    expect(checkCard(card)).toEqual([]);
    expect(cardText(card, "UTC").split("\n")).toEqual([
      "alice@contoso.com asked.",
      "alice@contoso.com opened.",
      "People: alice@contoso.com",
    ]);
    expect(card.msteams.entities).toEqual([
      {
        type: "mention",
        text: "<at>alice@contoso.com</at>",
        mentioned: { id: "a11ce000-0000-4000-8000-000000000001", name: "alice@contoso.com" },
      },
    ]);
  });

  const nobody: readonly (readonly [string, string, string | null])[] = [
    ["who have no object ID", "alice@contoso.com", null],
    ["whose object ID is none", "alice@contoso.com", "00000000-0000-0000-0000-0000000000020"],
    [
      "that have an ID for a name: applications",
      "a11ce000-0000-4000-8000-000000000001",
      "a11ce000-0000-4000-8000-000000000001",
    ],
    ["whose name has no letters", "*_`~", "a11ce000-0000-4000-8000-000000000001"],
  ];
  test.each(nobody)("%s are not mentioned", (_, name, objectId) => {
    const { card } = renderMessage(
      message("info", "Summary.", [paragraph(person({ name, objectId }))]),
      OPTIONS,
    );
    expect(card.msteams.entities).toEqual([]);
    expect(cardText(card, "UTC")).toBe(name);
  });

  test("are not mentioned where nobody shall be rung", () => {
    const { card } = renderMessage(message("info", "Summary.", [paragraph(ALICE)]), {
      ...OPTIONS,
      mentions: false,
    });
    expect(cardText(card, "UTC")).toBe("alice@contoso.com");
    expect(card.msteams.entities).toEqual([]);
  });

  test("with names that would break out of a mention are called the same in text and entity", () => {
    const name = "</at>[x](https://evil.example) **Eve** _y_ \u202E";
    const { card } = renderMessage(
      message("info", "Summary.", [
        paragraph(person({ name, objectId: "e7e00000-0000-4000-8000-000000000005" })),
      ]),
      OPTIONS,
    );
    expect(checkCard(card)).toEqual([]);
    expect(card.msteams.entities[0]?.mentioned.name).not.toMatch(/[<>[\]()*:/\u202E]|_y|y_/);
  });

  test("who share a name are told apart, and more than ten are counted", () => {
    const crowd = Array.from({ length: 12 }, (_, index) =>
      person({
        name: "Alex",
        objectId: `a11ce000-0000-4000-8000-0000000000${String(index).padStart(2, "0")}`,
      }),
    );
    const { card } = renderMessage(message("info", "Summary.", [paragraph(...crowd)]), OPTIONS);
    expect(checkCard(card)).toEqual([]);
    expect(card.msteams.entities).toHaveLength(10);
    expect(cardText(card, "UTC")).toMatch(/People: Alex, Alex a11ce000-[\d-]+01, .*, and 2 more$/);
  });
});

test("Long names take no more of a card than its text can spare", () => {
  const crowd = Array.from({ length: 10 }, (_, index) =>
    person({
      name: "漢".repeat(200),
      objectId: `a11ce000-0000-4000-8000-0000000000${String(index).padStart(2, "0")}`,
    }),
  );
  const { card } = renderMessage(
    message("info", "Summary.", [list(crowd.map((one) => inline(one))), paragraph("The end.")]),
    OPTIONS,
  );
  expect(checkCard(card)).toEqual([]);
  expect(card.msteams.entities.length).toBeGreaterThan(2);
  expect(cardText(card, "UTC")).toContain("The end.");
});

describe("A long message", () => {
  const ROWS = Array.from({ length: 900 }, (_, index) => [inline(`vm-${index}`), inline("22")]);
  const long = message("info", "Summary.", [
    table(["VM", "port"], ROWS),
    choices("Ask on:", ["help"]),
    context("Known up to now."),
  ]);

  test("is cut with a count of what is missing, its buttons and small print kept", () => {
    const { card } = renderMessage(long, OPTIONS);
    expect(checkCard(card)).toEqual([]);
    const seen = cardText(card, "UTC");
    const rows = (seen.match(/^vm-\d+ /gm) ?? []).length;
    expect(rows).toBeGreaterThan(50);
    expect(seen).toContain(`And ${900 - rows} more: they do not fit here. Ask Doorbell about less`);
    expect(seen).toMatch(/Ask on:\n\[help\]\nKnown up to now\.$/);
  });

  test("is shown page by page, nothing missing, where pages can be turned", () => {
    const pages = renderPages(long, OPTIONS, "answer-1");
    const seen = pages.map(({ card }) => cardText(card, "UTC"));
    expect(pages.flatMap(({ card }) => checkCard(card))).toEqual([]);
    expect(seen.join("\n").match(/^vm-\d+ /gm)).toHaveLength(900);
    expect(seen[0]).toContain(`[Page 2 of ${pages.length}]`);
    expect(seen.at(-1)).not.toContain("[Page ");
  });

  test("cuts long texts, and says how much is missing", () => {
    expect(shown(paragraph("x".repeat(5000)))[0]).toMatch(/^x{2000,}… \([\d,]+ more characters\)$/);
  });
});

describe("A press on a button", () => {
  const withActions: Message = {
    ...message("info", "Summary.", [choices("Ask on:", ["show o-1"])]),
    actions: [
      { id: "acknowledge n-0123456789ab", label: "Acknowledge", options: [] },
      {
        id: "silence vm o-1",
        label: "Silence vm-x",
        options: [
          { id: "1h", label: "for 1 hour" },
          { id: "8h", label: "for 8 hours" },
        ],
      },
    ],
  };
  const { card } = renderMessage(withActions, OPTIONS);
  const [acknowledge, silence, ask] = ofType(card, "Action.Execute");

  test("asks the question that stands on it", () => {
    expect(pressOf(ask)).toEqual({ kind: "ask", command: "show o-1" });
  });

  test("does what the message offered", () => {
    expect(pressOf(acknowledge)).toEqual({
      kind: "act",
      action: "acknowledge n-0123456789ab",
      option: null,
    });
  });

  test("comes with what was chosen, which Teams mixes into its data", () => {
    const [menu] = ofType(card, "Input.ChoiceSet");
    const data = z.record(z.string(), z.unknown()).parse(silence?.["data"]);
    const pressed = { ...silence, data: { ...data, [String(menu?.["id"])]: "8h" } };
    expect(pressOf(pressed)).toEqual({ kind: "act", action: "silence vm o-1", option: "8h" });
  });

  const forged: readonly unknown[] = [
    null,
    "ask",
    {},
    { verb: "ask" },
    { verb: "ask", data: { command: "" } },
    { verb: "ask", data: { command: 7 } },
    { verb: ACT_VERB, data: {} },
    { verb: "page", data: { answer: "a", page: 0 } },
    { verb: "delete", data: { action: "x" } },
  ];
  test.each(forged.map((one) => [JSON.stringify(one), one]))(
    "that is not ours is none: %s",
    (_, one) => {
      expect(pressOf(one)).toBeNull();
    },
  );

  test("turns a page", () => {
    const [first] = renderPages(
      message("info", "Summary.", [
        list(Array.from({ length: 900 }, (_, n) => inline(`line ${n}`))),
      ]),
      OPTIONS,
      "answer-1",
    );
    expect(ofType(first?.card, "Action.Execute").map(pressOf)).toEqual([
      { kind: "page", answer: "answer-1", page: 2 },
    ]);
  });

  test("has six buttons in sight, the others in a menu", () => {
    const many = Array.from({ length: 12 }, (_, index) => `show o-${index}`);
    const { card: crowded } = renderMessage(
      message("info", "Summary.", [choices("Ask on:", many)]),
      OPTIONS,
    );
    const buttons = ofType(crowded, "Action.Execute");
    expect(buttons.map(({ mode }) => mode)).toEqual([
      ...Array.from({ length: 6 }, () => undefined),
      ...Array.from({ length: 4 }, () => "secondary"),
    ]);
    expect(cardText(crowded, "UTC")).toContain("• show o-10\n• show o-11");
  });
});
