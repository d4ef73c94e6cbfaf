import { z } from "zod";
import { mentionsOf } from "./card-mentions.ts";
import { readMarkdown, withDates } from "./markdown.ts";
import type { Formatting, ReadMarkdown } from "./markdown.ts";
import type { FakeConversation, FakeMessage, FakeTenant } from "./world.ts";

/** The content type of Adaptive Cards. */
export const CARD_TYPE = "application/vnd.microsoft.card.adaptive";

/** A button of a card. */
export interface Pressable {
  readonly type: string;
  readonly title: string;
  readonly id: string | null;
  readonly verb: string | null;
  readonly data: unknown;
  readonly url: string | null;
}

/** A field of a card, with what stands in it before anybody types. */
export interface Input {
  readonly type: string;
  readonly id: string;
  readonly label: string;
  readonly value: string | null;
  readonly required: boolean;
  readonly choices: readonly { readonly title: string; readonly value: string }[];
}

/** A message as people see it. */
export interface SeenTeamsMessage {
  readonly id: string;
  /** All of its text, buttons as `[title]`, line by line. */
  readonly text: string;
  /** Position, in the same list, of the message whose thread it stands in; null for none. */
  readonly thread: number | null;
  readonly edited: boolean;
  /** What it does beyond being read, in words. */
  readonly effects: readonly string[];
}

/** How messages are read. */
export interface ReadingOptions {
  /** UTC when left out. */
  readonly zone?: string;
  /** Who reads: cards that only this person sees are shown in place of the others. */
  readonly reader?: string;
  /** Formatting that is the program's own, and so no effect; none when left out. */
  readonly ours?: readonly Formatting[];
}

const node = z.record(z.string(), z.unknown());
type Node = z.infer<typeof node>;
const strings = z.looseObject({
  text: z.string().optional(),
  title: z.string().optional(),
  value: z.union([z.string(), z.number()]).optional(),
  label: z.string().optional(),
  placeholder: z.string().optional(),
  altText: z.string().optional(),
  legend: z.string().optional(),
  x: z.union([z.string(), z.number()]).optional(),
  y: z.number().optional(),
  codeSnippet: z.string().optional(),
  url: z.string().optional(),
});
const pressable = z.looseObject({
  type: z.string().startsWith("Action."),
  title: z.string().optional(),
  id: z.string().optional(),
  verb: z.string().optional(),
  url: z.string().optional(),
  data: z.unknown().optional(),
});
const input = z.looseObject({
  type: z.string().startsWith("Input."),
  id: z.string(),
  label: z.string().optional(),
  value: z.union([z.string(), z.number()]).optional(),
  isRequired: z.boolean().optional(),
  choices: z.array(z.object({ title: z.string(), value: z.string() })).optional(),
});
const mentionEntity = z.looseObject({ type: z.literal("mention"), text: z.string().optional() });

/** What people see in a conversation, the oldest first, with the replies of its threads. */
export function seenIn(
  tenant: FakeTenant,
  conversation: FakeConversation,
  options: ReadingOptions = {},
): readonly SeenTeamsMessage[] {
  const messages = tenant.messagesIn(conversation);
  return messages.map((message) => {
    const root = messages.findIndex(({ id }) => id === message.thread);
    return {
      id: message.id,
      text: shownText(message, options),
      thread: root < 0 ? null : root,
      edited: message.edits > 0,
      effects: effectsOf(message, options),
    };
  });
}

/** The Adaptive Cards of a message, as that person sees them. */
export function cardsOf(message: FakeMessage, reader: string | null = null): readonly unknown[] {
  const own = reader === null ? undefined : message.views.get(reader);
  return own === undefined
    ? message.attachments
        .filter(({ contentType }) => contentType === CARD_TYPE)
        .map(({ content }) => content)
    : [own];
}

/** What a reader sees, line by line; buttons as `[title]`. */
export function shownText(message: FakeMessage, options: ReadingOptions = {}): string {
  const zone = options.zone ?? "UTC";
  const text =
    message.textFormat === "plain" ? message.text : readMarkdown(message.text, zone).shown;
  const cards = cardsOf(message, options.reader ?? null);
  return [...(text === "" ? [] : [text]), ...cards.map((card) => cardText(card, zone))].join("\n");
}

/** What a reader sees of a card. */
export function cardText(card: unknown, zone = "UTC"): string {
  return linesOf(card, zone).join("\n");
}

function linesOf(value: unknown, zone: string): readonly string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item) => linesOf(item, zone));
  }
  const part = node.safeParse(value).data;
  if (part === undefined || part["isVisible"] === false) {
    return [];
  }
  const type = String(part["type"]);
  const { text, title, label, placeholder, altText, codeSnippet } = strings.parse({
    ...part,
    value: undefined,
    x: undefined,
    y: undefined,
  });
  if (type.startsWith("Chart.")) {
    return [...(title === undefined ? [] : [title]), ...chartLines(part["data"])];
  }
  if (type.startsWith("Input.")) {
    const choices = input.safeParse(part).data?.choices ?? [];
    return [label ?? title ?? placeholder ?? "", ...choices.map((choice) => `( ) ${choice.title}`)];
  }
  switch (type) {
    case "TextBlock":
      return readMarkdown(text ?? "", zone).shown.split("\n");
    case "RichTextBlock":
      return runText(part["inlines"], zone).split("\n");
    case "FactSet":
      return factLines(part["facts"], zone);
    case "Table":
      return rowLines(part["rows"], zone);
    case "ColumnSet":
      return linesOf(part["columns"], zone);
    case "ImageSet":
      return linesOf(part["images"], zone);
    case "Image":
      return [`[picture: ${altText ?? ""}]`];
    case "CodeBlock":
      return (codeSnippet ?? "").split("\n");
    default:
      return [
        ...linesOf(part["body"], zone),
        ...linesOf(part["items"], zone),
        ...buttonLine(part["actions"]),
      ];
  }
}

