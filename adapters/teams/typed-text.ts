import type { Mention } from "./incoming.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
};

/**
 * What a person typed, from what Teams made of it: the bot's own mentions are taken off, other mentions
 * become names, entities are decoded, and spaces that do not break become plain ones.
 * Source: https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/conversations/channel-and-group-conversations
 *
 * @param botId the bot as the conversation knows it.
 */
export function typedText(text: string, mentions: readonly Mention[], botId: string): string {
  let rest = text;
  for (const { text: shown, mentioned } of mentions) {
    const name = mentioned.id === botId ? " " : (mentioned.name ?? shown);
    rest = rest.replaceAll(shown, () => ` ${name} `);
  }
  return rest
    .replaceAll(/<\/?at(?:\s[^<>]*)?>/gi, "")
    .replaceAll(/<br\s*\/?>/gi, " ")
    .replaceAll(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,6}));/gi, decoded)
    .replaceAll(/\s+/g, " ")
    .trim();
}

function decoded(whole: string, decimal?: string, hex?: string, name?: string): string {
  if (name !== undefined) {
    return ENTITIES[name.toLowerCase()] ?? whole;
  }
  const point = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
  return point > 0 && point <= 0x10_ff_ff ? String.fromCodePoint(point) : whole;
}
