/** Nothing that a picture shows of one name or sentence is longer, whatever the log holds, in characters. */
const LONGEST = 300;
/** More marks on one letter would climb over the lines above and below. */
const MARKS = /(\p{M}{2})\p{M}+/gu;
const UNSEEN =
  /(?![\u{FE00}-\u{FE0F}])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}]/gu;
const LEADING_MARK = /^(?=\p{M})/u;
const BLANKS = /[\s\p{Zs}]+/gu;
/** Letters of scripts that run from right to left. */
const RIGHT_TO_LEFT =
  /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFE\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;
const LEFT_TO_RIGHT_ISOLATE = "\u2066";
const POP_ISOLATE = "\u2069";

/**
 * Text from the log in a form that can be drawn and is valid in XML: one line, no characters that cannot
 * be seen or that turn the direction of others (each becomes U+FFFD), at most 300 characters.
 */
export function pictureText(text: string): string {
  const plain = text
    .slice(0, 4 * LONGEST)
    .normalize("NFC")
    .replaceAll(BLANKS, " ")
    .replaceAll(UNSEEN, "\uFFFD")
    .replaceAll(MARKS, "$1")
    .trim()
    .replace(LEADING_MARK, "\uFFFD");
  return shortened(plain, LONGEST);
}

/**
 * A name kept apart from its neighbours in the same line: one that runs from right to left would
 * otherwise reorder the ports and times beside it. Within, an address keeps the order of its parts.
 */
export function isolated(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? `${LEFT_TO_RIGHT_ISOLATE}${text}${POP_ISOLATE}` : text;
}

/** The text cut to a number of characters; an ellipsis at its end says so. */
export function shortened(text: string, limit: number): string {
  const characters = Array.from(text);
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join("")}…`;
}
