/**
 * How much of a message's budget a piece takes: the length of its JSON with everything beyond ASCII
 * escaped. Slack counts in a way that it does not tell; this is never less than what others measured
 * (slackapi/bolt-js issues 2509 and 2867).
 */
export function weightOf(piece: unknown): number {
  return textWeight(JSON.stringify(piece));
}

/** The same for a text inside a piece. */
export function textWeight(text: string): number {
  let weight = 0;
  for (let at = 0; at < text.length; at += 1) {
    weight += characterWeight(text.charCodeAt(at));
  }
  return weight;
}

function characterWeight(code: number): number {
  if (code > 0x7e || code < 0x20) {
    return "\\u0000".length;
  }
  return code === 0x22 || code === 0x2f || code === 0x5c ? 2 : 1;
}

/** The text cut to a weight, with the number of characters that are missing; as it is where it fits. */
export function cutToWeight(text: string, most: number): string {
  if (textWeight(text) <= most) {
    return text;
  }
  const room = Math.max(0, most - textWeight(moreCharacters(1_000_000)));
  let kept = "";
  let weight = 0;
  for (const character of text) {
    weight += textWeight(character);
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
