import { z } from "zod";

/**
 * The pieces of Block Kit that Doorbell uses, as strict as Slack is about them: an unknown property, a text
 * that is too long or empty, and a piece in the wrong place are refused.
 * Source: https://docs.slack.dev/reference/block-kit and the remarks in `@slack/types`.
 */

const blockId = z.string().min(1).max(255).optional();
const actionId = z.string().min(1).max(255);
const webUrl = z
  .string()
  .max(3000)
  .regex(/^https?:\/\//);

function plainText(most: number) {
  return z.strictObject({
    type: z.literal("plain_text"),
    text: z.string().min(1).max(most),
    emoji: z.boolean().optional(),
  });
}

function anyText(most: number) {
  return z.discriminatedUnion("type", [
    plainText(most),
    z.strictObject({
      type: z.literal("mrkdwn"),
      text: z.string().min(1).max(most),
      verbatim: z.boolean().optional(),
    }),
  ]);
}

const option = z.strictObject({
  text: plainText(75),
  value: z.string().min(1).max(150),
  description: plainText(75).optional(),
});

const button = z.strictObject({
  type: z.literal("button"),
  text: plainText(75),
  action_id: actionId,
  value: z.string().max(2000).optional(),
  url: webUrl.optional(),
  style: z.enum(["primary", "danger"]).optional(),
  accessibility_label: z.string().min(1).max(75).optional(),
});

const staticSelect = z.strictObject({
  type: z.literal("static_select"),
  action_id: actionId,
  options: z.array(option).min(1).max(100),
  placeholder: plainText(150).optional(),
  initial_option: option.optional(),
});

const externalSelect = z.strictObject({
  type: z.literal("external_select"),
  action_id: actionId,
  min_query_length: z.int().min(0).optional(),
  placeholder: plainText(150).optional(),
  initial_option: option.optional(),
});

const plainTextInput = z.strictObject({
  type: z.literal("plain_text_input"),
  action_id: actionId,
  placeholder: plainText(150).optional(),
  initial_value: z.string().max(3000).optional(),
  max_length: z.int().min(1).max(3000).optional(),
  multiline: z.boolean().optional(),
});

const style = z
  .strictObject({
    bold: z.boolean().optional(),
    italic: z.boolean().optional(),
    strike: z.boolean().optional(),
    code: z.boolean().optional(),
  })
  .optional();

const richText = z.strictObject({ type: z.literal("text"), text: z.string().min(1), style });
const richLink = z.strictObject({
  type: z.literal("link"),
  url: webUrl,
  text: z.string().min(1).optional(),
  style,
});
const richElement = z.discriminatedUnion("type", [
  richText,
  richLink,
  z.strictObject({ type: z.literal("user"), user_id: z.string().min(1), style }),
  z.strictObject({ type: z.literal("broadcast"), range: z.string(), style }),
  z.strictObject({
    type: z.literal("emoji"),
    name: z.string().regex(/^[a-z0-9_+'-]+$/),
    style,
  }),
  z.strictObject({
    type: z.literal("date"),
    timestamp: z.int().positive(),
    format: z
      .string()
      .regex(/\{(?:date|date_num|date_short|date_long|date_\w*pretty|time|time_secs|ago)\}/),
    fallback: z.string().min(1).optional(),
    url: webUrl.optional(),
    style,
  }),
]);
const richSection = z.strictObject({
  type: z.literal("rich_text_section"),
  elements: z.array(richElement).min(1),
});

const richBlock = z.strictObject({
  type: z.literal("rich_text"),
  block_id: blockId,
  elements: z
    .array(
      z.discriminatedUnion("type", [
        richSection,
        z.strictObject({
          type: z.literal("rich_text_list"),
          style: z.enum(["bullet", "ordered"]),
          elements: z.array(richSection).min(1),
          indent: z.int().min(0).max(8).optional(),
        }),
        z.strictObject({
          type: z.literal("rich_text_preformatted"),
          elements: z.array(z.discriminatedUnion("type", [richText, richLink])).min(1),
        }),
        z.strictObject({
          type: z.literal("rich_text_quote"),
          elements: z.array(richElement).min(1),
        }),
      ]),
    )
    .min(1),
});

const image = z.strictObject({
  type: z.literal("image"),
  block_id: blockId,
  image_url: webUrl.optional(),
  slack_file: z.strictObject({ id: z.string() }).optional(),
  alt_text: z.string().min(1).max(2000),
  title: plainText(2000).optional(),
});

const everywhere = [
  z.strictObject({ type: z.literal("header"), text: plainText(150), block_id: blockId }),
  z.strictObject({ type: z.literal("divider"), block_id: blockId }),
  z.strictObject({
    type: z.literal("section"),
    block_id: blockId,
    text: anyText(3000).optional(),
    fields: z.array(anyText(2000)).min(1).max(10).optional(),
    accessory: z.discriminatedUnion("type", [button, staticSelect, externalSelect]).optional(),
  }),
  z.strictObject({
    type: z.literal("context"),
    block_id: blockId,
    elements: z.array(anyText(3000)).min(1).max(10),
  }),
  z.strictObject({
    type: z.literal("actions"),
    block_id: blockId,
    elements: z
      .array(z.discriminatedUnion("type", [button, staticSelect, externalSelect]))
      .min(1)
      .max(25),
  }),
  richBlock,
  image,
] as const;

const input = z.strictObject({
  type: z.literal("input"),
  block_id: blockId,
  label: plainText(2000),
  hint: plainText(2000).optional(),
  optional: z.boolean().optional(),
  element: z.discriminatedUnion("type", [plainTextInput, staticSelect, externalSelect]),
});

const messageBlocks = z.array(z.discriminatedUnion("type", everywhere)).max(50);
const viewBlocks = z.array(z.discriminatedUnion("type", [...everywhere, input])).max(100);

const view = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("modal"),
    title: plainText(24),
    submit: plainText(24).optional(),
    close: plainText(24).optional(),
    blocks: viewBlocks,
    callback_id: z.string().max(255).optional(),
    private_metadata: z.string().max(3000).optional(),
    notify_on_close: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal("home"),
    blocks: viewBlocks,
    callback_id: z.string().max(255).optional(),
    private_metadata: z.string().max(3000).optional(),
  }),
]);

