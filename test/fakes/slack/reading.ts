import { DateTime } from "luxon";
import { z } from "zod";

/** What has blocks and a text: a message or a view. */
export interface Readable {
  readonly blocks: readonly unknown[];
  readonly text?: string;
}

/** A thing that can be pressed or chosen from. */
export interface Pressable {
  readonly type: string;
  readonly label: string;
  readonly actionId: string;
  readonly blockId: string;
  readonly value: string | null;
  readonly options: readonly { readonly label: string; readonly value: string }[];
}

const node = z.looseObject({
  type: z.string(),
  elements: z.array(z.unknown()).optional(),
  text: z.unknown().optional(),
});
const textObject = z.object({ type: z.string(), text: z.string() });
const richLeaf = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  url: z.string().optional(),
  user_id: z.string().optional(),
  range: z.string().optional(),
  name: z.string().optional(),
  timestamp: z.number().optional(),
  format: z.string().optional(),
});
const pressable = z.looseObject({
  type: z.enum(["button", "static_select", "external_select"]),
  action_id: z.string(),
  text: textObject.optional(),
  placeholder: textObject.optional(),
  value: z.string().optional(),
  options: z.array(z.looseObject({ text: textObject, value: z.string() })).optional(),
});

/** What a reader in that zone sees, line by line; buttons as `[label]`. */
export function shownText({ blocks }: Readable, zone: string): string {
  return blocks
    .flatMap((block) => blockLines(block, zone))
    .join("\n")
    .trimEnd();
}

function blockLines(block: unknown, zone: string): readonly string[] {
  const parsed = node.parse(block);
  const elements = parsed.elements ?? [];
  switch (parsed.type) {
    case "rich_text":
      return elements.flatMap((element) => richLines(element, zone));
    case "actions":
      return [
        pressables({ blocks: [block] })
          .map(({ label }) => `[${label}]`)
          .join(" "),
      ];
    case "context":
      return [elements.map((element) => shownTextObject(element, zone)).join(" ")];
    case "divider":
      return ["---"];
    default:
      return parsed.text === undefined ? [] : shownTextObject(parsed.text, zone).split("\n");
  }
}

function richLines(element: unknown, zone: string): readonly string[] {
  const parsed = node.parse(element);
  const inside = parsed.elements ?? [];
  return parsed.type === "rich_text_list"
    ? inside.map((item) => `• ${richRun(node.parse(item).elements ?? [], zone)}`)
    : richRun(inside, zone).split("\n");
}

function richRun(elements: readonly unknown[], zone: string): string {
  return elements
    .map((element) => {
      const leaf = richLeaf.parse(element);
      switch (leaf.type) {
        case "date":
          return shownDate(leaf.timestamp ?? 0, leaf.format ?? "", zone);
        case "user":
          return `@${leaf.user_id ?? ""}`;
        case "broadcast":
          return `@${leaf.range ?? ""}`;
        case "emoji":
          return `:${leaf.name ?? ""}:`;
        default:
          return leaf.text ?? leaf.url ?? "";
      }
    })
    .join("");
}

function shownTextObject(value: unknown, zone: string): string {
  const { type, text } = textObject.parse(value);
  if (type === "plain_text") {
    return text;
  }
  return text
    .replaceAll(/<!date\^(\d+)\^([^|>]+)\|[^>]*>/g, (_, seconds: string, format: string) =>
      shownDate(Number(seconds), format, zone),
    )
    .replaceAll(/<[^|>]+\|([^>]*)>/g, "$1")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

function shownDate(seconds: number, format: string, zone: string): string {
  const at = DateTime.fromSeconds(seconds, { zone });
  return format
    .replaceAll(/\{date_num\}/g, at.toFormat("yyyy-MM-dd"))
    .replaceAll(/\{date_short\w*\}/g, at.toFormat("LLL d, yyyy"))
    .replaceAll(/\{time\}/g, at.toFormat("HH:mm"))
    .replaceAll(/\{time_secs\}/g, at.toFormat("HH:mm:ss"));
}

/** Whom a message would notify: people, groups and whole channels. */
export function pings({ blocks, text }: Readable): readonly string[] {
  const found: string[] = mentionsIn(text ?? "");
  walk(blocks, (part) => {
    if (["user", "usergroup", "broadcast"].includes(part.type)) {
      found.push(part.type);
    }
    if (part.type === "mrkdwn") {
      found.push(...mentionsIn(textObject.parse(part).text));
    }
  });
  return found;
}

function mentionsIn(markup: string): string[] {
  return [...markup.matchAll(/<(?:@|!(?!date))[^>]*>/g)].map((match) => match[0]);
}

/** Every address that can be followed. */
export function links({ blocks, text }: Readable): readonly string[] {
  const found = linksIn(text ?? "");
  walk(blocks, (part) => {
    if (part.type === "link") {
      found.push(richLeaf.parse(part).url ?? "");
    }
    if (part.type === "mrkdwn") {
      found.push(...linksIn(textObject.parse(part).text));
    }
  });
  return found;
}

function linksIn(markup: string): string[] {
  return [...markup.matchAll(/<([^@!#>|][^>|]*)(?:\|[^>]*)?>/g)].map((match) => match[1] ?? "");
}

/** Text that Slack reads as markup: where formatting characters would count. */
export function markup({ blocks }: Readable): readonly string[] {
  const found: string[] = [];
  walk(blocks, (part) => {
    if (part.type === "mrkdwn") {
      found.push(textObject.parse(part).text);
    }
  });
  return found;
}

/** Everything that can be pressed or chosen from. */
export function pressables({ blocks }: Readable): readonly Pressable[] {
  return blocks.flatMap((block, index) => {
    const found: Pressable[] = [];
    const blockId = z.looseObject({ block_id: z.string().optional() }).parse(block).block_id;
    walk([block], (part) => {
      const parsed = pressable.safeParse(part);
      if (parsed.success) {
        const { type, action_id, text, placeholder, value, options } = parsed.data;
        found.push({
          type,
          label: text?.text ?? placeholder?.text ?? "",
          actionId: action_id,
          blockId: blockId ?? `given-${index}`,
          value: value ?? null,
          options: (options ?? []).map((one) => ({ label: one.text.text, value: one.value })),
        });
      }
    });
    return found;
  });
}

function walk(value: unknown, visit: (part: z.infer<typeof node>) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) {
      walk(item, visit);
    }
    return;
  }
  const parsed = node.safeParse(value);
  if (parsed.success) {
    visit(parsed.data);
  }
  if (typeof value === "object" && value !== null) {
    for (const item of Object.values(value)) {
      if (typeof item === "object") {
        walk(item, visit);
      }
    }
  }
}
