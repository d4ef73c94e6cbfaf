import { distance } from "fastest-levenshtein";

/** Why a question could not be understood, for the person who asked it. */
export interface QuestionProblem {
  readonly code: QuestionProblemCode;
  /** One or two sentences without markup; may quote what was typed. */
  readonly message: string;
  /** The place in the text as typed; null when the whole is meant. */
  readonly at: { readonly start: number; readonly end: number } | null;
  /** Complete questions that were probably meant, best first; may be empty. */
  readonly suggestions: readonly string[];
}

export type QuestionProblemCode =
  | "empty"
  | "too-long"
  | "unknown-question"
  | "unknown-word"
  | "missing-word"
  | "bad-vm"
  | "bad-port"
  | "bad-time"
  | "future-time"
  | "bad-zone"
  | "nothing-to-follow";

/** Thrown inside the parser only; `parseQuestion` turns it into a `QuestionProblem`. */
export class QuestionSyntaxError extends Error {
  readonly code: QuestionProblemCode;
  readonly at: { readonly start: number; readonly end: number } | null;
  /** Words that would fit at `at`, best first. */
  readonly replacements: readonly string[];

  constructor(
    code: QuestionProblemCode,
    message: string,
    at: { readonly start: number; readonly end: number } | null,
    replacements: readonly string[] = [],
  ) {
    super(message);
    this.name = "QuestionSyntaxError";
    this.code = code;
    this.at = at;
    this.replacements = replacements;
  }
}

const MOST_SUGGESTIONS = 3;

/** The candidates that differ little from the text, nearest first, without regard to case. */
export function nearestNames(text: string, candidates: Iterable<string>): readonly string[] {
  const wanted = text.toLowerCase();
  const scored: { readonly name: string; readonly score: number }[] = [];
  for (const name of new Set(candidates)) {
    const candidate = name.toLowerCase();
    const related =
      wanted.length >= 3 && (candidate.includes(wanted) || wanted.includes(candidate));
    const swapped = sortedLetters(candidate) === sortedLetters(wanted);
    const score = swapped ? 0.5 : related ? 1 : distance(wanted, candidate);
    if (score <= Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3))) {
      scored.push({ name, score });
    }
  }
  scored.sort((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1));
  return scored.slice(0, MOST_SUGGESTIONS).map(({ name }) => name);
}

function sortedLetters(text: string): string {
  return text.split("").sort().join("");
}

/** A piece of what was typed, short enough to quote. */
export function quoted(text: string): string {
  return text.length <= 60 ? `“${text}”` : `“${text.slice(0, 59)}…”`;
}
