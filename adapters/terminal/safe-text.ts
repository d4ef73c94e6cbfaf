/** Shown in place of a character that could steer the terminal or mislead the reader. */
const REPLACEMENT = "\uFFFD";

/**
 * Characters that never reach the terminal: control characters (C0, C1, DEL), formatting characters
 * (bidi controls, zero-width characters, tags), lone surrogates, private use, line and paragraph separators, and
 * characters that show as nothing.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** More combining marks than any script stacks on one letter: they would draw over other lines. */
const MARK_PILE = /(\p{M}{4})\p{M}+/gu;

/** A mark without a letter would change the sign before it, which is not of the text. */
const BARE_MARK = /(^|\s)(?=\p{M})/gu;

/** Text as one line that cannot break out of its place; line breaks and tabs become spaces. */
export function safeText(text: string): string {
  return text
    .replaceAll(/\r\n|[\r\n\t\u0085\u2028\u2029]/g, " ")
    .replaceAll(UNSAFE, REPLACEMENT)
    .replaceAll(MARK_PILE, `$1${REPLACEMENT}`)
    .replaceAll(BARE_MARK, `$1${REPLACEMENT}`);
}

/** The same for text whose line breaks count. */
export function safeLines(text: string): readonly string[] {
  return text.split(/\r\n|\n|\r/).map(safeText);
}
