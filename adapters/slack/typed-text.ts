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

/** A question, and who shall see the answer as the asker said; null when they did not say. */
export interface Wish {
  readonly text: string;
  readonly visibility: "public" | "private" | null;
}

/** Takes `public` or `private` in front, or `publicly` and the like behind, off a question. */
export function wishOf(text: string): Wish {
  const match =
    /^(?:in )?(?<word>public|private)(?:ly)?(?:[:,]\s*|\s+|$)(?<rest>.*)$/is.exec(text) ??
    /^(?<rest>.*\S)\s+(?:(?=in )in |(?=\w+ly$))(?<word>public|private)(?:ly)?$/is.exec(text);
  const { word, rest } = match?.groups ?? {};
  if (word === undefined || rest === undefined) {
    return { text, visibility: null };
  }
  return {
    text: rest.trim(),
    visibility: word.toLowerCase() === "public" ? "public" : "private",
  };
}
