/** A length of time such as `8 hours`, in the unit named. */
export interface Length {
  readonly count: number;
  readonly unit: "minutes" | "hours" | "days" | "weeks" | "months";
}

const COUNT_WORDS: readonly string[] = [
  "zero",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
];

/** Understands `8 hours`, `8h`, `an hour`, `two days`; null otherwise or above 9,999. */
export function parseLength(text: string): Length | null {
  const match =
    /^(?:(\d{1,4})|([a-z]+)(?= ))? ?(m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|months?)$/.exec(
      text.trim(),
    );
  const unitText = match?.[3];
  if (match === null || unitText === undefined) {
    return null;
  }
  const count = countOf(match[1], match[2]);
  if (count === null || count === 0) {
    return null;
  }
  return { count, unit: unitOf(unitText) };
}

function countOf(digits: string | undefined, word: string | undefined): number | null {
  if (digits !== undefined) {
    return Number(digits);
  }
  if (word === undefined || word === "a" || word === "an") {
    return 1;
  }
  const index = COUNT_WORDS.indexOf(word);
  return index === -1 ? null : index;
}

function unitOf(text: string): Length["unit"] {
  if (text.startsWith("mo")) {
    return "months";
  }
  switch (text.charAt(0)) {
    case "m":
      return "minutes";
    case "h":
      return "hours";
    case "d":
      return "days";
    default:
      return "weeks";
  }
}
