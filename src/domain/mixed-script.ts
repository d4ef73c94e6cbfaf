/** Alphabets with letters that look like Latin ones, and Latin itself. */
const ALPHABETS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
  /\p{Script=Coptic}/u,
  /\p{Script=Lisu}/u,
];
/** Letters that are another one's in another form, such as mathematical or full-width ones. */
const DISGUISED = /[\u{FF21}-\u{FF3A}\u{FF41}-\u{FF5A}\u{1D400}-\u{1D7FF}\u{2100}-\u{214F}]/u;
const MARK = " (mixed alphabets!)";

/**
 * Whether a name may be made to look like another one: a word of it mixes alphabets with letters that look
 * alike, or has letters in disguise. A mail address is one word. Names wholly in one alphabet are not told
 * apart from names of another.
 * Source: https://www.unicode.org/reports/tr39/#Mixed_Script_Detection
 */
export function mixesScripts(name: string): boolean {
  return name
    .split(/\s+/)
    .some(
      (word) =>
        DISGUISED.test(word) || ALPHABETS.filter((alphabet) => alphabet.test(word)).length > 1,
    );
}

/** The name as people are shown it: one that mixes alphabets says so. */
export function shownName(name: string): string {
  return mixesScripts(name) ? `${name}${MARK}` : name;
}
