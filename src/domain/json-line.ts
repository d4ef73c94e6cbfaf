/** Characters that JSON allows in a text and that steer a terminal, or reorder or hide what it shows. */
const STEERING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * A value as JSON on one line, without a line end. Characters that could steer a terminal stand there
 * escaped, so that the line is safe to look at and still says the same.
 */
export function jsonLine(value: object): string {
  return JSON.stringify(value).replaceAll(STEERING, escaped);
}

/**
 * JSON that somebody else wrote, on one line, without a line end: it says the same, and is safe to look at.
 *
 * @param json valid JSON; line ends and tabs stand between its parts only, where a blank says the same.
 */
export function rowLine(json: string): string {
  return json.replaceAll(/[\r\n\t][\r\n\t ]*/g, " ").replaceAll(STEERING, escaped);
}

function escaped(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
