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
  strong,
  table,
  time,
} from "../../src/message/build.ts";
import type { Message } from "../../src/message/message.ts";

/** A message about one word, by which the suite knows it again. */
export function messageOf(word: string): Message {
  return message("warning", `It is about ${word}.`, [
    paragraph("It is about ", strong(word), "."),
    facts(fact("at", time(Date.UTC(2026, 10, 23, 14, 2)))),
  ]);
}

/** A message about one word with the text in every place that can hold text. */
export function messageEverywhere(text: string, word: string): Message {
  return message("critical", `It is about ${word}: ${text}`, [
    paragraph(`It is about ${word}: `, text, strong(text), code(text)),
    paragraph(person({ name: text, objectId: text })),
    heading(text),
    facts(fact(text, text)),
    table([text, "b"], [[inline(text), inline(code(text))]]),
    list([inline(text), inline(strong(text))]),
    codeBlock(text),
    notice("warning", text),
    choices(text, [`show ${text}`]),
    context(text),
  ]);
}

/** A message about one word that no platform takes as it is. */
export function longMessage(word: string): Message {
  const long = "lorem ipsum ".repeat(400);
  const rows = Array.from({ length: 400 }, (_, index) => index);
  return message("warning", `It is about ${word}.`, [
    paragraph("It is about ", strong(word), "."),
    heading(long),
    facts(...rows.map((row) => fact(`label ${row}`, long))),
    table(
      ["a", "b", "c", "d", "e", "f", "g"],
      rows.map((row) => Array.from({ length: 7 }, () => inline(`cell ${row} ${long}`))),
    ),
    list(rows.map((row) => inline(`item ${row} ${long}`))),
    codeBlock(long.repeat(10)),
    ...rows.map((row) => notice("info", `notice ${row}`)),
    choices(
      "Ask on:",
      rows.map((row) => `show ${row} ${long}`),
    ),
  ]);
}

/** Texts that somebody could put into a rule's name or description, or call a VM. */
export const HOSTILE_TEXTS: readonly string[] = [
  "<!channel> <!here> <!everyone>",
  "<@U012AB3CD> <#C012AB3CD> <!subteam^S012AB3CD>",
  "@channel @here @everyone",
  "<at>Everyone</at> <at id='0'>alice</at>",
  "<https://example.com|portal.azure.com>",
  "[portal.azure.com](https://example.com)",
  "![picture](https://example.com/a.png)",
  "<img src=x onerror=alert(1)><script>alert(1)</script>",
  "*bold* _italic_ ~struck~ `code` ```block``` > quote",
  "```\n<!channel>\n```",
  "&lt;!channel&gt; &amp; &#60;!here&#62;",
  "{{DATE(2026-11-23T14:02:00Z,SHORT)}} ${name}",
  "<!date^1392734382^{date}^https://example.com|x>",
  "\u001b[2J\u001b[31mred\u001b]8;;https://example.com\u001b\\link\u001b]8;;\u001b\\",
  "\u009b2J\u0007\b\b\b\u0000",
  "right\u202eto\u2066left\u2069",
  "line\r\nbreak\u2028and\u2029more\n\n\n# heading",
  "a\u0300\u0301\u0302\u0303".repeat(40),
  "| a | b |\n| - | - |",
  "e\ud800lone surrogate",
];