function runText(inlines: unknown, zone: string): string {
  return z
    .array(z.union([z.string(), strings]))
    .catch([])
    .parse(inlines)
    .map((inline) => withDates(typeof inline === "string" ? inline : (inline.text ?? ""), zone))
    .join("");
}

function factLines(facts: unknown, zone: string): readonly string[] {
  return z
    .array(strings)
    .catch([])
    .parse(facts)
    .map((fact) =>
      [fact.title, fact.value]
        .map((side) => readMarkdown(String(side ?? ""), zone).shown)
        .join(" "),
    );
}

function rowLines(rows: unknown, zone: string): readonly string[] {
  return z
    .array(z.looseObject({ cells: z.array(z.unknown()) }))
    .catch([])
    .parse(rows)
    .map(({ cells }) => cells.map((cell) => linesOf(cell, zone).join(" ")).join(" | "));
}

function chartLines(data: unknown): readonly string[] {
  return z
    .array(strings)
    .catch([])
    .parse(data)
    .map(({ legend, x, y, value }) =>
      [legend, x, y, value].filter((part) => part !== undefined).join(" "),
    );
}

function buttonLine(actions: unknown): readonly string[] {
  const all = z.array(strings).catch([]).parse(actions);
  return all.length === 0 ? [] : [all.map(({ title }) => `[${title ?? ""}]`).join(" ")];
}

/** Everything that can be pressed in a card, in the order in which it stands. */
export function pressables(card: unknown): readonly Pressable[] {
  return partsOf(card).flatMap((part) => {
    const { success, data } = pressable.safeParse(part);
    return success
      ? [
          {
            type: data.type,
            title: data.title ?? "",
            id: data.id ?? null,
            verb: data.verb ?? null,
            data: data.data,
            url: data.url ?? null,
          },
        ]
      : [];
  });
}

/** Every field of a card. */
export function inputs(card: unknown): readonly Input[] {
  return partsOf(card).flatMap((part) => {
    const { success, data } = input.safeParse(part);
    return success
      ? [
          {
            type: data.type,
            id: data.id,
            label: data.label ?? "",
            value: data.value === undefined ? null : String(data.value),
            required: data.isRequired ?? false,
            choices: data.choices ?? [],
          },
        ]
      : [];
  });
}

/** Every object of a card, but for what buttons carry and what stands in for others. */
function partsOf(value: unknown): readonly Node[] {
  if (Array.isArray(value)) {
    return value.flatMap((item) => partsOf(item));
  }
  const part = node.safeParse(value).data;
  return part === undefined
    ? []
    : [
        part,
        ...Object.entries(part)
          .filter(([name]) => !["data", "fallback", "refresh", "msteams"].includes(name))
          .flatMap(([, held]) => partsOf(held)),
      ];
}

/** What a message does beyond being read: mentions, links that lead elsewhere, formatting. */
export function effectsOf(message: FakeMessage, options: ReadingOptions = {}): readonly string[] {
  const zone = options.zone ?? "UTC";
  const declared = message.entities.flatMap((entity) => {
    const parsed = mentionEntity.safeParse(entity);
    return parsed.success ? [`mentions ${parsed.data.text ?? ""}`] : [];
  });
  const text =
    message.textFormat === "plain"
      ? []
      : markdownEffects(readMarkdown(message.text, zone), options, null);
  return [
    ...declared,
    ...text,
    ...cardsOf(message, options.reader ?? null).flatMap((card) => cardEffects(card, options)),
  ];
}

/** The same for a card: the text of a person's name that the card itself mentions counts too. */
export function cardEffects(card: unknown, options: ReadingOptions = {}): readonly string[] {
  const zone = options.zone ?? "UTC";
  const mentions = mentionsOf(card);
  return partsOf(card).flatMap((part) => {
    const { text, url } = strings.safeParse(part).data ?? {};
    const facts = z.array(strings).catch([]).parse(part["facts"]);
    const markdown = [
      ...(part["type"] === "TextBlock" ? [text] : []),
      ...facts.flatMap(({ title, value }) => [title, String(value ?? "")]),
    ].flatMap((one) =>
      one === undefined ? [] : markdownEffects(readMarkdown(one, zone), options, mentions),
    );
    const opens = part["type"] === "Action.OpenUrl" && url !== undefined && !isOurs(url);
    return [...markdown, ...(opens ? [`links to ${url}`] : [])];
  });
}

function markdownEffects(
  read: ReadMarkdown,
  { ours = [] }: ReadingOptions,
  known: ReadonlyMap<string, string> | null,
): readonly string[] {
  return [
    ...read.mentions.map((text) => `mentions ${known?.get(text) ?? text}`),
    ...read.links.filter(({ url }) => !isOurs(url)).map(({ url }) => `links to ${url}`),
    ...read.formatted
      .filter(({ kind }) => !ours.includes(kind))
      .map(({ kind, text }) => `formats ${text} (${kind})`),
  ];
}

/** Whether a link leads where the program's own lead: Azure's portal. */
function isOurs(url: string): boolean {
  return url.startsWith("https://portal.azure.com/") || url === "https://portal.azure.com";
}
