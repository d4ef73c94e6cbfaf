import * as fc from "fast-check";
import {
  code,
  codeBlock,
  context,
  choices,
  fact,
  facts,
  heading,
  inline,
  list,
  notice,
  paragraph,
  person,
  portalLink,
  strong,
  table,
} from "../../src/message/build.ts";
import type { Message } from "../../src/message/message.ts";
import { resource } from "../ask/trail-builder.ts";

/** So many texts go through every way out of the program. */
export const COUNT = 10_000;

/** What each platform, terminal and file format acts upon, by what it would do. */
const TRAPS = {
  slack: [
    "<!channel>",
    "<!here|here>",
    "<!everyone>",
    "<!subteam^S0123456789|@ops>",
    "<@U0CONTOSO0001>",
    "<#C0CONTOSO0001|general>",
    "<https://evil.example|portal.azure.com>",
    "<mailto:eve@evil.example|help>",
    "<!date^0^{date}^https://evil.example|now>",
    "&lt;!channel&gt; &amp;lt;@U1&amp;gt;",
    "*bold* _it_ ~no~ `code` ```pre```",
    "\n> quoted",
    ">>> all of it",
    ":rotating_light: :skin-tone-2:",
    '"}]},{"type":"section","text":{"type":"mrkdwn","text":"<!channel>"}}',
  ],
  teams: [
    "<at>Alice</at>",
    "< at >Alice< /at >",
    '<at id="0">Everyone</at>',
    "&lt;at&gt;Eve&lt;/at&gt; &#60;at&#62;",
    "[portal.azure.com](https://evil.example)",
    "![](https://evil.example/pixel.png)",
    "[ref]: https://evil.example",
    "**bold** __b__ ~~no~~ # title",
    "\n1. one\n- two\n# title",
    "${$root.secret} ${if(true, 'x', 'y')}",
    "{{DATE(1999-01-01T00:00:00Z,SHORT)}}",
    "{{TIME(1999-01-01T00:00:00Z)}} {{{",
    "$",
    "{",
    '"}},{"type":"Action.OpenUrl","title":"Approve","url":"https://evil.example"',
    "<b>b</b><script>alert(1)</script><img src=x onerror=alert(1)>",
  ],
  calls: ["@channel", "@here", "@everyone", "@Doorbell", "@alice@contoso.com"],
  links: [
    "https://evil.example/?q=1#x",
    "http://192.0.2.7:8080",
    "evil.example",
    "www.evil.example",
    "mailto:eve@evil.example",
    "tel:+15550100",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "ms-settings:",
    "slack://channel?id=C1&team=T1",
    "msteams:/l/chat/0/0?users=eve@evil.example",
    "//evil.example",
    "https://portal.azure.com@evil.example",
    "//\u200Bevil\u3002example",
  ],
  terminal: [
    "\u001B[2J\u001B[H",
    "\u001B]0;title\u0007",
    "\u001B]8;;https://evil.example\u001B\\link\u001B]8;;\u001B\\",
    "\u001B]52;c;ZXZpbA==\u0007",
    "\u001BP+q544e\u001B\\",
    "\u001B_Gf=100;\u001B\\",
    "\u009B31m\u009D0;x\u009C\u0090\u0098\u009E\u009F",
    "\b\b\b\b",
    "\u007F",
    "\u000E\u000F",
    "\u001B[?1049h\u001B[6n",
  ],
  cells: [
    "=1+1",
    '=HYPERLINK("https://evil.example","x")',
    "=cmd|' /C calc'!A0",
    "+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    "\u00A0=1+1",
    "\u200B=1+1",
    "\u3164=1+1",
    "\u{E0041}=1+1",
    "\uFF1D1+1",
    '","=1+1","',
    '"',
    ";=1+1",
    "; -1+1",
    "|=1+1",
    "\n=1+1",
    "',=1",
  ],
  lines: [
    '\n{"time":"2026-11-25T00:00:00Z","level":"error","message":"forged"}',
    "\r\nalice@contoso.com opened everything",
    "\u2028forged",
    "\u2029forged",
    "\u0085forged",
    "\u000B\f\u001C\u001D\u001E",
    "\\n\\u000aforged",
    '\\"}',
    "%0d%0aSet-Cookie:",
  ],
  xml: [
    "</text><script>alert(1)</script>",
    "]]>",
    "<!--",
    "-->",
    "&x;",
    '" onload="alert(1)',
    "<?xml?>",
    "\uFFFE\uFFFF",
  ],
  unicode: [
    "\u202Egnp.exe",
    "\u202Ablock\u202C\u202D",
    "\u2066\u2067\u2068\u2069",
    "\u200E\u200F\u061C",
    "al\u200Bi\u200Cc\u200De\u2060\uFEFF",
    "\u00AD\u034F\u115F\u1160\u17B4\u180E\u3164\uFFA0",
    "\u{E0001}\u{E0061}\u{E007F}\u{1D173}",
    "Z\u0351\u036B\u0343\u036A\u0302\u036B\u033D\u034F\u0334\u0319",
    "\u0338\u20D2\u20DD\u20E0",
    "\uD800",
    "\uDC00\uD800",
    "\u0000",
    "\uE000\u{F0000}",
    "\u{1F469}\u200D\u{1F4BB}",
    "\u0430lice@contoso.com",
    "\u0440\u0430y\u0440\u0430l",
    "vm-\u03BFne",
    "\uFF41\uFF4C\uFF49\uFF43\uFF45 \u{1D41A}\u{1D425}\u2E2C",
    "\uFF1Cat\uFF1E \uFE64!channel\uFE65 \uFF20here",
    "שלום מרחבא العربية",
  ],
} as const;

