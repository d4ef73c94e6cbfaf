/** Shown in place of a character that could mislead the reader or break the message. */
const REPLACEMENT = "\uFFFD";

/**
 * Control characters, formatting characters (bidi controls, zero-width characters, tags), lone surrogates,
 * private use, line and paragraph separators. Joiners and variation selectors stay: scripts and emoji
 * need them.
 */
const UNSAFE =
  /(?!\u{200C}|\u{200D}|[\u{FE00}-\u{FE0F}])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** A joiner between letters that need none: there it only makes two names out of one. */
const IDLE_JOINER =
  /(?<=^|[\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}\p{N}\p{P}\p{Z}\u{200C}\u{200D}])[\u{200C}\u{200D}]/gu;

/** More combining marks than any script stacks on one letter: they would draw over other lines. */
const MARK_PILE = /(\p{M}{4})\p{M}+/gu;

/** A mark without a letter would change the sign before it, which is not of the text. */
const BARE_MARK = /(^|\s)(?=\p{M})/gu;

/** Text as one line; line breaks and tabs become spaces. Still to be escaped where the chat reads markup. */
export function safeText(text: string): string {
  return text
    .replaceAll(/\r\n|[\r\n\t\u0085\u2028\u2029]/g, " ")
    .replaceAll(UNSAFE, REPLACEMENT)
    .replaceAll(IDLE_JOINER, REPLACEMENT)
    .replaceAll(MARK_PILE, `$1${REPLACEMENT}`)
    .replaceAll(BARE_MARK, `$1${REPLACEMENT}`);
}
