/** A word of a question, with its place in the text as typed. */
export interface QuestionToken {
  /** The word with typographic dashes and quotes made plain; a quoted phrase without its quotes. */
  readonly text: string;
  /** Lower-cased `text`, or null for a quoted phrase: that is a name and never a keyword. */
  readonly word: string | null;
  /** Offset of the first character in the text as typed. */
  readonly start: number;
  /** Offset after the last character. */
  readonly end: number;
}

const DASHES = /[\u2010-\u2015\u2212\uFE58\uFE63\uFF0D]/u;
const SINGLE_QUOTES = /[\u2018\u2019\u201A\u201B\u2032\u00B4\u0060]/u;
const DOUBLE_QUOTES = /[\u201C-\u201F\u2033\u00AB\u00BB]/u;

/**
 * Cuts a question into words at white space, commas and dashes that stand alone. Phones write `–` for `-` and curly quotes for
 * straight ones: both count as the plain character. Control characters separate words; invisible
 * formatting characters are dropped. A phrase in single or double quotes is one word.
 */
export function tokenizeQuestion(text: string): readonly QuestionToken[] {
  const plain = Array.from({ length: text.length }, (_, index) =>
    plainCharacter(text.charAt(index)),
  );
  const tokens: QuestionToken[] = [];
  let index = 0;
  while (index < plain.length) {
    const character = plain[index] ?? "";
    if (character === " " || character === "") {
      index += 1;
    } else if (character === ",") {
      tokens.push({ text: ",", word: ",", start: index, end: index + 1 });
      index += 1;
    } else {
      const closing = isQuote(character) ? closingQuote(plain, index) : null;
      const token = closing === null ? readWord(plain, index) : readPhrase(plain, index, closing);
      if (token.text !== "") {
        tokens.push(token);
      }
      index = token.end;
    }
  }
  return withoutFinalPunctuation(tokens.map(asComma));
}

/** `vm-x — yesterday` means `vm-x, yesterday`; between figures a dash makes a range. */
function asComma(
  token: QuestionToken,
  index: number,
  tokens: readonly QuestionToken[],
): QuestionToken {
  const before = tokens[index - 1]?.text ?? "";
  const after = tokens[index + 1]?.text ?? "";
  const isDash = token.word === "-" || token.word === "--";
  return isDash && !(/\d$/.test(before) && /^\d/.test(after))
    ? { ...token, text: ",", word: "," }
    : token;
}

function plainCharacter(character: string): string {
  if (DASHES.test(character)) {
    return "-";
  }
  if (SINGLE_QUOTES.test(character)) {
    return "'";
  }
  if (DOUBLE_QUOTES.test(character)) {
    return '"';
  }
  if (/[\s\p{Cc}\p{Z}]/u.test(character)) {
    return " ";
  }
  return /[\p{Cf}\p{Cs}\p{Cn}\p{Co}]/u.test(character) ? "" : character;
}

function isQuote(character: string): boolean {
  return character === '"' || character === "'";
}

/** The place of the quote that ends a phrase: one that no letter follows. */
function closingQuote(plain: readonly string[], opening: number): number | null {
  for (let index = opening + 1; index < plain.length; index += 1) {
    if (plain[index] === plain[opening]) {
      const next = plain[index + 1] ?? " ";
      if (/[\s,?!.]/.test(next) || plain[opening] === '"') {
        return index;
      }
    }
  }
  return null;
}

function readPhrase(plain: readonly string[], opening: number, closing: number): QuestionToken {
  const text = plain
    .slice(opening + 1, closing)
    .join("")
    .replaceAll(/ +/g, " ")
    .trim();
  return { text, word: null, start: opening, end: closing + 1 };
}

function readWord(plain: readonly string[], start: number): QuestionToken {
  let end = start;
  while (end < plain.length && plain[end] !== " " && plain[end] !== ",") {
    end += 1;
  }
  const text = plain
    .slice(start, end)
    .join("")
    .replaceAll('"', "")
    .replace(/[?!]+$/, "");
  return { text, word: text.toLowerCase(), start, end };
}

/** `vm-x?`, `vm-x.` and `vm-x !` mean `vm-x`. */
function withoutFinalPunctuation(tokens: readonly QuestionToken[]): readonly QuestionToken[] {
  const kept = [...tokens];
  for (let last = kept.at(-1); last !== undefined && last.word !== null; last = kept.at(-1)) {
    const text = last.text.replace(/[?!.,;:]+$/, "");
    if (text === last.text) {
      return kept;
    }
    kept.pop();
    if (text !== "") {
      kept.push({
        text,
        word: text.toLowerCase(),
        start: last.start,
        end: last.start + text.length,
      });
      return kept;
    }
  }
  return kept;
}
