/**
 * How much of a card's budget a piece takes: the bytes of its JSON in UTF-8.
 *
 * What Teams takes is told in several ways: about 100 KB counted in UTF-16, of which 80 KB are safe, for
 * bots now (https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/format-your-bot-messages),
 * 40 KB in older versions of that page, about 28 KB for messages that come by other ways, such as
 * workflows (https://learn.microsoft.com/en-us/connectors/teams/). `MOST_ACTIVITY` keeps the smallest.
 */
export function weightOf(piece: unknown): number {
  return textWeight(JSON.stringify(piece));
}

/** The most that everything sent for one message may weigh, with its envelope. */
export const MOST_ACTIVITY = 28 * 1024;

/** The most that a card may weigh: the rest is for the summary and the envelope. */
export const MOST_CARD = 24_000;

/** The most that a summary may weigh. */
export const MOST_SUMMARY = 1500;

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
