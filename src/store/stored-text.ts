/** Begins an escape in stored text; itself escaped, so that nothing is ambiguous. */
const ESCAPE = "\u0010";
const DIGITS = 4;

/**
 * Text as both databases can hold it. PostgreSQL refuses NUL, and neither keeps half a surrogate pair;
 * the log may carry both, so each such code unit is written as an escape and four hexadecimal digits.
 */
export function toStoredText(text: string): string {
  if (text.isWellFormed() && !text.includes("\0") && !text.includes(ESCAPE)) {
    return text;
  }
  let stored = "";
  for (const character of text) {
    const mustEscape = character === "\0" || character === ESCAPE || !character.isWellFormed();
    stored += mustEscape
      ? `${ESCAPE}${character.charCodeAt(0).toString(16).padStart(DIGITS, "0")}`
      : character;
  }
  return stored;
}

/** The text that `toStoredText` was given. */
export function fromStoredText(stored: string): string {
  if (!stored.includes(ESCAPE)) {
    return stored;
  }
  const [beginning = "", ...escaped] = stored.split(ESCAPE);
  return escaped.reduce(
    (text, part) =>
      text + String.fromCharCode(Number.parseInt(part.slice(0, DIGITS), 16)) + part.slice(DIGITS),
    beginning,
  );
}
