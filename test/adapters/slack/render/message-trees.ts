import * as fc from "fast-check";
import type { Inline, Message, MessageNode, Span } from "../../../../src/message/message.ts";

const NASTY = [
  "<!channel>",
  "<@U0CONTOSO0001>",
  "<https://evil.example|portal.azure.com>",
  "*bold* _it_ ~no~ `code`",
  ":rotating_light:",
  "> quoted",
  "@here & <!subteam^S1>",
  "<at>Alice</at>",
  "at>Bob</at> <",
  "{{DATE(1999-01-01T00:00:00Z,SHORT)}} {{TIME(1999-01-01T00:00:00Z)}}",
  "{TIME(1999-01-01T00:00:00Z)}} {",
  "${secret} $",
  "[portal](https://evil.example) &lt;at&gt;Eve&lt;/at&gt;",
  "- item\r1. one\n# title",
  "\u202Egpj.exe",
  "a\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
  "\uD800",
  "line\nbreak",
  '"\\/"',
  "",
  "x".repeat(9000),
  "é漢".repeat(900),
];

const text = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.string({ maxLength: 60 }),
);

const span: fc.Arbitrary<Span> = fc.oneof(
  fc.record({ kind: fc.constantFrom("text" as const, "strong" as const, "code" as const), text }),
  fc.record({
    kind: fc.constant("time" as const),
    at: fc.oneof(
      fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2030, 0, 1) }),
      fc.constantFrom(-1, 0, 8.64e15),
    ),
    style: fc.constantFrom("time" as const, "date-time" as const, "exact" as const),
  }),
  fc.record({
    kind: fc.constant("person" as const),
    name: fc.oneof(text, fc.constantFrom("alice@contoso.com", "Bob (guest)", "j_doe_")),
    objectId: fc.oneof(fc.constant(null), fc.uuid(), fc.constant("not-an-id")),
  }),
  fc.record({
    kind: fc.constant("link" as const),
    url: fc.constantFrom("https://portal.azure.com/#resource/subscriptions/1", "not a url <x>"),
    label: text,
  }),
);

const inline: fc.Arbitrary<Inline> = fc.array(span, { maxLength: 8 });
const severity = fc.constantFrom("info" as const, "warning" as const, "critical" as const);

const node: fc.Arbitrary<MessageNode> = fc.oneof(
  fc.record({ kind: fc.constant("heading" as const), text }),
  fc.record({ kind: fc.constant("paragraph" as const), content: inline }),
  fc.record({ kind: fc.constant("context" as const), content: inline }),
  fc.record({ kind: fc.constant("notice" as const), severity, content: inline }),
  fc.record({ kind: fc.constant("code" as const), text }),
  fc.record({
    kind: fc.constant("facts" as const),
    facts: fc.array(fc.record({ label: text, value: inline }), { maxLength: 12 }),
  }),
  fc.record({ kind: fc.constant("list" as const), items: fc.array(inline, { maxLength: 60 }) }),
  fc.record({
    kind: fc.constant("choices" as const),
    prompt: text,
    commands: fc.array(text, { maxLength: 30 }),
  }),
  fc.integer({ min: 1, max: 6 }).chain((width) =>
    fc.record({
      kind: fc.constant("table" as const),
      columns: fc.array(text, { minLength: width, maxLength: width }),
      rows: fc.array(fc.array(inline, { minLength: width, maxLength: width }), {
        maxLength: 60,
      }),
    }),
  ),
);

/** Any message, with everything in it that could mislead a chat platform. */
export const messageTree: fc.Arbitrary<Message> = fc.record(
  {
    severity,
    summary: text,
    nodes: fc.array(node, { maxLength: 60 }),
    actions: fc.array(
      fc.record({
        id: fc.string({ minLength: 1, maxLength: 100 }),
        label: text,
        options: fc.uniqueArray(
          fc.record({ id: fc.string({ minLength: 1, maxLength: 50 }), label: text }),
          { maxLength: 5, selector: ({ id }) => id },
        ),
      }),
      { maxLength: 12 },
    ),
  },
  { requiredKeys: ["severity", "summary", "nodes"] },
);
