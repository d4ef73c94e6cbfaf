import { createRequire } from "node:module";
import type * as Cards from "adaptivecards";
import { z } from "zod";
import { mentionNames, textsOf } from "./reading.ts";

/**
 * Rules for cards in Teams, of the elements that we use. Sources: https://adaptivecards.io/explorer/ (1.5),
 * https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/cards-format
 * (mentions, overflow menu), and .../charts-in-adaptive-cards.
 */
const MOST_BYTES = 28 * 1024;
const MOST_PRIMARY = 6;

const words = z.string().min(1);
const webAddress = z.string().regex(/^https:\/\/[^\s"<>]+$/);
const base = {
  id: words.optional(),
  spacing: z.enum(["None", "Small", "Medium"]).optional(),
};
const look = {
  size: z.enum(["Small", "Large"]).optional(),
  weight: z.literal("Bolder").optional(),
  isSubtle: z.literal(true).optional(),
};
const textBlock = z.strictObject({
  type: z.literal("TextBlock"),
  text: words,
  wrap: z.literal(true),
  style: z.literal("heading").optional(),
  ...base,
  ...look,
});
const textRun = z.strictObject({
  type: z.literal("TextRun"),
  text: words,
  italic: z.literal(true).optional(),
  fontType: z.literal("Monospace").optional(),
  selectAction: z.strictObject({ type: z.literal("Action.OpenUrl"), url: webAddress }).optional(),
  ...look,
});
const richTextBlock = z.strictObject({
  type: z.literal("RichTextBlock"),
  inlines: z.array(textRun).min(1),
  ...base,
});
const image = z.strictObject({
  type: z.literal("Image"),
  url: webAddress,
  altText: words,
  size: z.literal("Stretch"),
  ...base,
});
const mode = z.literal("secondary").optional();
const execute = z.strictObject({
  type: z.literal("Action.Execute"),
  title: words.max(75),
  verb: z.enum(["ask", "act", "page"]),
  data: z.record(z.string(), z.union([z.string(), z.number()])),
  mode,
});
const choiceSet = z
  .strictObject({
    type: z.literal("Input.ChoiceSet"),
    id: words,
    label: words,
    style: z.literal("compact"),
    value: words,
    isRequired: z.literal(true),
    errorMessage: words,
    choices: z.array(z.strictObject({ title: words, value: words })).min(1),
  })
  .refine(({ value, choices }) => choices.some((choice) => choice.value === value));
const showCard = z.strictObject({
  type: z.literal("Action.ShowCard"),
  title: words.max(75),
  card: z.strictObject({
    type: z.literal("AdaptiveCard"),
    body: z.array(choiceSet).length(1),
    actions: z.array(execute).length(1),
  }),
  mode,
});
const actionSet = z.strictObject({
  type: z.literal("ActionSet"),
  actions: z
    .array(z.discriminatedUnion("type", [execute, showCard]))
    .min(1)
    .refine((all) => all.filter((one) => one.mode === undefined).length <= MOST_PRIMARY),
  ...base,
});
const table = z
  .strictObject({
    type: z.literal("Table"),
    firstRowAsHeaders: z.literal(true),
    columns: z.array(z.strictObject({ width: z.number().positive() })).min(1),
    rows: z
      .array(
        z.strictObject({
          type: z.literal("TableRow"),
          cells: z.array(
            z.strictObject({ type: z.literal("TableCell"), items: z.array(richTextBlock).min(1) }),
          ),
        }),
      )
      .min(2),
    ...base,
  })
  .refine(({ columns, rows }) => rows.every(({ cells }) => cells.length === columns.length));
const container = z.strictObject({
  type: z.literal("Container"),
  style: z.enum(["emphasis", "accent", "warning", "attention"]).optional(),
  items: z.array(richTextBlock).min(1),
  ...base,
});
const chart = z.strictObject({
  type: z.literal("Chart.HorizontalBar"),
  title: words,
  displayMode: z.literal("AbsoluteWithAxis"),
  data: z
    .array(
      z.strictObject({
        x: words,
        y: z.number().nonnegative(),
        color: z.enum(["good", "warning", "attention", "neutral"]),
      }),
    )
    .min(1),
  fallback: z.discriminatedUnion("type", [image, container]),
  ...base,
});
const mention = z
  .strictObject({
    type: z.literal("mention"),
    text: words,
    mentioned: z.strictObject({ id: z.guid(), name: words }),
  })
  .refine(({ text, mentioned }) => text === `<at>${mentioned.name}</at>`);
const cardSchema = z.strictObject({
  type: z.literal("AdaptiveCard"),
  $schema: z.literal("http://adaptivecards.io/schemas/adaptive-card.json"),
  version: z.literal("1.5"),
  fallbackText: words,
  body: z
    .array(
      z.discriminatedUnion("type", [
        textBlock,
        richTextBlock,
        container,
        table,
        actionSet,
        image,
        chart,
      ]),
    )
    .min(1),
  msteams: z.strictObject({ width: z.literal("Full"), entities: z.array(mention) }),
});

/** Says what is wrong with a card as Teams takes it; null when nothing is. */
export function checkCard(card: unknown): string | null {
  const parsed = cardSchema.safeParse(card);
  if (!parsed.success) {
    return z.prettifyError(parsed.error);
  }
  const bytes = Buffer.byteLength(JSON.stringify(card), "utf8");
  if (bytes > MOST_BYTES) {
    return `The card has ${bytes} bytes.`;
  }
  if (!textsOf(card).every((text) => text.isWellFormed())) {
    return "A text is not well-formed Unicode.";
  }
  const said = mentionNames(card);
  const meant = parsed.data.msteams.entities.map(({ mentioned }) => mentioned.name);
  if (JSON.stringify(said) !== JSON.stringify(meant) || new Set(said).size !== said.length) {
    return `The card mentions ${said.join(", ")}, its entities are ${meant.join(", ")}.`;
  }
  return parserComplaint(card);
}

/** What the parser of Adaptive Cards' own renderer for browsers has to say about a card. */
function parserComplaint(card: unknown): string | null {
  if (!isParser(parser)) {
    return "The parser of Adaptive Cards cannot be loaded.";
  }
  const { AdaptiveCard, SerializationContext, ValidationEvent, Versions } = parser;
  const context = new SerializationContext(Versions.v1_5);
  const read = new AdaptiveCard();
  read.parse(card, context);
  const events = Array.from({ length: context.eventCount }, (_, index) =>
    context.getEventAt(index),
  );
  const told = [...events, ...read.validateProperties().validationEvents].filter(
    (one) =>
      // It counts the buttons in the menu too, and by the limit of another host.
      one?.event !== ValidationEvent.TooManyActions &&
      // Charts are Teams' own; other clients show what stands there for them.
      !(one?.event === ValidationEvent.UnknownElementType && one.message.includes('"Chart.')),
  );
  return told.length === 0 ? null : told.map((one) => one?.message).join("; ");
}

// The package's modules name each other without endings, which Node does not follow; its bundle can be loaded.
const parser: unknown = createRequire(import.meta.url)("adaptivecards/dist/adaptivecards.js");

function isParser(loaded: unknown): loaded is typeof Cards {
  return typeof loaded === "object" && loaded !== null && "SerializationContext" in loaded;
}
