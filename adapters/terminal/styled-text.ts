import stringWidth from "string-width";

/** A run of text that already is safe, with how it looks. */
export interface StyledRun {
  readonly text: string;
  readonly style: Style;
  /** An address to link to; only URLs that this program built. */
  readonly url: string | null;
}

/** How a run looks where colours are at hand; without them every style is plain. */
export type Style =
  | "plain"
  | "strong"
  | "code"
  | "person"
  | "dim"
  | "info"
  | "warning"
  | "critical";

/** What a terminal can show. */
export interface TerminalCapabilities {
  readonly colour: "none" | "ansi";
  /** Whether links are written as OSC 8 hyperlinks. */
  readonly hyperlinks: boolean;
}

const ESCAPE = "\u001B";
const CODES: { readonly [style in Style]: readonly [number, number] | null } = {
  plain: null,
  strong: [1, 22],
  code: [36, 39],
  person: [1, 22],
  dim: [2, 22],
  info: [34, 39],
  warning: [33, 39],
  critical: [31, 39],
};

/** A run of one style. */
export function run(text: string, style: Style = "plain", url: string | null = null): StyledRun {
  return { text, style, url };
}

/** The number of terminal columns that the runs take. */
export function runsWidth(runs: readonly StyledRun[]): number {
  return runs.reduce((sum, { text }) => sum + stringWidth(text), 0);
}

/** The runs as the terminal takes them. */
export function paint(runs: readonly StyledRun[], can: TerminalCapabilities): string {
  return runs.map((one) => paintRun(one, can)).join("");
}

function paintRun({ text, style, url }: StyledRun, can: TerminalCapabilities): string {
  const codes = can.colour === "ansi" ? CODES[style] : null;
  const coloured = codes === null ? text : `${ESCAPE}[${codes[0]}m${text}${ESCAPE}[${codes[1]}m`;
  return url !== null && can.hyperlinks
    ? `${ESCAPE}]8;;${url}${ESCAPE}\\${coloured}${ESCAPE}]8;;${ESCAPE}\\`
    : coloured;
}

/**
 * Breaks runs into lines of at most `width` columns, at spaces where it can; a word that is too long is
 * cut.
 */
export function wrapRuns(
  runs: readonly StyledRun[],
  width: number,
): readonly (readonly StyledRun[])[] {
  const lines: StyledRun[][] = [];
  let line: StyledRun[] = [];
  let used = 0;
  const breakLine = (): void => {
    lines.push(trimEnd(line));
    line = [];
    used = 0;
  };
  for (const word of wordsOf(runs)) {
    const size = runsWidth(word);
    const blank = word.every(({ text }) => text === " ");
    if (used > 0 && used + size > width) {
      breakLine();
    }
    if (used === 0 && blank) {
      continue;
    }
    if (size <= width) {
      line.push(...word);
      used += size;
      continue;
    }
    for (const piece of word.flatMap((one) => cutRun(one, width))) {
      const pieceSize = runsWidth([piece]);
      if (used > 0 && used + pieceSize > width) {
        breakLine();
      }
      line.push(piece);
      used += pieceSize;
    }
  }
  breakLine();
  return lines.map(joinRuns);
}

/** Words and single spaces, each as runs: a word may change its style in the middle. */
function wordsOf(runs: readonly StyledRun[]): readonly (readonly StyledRun[])[] {
  const words: StyledRun[][] = [];
  let word: StyledRun[] = [];
  for (const one of runs) {
    for (const part of one.text.split(/( )/)) {
      if (part === " ") {
        words.push(word, [{ ...one, text: part }]);
        word = [];
      } else if (part !== "") {
        word.push({ ...one, text: part });
      }
    }
  }
  words.push(word);
  return words.filter((candidate) => candidate.length > 0);
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Where a long word is cut best: a mail address at its `@`, other names at their separators. */
const CUTS = [/^.*@/u, /^.*[/._-]/u];

/**
 * Pieces of a run of at most `width` columns, never cut within a character as people see it, and cut after
 * a `@`, else a `/`, `.`, `-` or `_`, where one stands past the first third.
 */
function cutRun(one: StyledRun, width: number): readonly StyledRun[] {
  const pieces: StyledRun[] = [];
  let text = "";
  for (const { segment } of graphemes.segment(one.text)) {
    if (text !== "" && stringWidth(text + segment) > width) {
      const cuts = CUTS.map((cut) => cut.exec(text)?.[0] ?? "");
      const kept = cuts.find((cut) => cut.length * 3 > text.length) ?? text;
      pieces.push({ ...one, text: kept });
      text = text.slice(kept.length);
    }
    text += segment;
  }
  return [...pieces, { ...one, text }];
}

function trimEnd(line: readonly StyledRun[]): StyledRun[] {
  const kept = [...line];
  while (kept.at(-1)?.text === " ") {
    kept.pop();
  }
  return kept;
}

/** Neighbours of one look become one run, so that a terminal gets few escape sequences. */
function joinRuns(runs: readonly StyledRun[]): readonly StyledRun[] {
  const joined: StyledRun[] = [];
  for (const one of runs) {
    const last = joined.at(-1);
    if (last !== undefined && last.style === one.style && last.url === one.url) {
      joined[joined.length - 1] = { ...last, text: last.text + one.text };
    } else {
      joined.push(one);
    }
  }
  return joined;
}