const trap = fc.oneof(...Object.values(TRAPS).map((texts) => fc.constantFrom(...texts)));
const innocent = fc.constantFrom(
  "INC-4411",
  "alice@contoso.com",
  "vm-x",
  "disk full",
  " ",
  "é漢",
  "203.0.113.7",
);

/** A justification, name or description of somebody who means harm, or who does not care. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: trap },
      { weight: 3, arbitrary: innocent },
      { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
      { weight: 1, arbitrary: fc.string({ unit: "binary-ascii", maxLength: 8 }) },
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => parts.join(""));

/** Texts that are as long as one can get into the log, or longer. */
export const LONG: readonly string[] = [
  "x".repeat(100_000),
  "<!channel> ".repeat(5_000),
  "\u202E=\u001B]".repeat(5_000),
  "Z\u0351\u036B".repeat(20_000),
  "\uD83D\uDEAA".repeat(20_000),
];

/** So many texts, each trap alone among them, in batches. Another seed gives others. */
export function hostileBatches(size: number, count = COUNT): readonly (readonly string[])[] {
  const alone = Object.values(TRAPS).flat();
  const drawn = fc.sample(hostileText, {
    numRuns: count - alone.length,
  });
  const all = [...alone, ...drawn];
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}

/** Where the only link leads that the messages have. */
export const PORTAL = "https://portal.azure.com/#resource";

/**
 * A message that holds each of the texts in one of the places for texts, each place some of them, and the
 * first of them wherever there is one place only.
 */
export function everywhere(texts: readonly string[]): Message {
  const [first = ""] = texts;
  const object = "a11ce000-0000-0000-0000-000000000000";
  const every = (place: number): readonly string[] =>
    texts.filter((_, index) => index % 8 === place);
  return {
    severity: "critical",
    summary: first,
    nodes: [
      heading(first),
      ...every(0).map((text) => paragraph("why: ", text, strong(text), " ", code(text))),
      ...every(1).map((text) =>
        notice("warning", text, " by ", person({ name: text, objectId: object })),
      ),
      facts(...every(2).map((text) => fact(text, text, portalLink(resource("vm", "vm-x"), text)))),
      table(
        ["who", first],
        every(3).map((text) => [inline(text), inline(person({ name: text, objectId: null }))]),
      ),
      list(every(4).map((text) => inline(text))),
      codeBlock(every(5).join("\n")),
      choices(first, every(6)),
      ...every(7).map((text) => context(text)),
    ],
    actions: every(6).map((text, index) => ({
      id: `act ${index}`,
      label: text,
      options: every(index).map((label, at) => ({ id: `o${at}`, label })),
    })),
  };
}

/** What steers, hides, reorders or breaks; no platform is given any of it. */
export const STEERING =
  /[\p{Cc}\u061C\u200B\u200E\u200F\u202A-\u202E\u2028\u2029\u2060-\u206F\uFEFF\u00AD\u3164\u115F\u1160\p{Cs}\p{Co}\u{E0000}-\u{E007F}]/u;
/** More marks on one letter than any script needs. */
export const MARK_PILE = /\p{M}{6}/u;
