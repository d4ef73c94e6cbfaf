import { z } from "zod";
import { checkCard } from "./card-check.ts";
import { atTexts } from "./card-mentions.ts";
import { badArgument, REFUSALS } from "./failure.ts";
import { CARD_TYPE } from "./reading.ts";
import type { FakeAttachment } from "./world.ts";

const mentionEntity = z.looseObject({
  type: z.literal("mention"),
  text: z.string(),
  mentioned: z.looseObject({ id: z.string().min(1), name: z.string().optional() }),
});
const activitySchema = z.looseObject({
  type: z.enum(["message", "typing"]),
  text: z.string().nullish(),
  textFormat: z.enum(["plain", "markdown", "xml"]).nullish(),
  summary: z.string().nullish(),
  attachments: z
    .array(
      z.looseObject({
        contentType: z.string().min(1),
        content: z.unknown().optional(),
        contentUrl: z.string().optional(),
        name: z.string().optional(),
      }),
    )
    .nullish(),
  attachmentLayout: z.enum(["list", "carousel"]).nullish(),
  entities: z.array(z.looseObject({ type: z.string() })).nullish(),
});

/** An activity that Teams takes. */
export interface PostedActivity {
  readonly type: "message" | "typing";
  readonly text: string;
  readonly textFormat: string;
  readonly summary: string | null;
  readonly attachments: readonly FakeAttachment[];
  readonly entities: readonly unknown[];
}

/**
 * Checks an activity as Teams does.
 *
 * @param mostBytes of its JSON in UTF-16, pictures in it not counted.
 * @throws ConnectorFailure 400 or 413.
 */
export function postedActivity(value: unknown, mostBytes: number): PostedActivity {
  if (sizeOf(value) > mostBytes) {
    throw REFUSALS.tooBig();
  }
  const parsed = activitySchema.safeParse(value);
  if (!parsed.success) {
    throw badArgument(`Unable to deserialize the activity. ${z.prettifyError(parsed.error)}`);
  }
  const { type, text, textFormat, summary, attachments, entities } = parsed.data;
  const activity = {
    type,
    text: text ?? "",
    // Markdown is what the Bot Framework takes a text for that does not say.
    textFormat: textFormat ?? "markdown",
    summary: summary ?? null,
    attachments: attachments ?? [],
    entities: entities ?? [],
  };
  if (type === "message" && activity.text.trim() === "" && activity.attachments.length === 0) {
    throw badArgument("Activity must include non-empty 'text' field or at least one attachment.");
  }
  for (const attachment of activity.attachments) {
    checkAttachment(attachment);
  }
  checkTextMentions(activity.text, activity.entities);
  return activity;
}

/**
 * How large Teams finds an activity, in bytes.
 * Source: https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/format-your-bot-messages
 */
export function sizeOf(activity: unknown): number {
  const text = JSON.stringify(activity) ?? "";
  return text.replaceAll(/data:image\/[\w+.-]+;base64,[\w+/=]*/g, "").length * 2;
}

function checkAttachment({ contentType, content, contentUrl }: FakeAttachment): void {
  if (contentType === CARD_TYPE) {
    const faults = checkCard(content);
    if (faults.length > 0) {
      throw badArgument(`Failed to deserialize the Adaptive Card: ${faults.join("; ")}.`);
    }
  } else if (!/^image\/(?:png|jpeg|gif)$/.test(contentType)) {
    throw badArgument(`Unknown attachment type ${contentType}.`);
  } else if (!/^(?:https:\/\/|data:image\/)/.test(contentUrl ?? "")) {
    throw badArgument("Unsupported URI scheme of an image.");
  }
}

function checkTextMentions(text: string, entities: readonly unknown[]): void {
  const used = new Set(atTexts(text));
  const declared = new Set<string>();
  for (const entity of entities) {
    if (z.looseObject({ type: z.literal("mention") }).safeParse(entity).success) {
      const mention = mentionEntity.safeParse(entity);
      if (!mention.success || !used.has(mention.data.text)) {
        throw badArgument(
          "A mention entity must name somebody, and its text must stand in 'text'.",
        );
      }
      declared.add(mention.data.text);
    }
  }
  const stray = [...used].find((one) => !declared.has(one));
  if (stray !== undefined) {
    throw badArgument(`There is no mention entity for ${stray}.`);
  }
}
