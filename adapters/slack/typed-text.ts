/**
 * What a person typed, from what Slack made of it: links around addresses and names are taken off,
 * entities are decoded. Dashes and quotes stay as typed.
 * Source: https://docs.slack.dev/messaging/formatting-message-text (retrieving messages)
 *
 * @param nameOf the name or mail address to put in place of a person's mention.
 */
export function typedText(text: string, nameOf: (userId: string) => string): string {
  return text
    .replaceAll(/<([^<>]*)>/g, (_, inside: string) => reference(inside, nameOf))
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .trim();
}

/** Identities of the people mentioned in the text. */
export function mentionedUsers(text: string): readonly string[] {
  return [...text.matchAll(/<@(\w+)(?:\|[^<>]*)?>/g)].map((match) => match[1] ?? "");
}

/** The text without the mentions of the bot: those in front or behind address it, the others too. */
export function withoutMention(text: string, botUserId: string): string {
  return text.replaceAll(new RegExp(`<@${botUserId}(?:\\|[^<>]*)?>[:,]?`, "g"), " ");
}

function reference(inside: string, nameOf: (userId: string) => string): string {
  const [target = "", label] = inside.split("|", 2);
  if (target.startsWith("@")) {
    return nameOf(target.slice(1));
  }
  if (target.startsWith("#")) {
    return `#${label ?? target.slice(1)}`;
  }
  if (target.startsWith("!")) {
    return label ?? target.slice(1);
  }
  return label ?? target.replace(/^(?:mailto|tel):/, "");
}

/** A question, and whether everybody shall see the answer. */
export interface Wish {
  readonly text: string;
  readonly isPublic: boolean;
}

/** Takes `public` in front, or `publicly` behind, off a question. */
export function wishOf(text: string): Wish {
  const match =
    /^(?:in )?public(?:ly)?[:,]?(?:\s+(.*))?$/is.exec(text) ?? /^(.*\S)\s+(?:publicly|in public)$/is.exec(text);
  return match === null ? { text, isPublic: false } : { text: match[1] ?? "", isPublic: true };
}