/**
 * How many characters Slack takes in all blocks of one message. Undocumented; measured by others at about
 * 13,200 (slackapi/bolt-js issues 2509 and 2867), where block containers count too.
 */
const MOST_CHARACTERS = 13_200;

/** What Slack finds wrong with a message's blocks; null when nothing. */
export interface BlockComplaint {
  readonly code: "invalid_blocks" | "invalid_blocks_format" | "msg_blocks_too_long";
  readonly messages: readonly string[];
}

/** Checks the blocks of a message as chat.postMessage does. */
export function checkMessageBlocks(blocks: unknown): BlockComplaint | null {
  if (!Array.isArray(blocks)) {
    return { code: "invalid_blocks_format", messages: ["[ERROR] blocks is not an array"] };
  }
  const shape = complaint(messageBlocks, blocks);
  return (
    shape ??
    (JSON.stringify(blocks).length > MOST_CHARACTERS
      ? { code: "msg_blocks_too_long", messages: [] }
      : null)
  );
}

/** Checks a modal or a home tab as views.open and views.publish do. */
export function checkView(candidate: unknown): BlockComplaint | null {
  const found = complaint(view, candidate);
  if (found !== null) {
    return found;
  }
  const { type, blocks, submit } = z
    .looseObject({
      type: z.string(),
      submit: z.unknown().optional(),
      blocks: z.array(z.looseObject({ type: z.string() })),
    })
    .parse(candidate);
  const hasInput = blocks.some((block) => block.type === "input");
  return hasInput && type === "modal" && submit === undefined
    ? { code: "invalid_blocks", messages: ["[ERROR] submit is required with input blocks"] }
    : null;
}

/** Options as an external select may be given them. */
export const suggestedOptions = z.strictObject({ options: z.array(option).max(100) });

function complaint(schema: z.ZodType, value: unknown): BlockComplaint | null {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    return {
      code: "invalid_blocks",
      messages: parsed.error.issues.map(
        (issue) => `[ERROR] ${issue.message} [json-pointer:/blocks/${issue.path.join("/")}]`,
      ),
    };
  }
  return repeated(value, "block_id") ?? repeatedActions(value);
}

function repeatedActions(value: unknown): BlockComplaint | null {
  const blocks = z
    .union([
      z.array(z.unknown()),
      z.looseObject({ blocks: z.array(z.unknown()) }).transform(({ blocks }) => blocks),
    ])
    .parse(value);
  for (const block of blocks) {
    const found = repeated(block, "action_id");
    if (found !== null) {
      return found;
    }
  }
  return null;
}

function repeated(value: unknown, key: "block_id" | "action_id"): BlockComplaint | null {
  const seen = new Set<unknown>();
  let twice: unknown = null;
  JSON.stringify(value, (name, part: unknown) => {
    if (name === key) {
      if (seen.has(part)) {
        twice = part;
      }
      seen.add(part);
    }
    return part;
  });
  return twice === null
    ? null
    : { code: "invalid_blocks", messages: [`[ERROR] ${key} ${JSON.stringify(twice)} comes twice`] };
}
