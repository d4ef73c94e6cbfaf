/** How much of a card's budget a piece takes: the bytes of its JSON in UTF-8. */
export function weightOf(piece: unknown): number {
  return textWeight(JSON.stringify(piece));
}

/**
 * The most that a card may weigh. What Teams takes is told in several ways: of messages by bots about
 * 100 KB counted in UTF-16, 80 KB of it for certain
 * (https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/format-your-bot-messages), 40 KB in
 * older versions of that page; 28 KB of messages that come by webhooks and workflows
 * (https://learn.microsoft.com/en-us/connectors/teams/). This and its envelope stay below all of them.
 */
export const MOST_CARD = 17_000;

/** The most that a summary may weigh. */
export const MOST_SUMMARY = 1000;

/** The same for a text that stands in a piece already. */
export function textWeight(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

/** The text cut to a weight in JSON, with the number of characters that are missing. */
export function cutToWeight(text: string, most: number): string {
  if (stringWeight(text) <= most) {
    return text;
  }
  const room = Math.max(0, most - stringWeight(moreCharacters(1_000_000)));
  let kept = "";
  let weight = 0;
  for (const character of text) {
    weight += stringWeight(character);
    if (weight > room) {
      break;
    }
    kept += character;
  }
  return kept + moreCharacters(text.length - kept.length);
}

/** Says how much of a text is not shown. */
export function moreCharacters(count: number): string {
  return `… (${count.toLocaleString("en-US")} more characters)`;
}

/** What a text weighs as a string in JSON, without its quotation marks. */
function stringWeight(text: string): number {
  return textWeight(JSON.stringify(text)) - 2;
}
