import { IANAZone } from "luxon";
import type { Question } from "../domain/question.ts";
import { parseForm } from "./question-form.ts";
import type { QuestionContext } from "./question-context.ts";
import { QuestionSyntaxError } from "./question-problem.ts";
import type { QuestionProblem } from "./question-problem.ts";
import { withoutPoliteness } from "./politeness.ts";
import { tokenizeQuestion } from "./question-token.ts";
import { nearestForms } from "./question-catalogue.ts";
import { TokenCursor } from "./token-cursor.ts";

/** A question understood, or the reason why not. */
export type ParsedQuestion =
  | { readonly ok: true; readonly question: Question }
  | { readonly ok: false; readonly problem: QuestionProblem };

/** The longest question that is read, in UTF-16 units. */
const QUESTION_LIMIT = 500;

const DEEPEST_CORRECTION = 2;
const MOST_SUGGESTIONS = 3;
/** Problems of the whole question: when no word can be mended, a complete question helps most. */
const WITHOUT_A_CLUE: ReadonlySet<QuestionProblem["code"]> = new Set([
  "unknown-question",
  "unknown-word",
  "missing-word",
]);

/** Understands a question. Never throws, whatever the text. */
export function parseQuestion(text: string, context: QuestionContext): ParsedQuestion {
  return parseWithCorrections(text, context, DEEPEST_CORRECTION);
}

function parseWithCorrections(
  text: string,
  context: QuestionContext,
  depth: number,
): ParsedQuestion {
  if (text.length > QUESTION_LIMIT) {
    return problem(
      "too-long",
      `That question has ${text.length} characters; at most ${QUESTION_LIMIT} are read.`,
    );
  }
  if (!IANAZone.isValidZone(context.zone)) {
    return problem(
      "bad-zone",
      "The time zone is not known. Use an IANA name such as Europe/Berlin or UTC.",
    );
  }
  const tokens = withoutPoliteness(tokenizeQuestion(text));
  if (tokens.length === 0) {
    return problem("empty", "Ask a question, such as: who opened rdp on vm-x yesterday. Or: help.");
  }
  try {
    return { ok: true, question: parseForm(new TokenCursor(tokens), context) };
  } catch (error) {
    if (!(error instanceof QuestionSyntaxError)) {
      throw error;
    }
    return {
      ok: false,
      problem: {
        code: error.code,
        message: error.message,
        at: error.at === null ? null : { start: error.at.start, end: error.at.end },
        suggestions: suggestionsFor(text, error, context, depth),
      },
    };
  }
}

function problem(code: QuestionProblem["code"], message: string): ParsedQuestion {
  return { ok: false, problem: { code, message, at: null, suggestions: [] } };
}

/** Tries each replacement in place; only what then is understood is suggested. */
function suggestionsFor(
  text: string,
  error: QuestionSyntaxError,
  context: QuestionContext,
  depth: number,
): readonly string[] {
  const suggestions = new Set<string>();
  const { at } = error;
  if (at !== null && depth > 0) {
    for (const replacement of error.replacements) {
      const corrected = text.slice(0, at.start) + replacement + text.slice(at.end);
      const result = parseWithCorrections(corrected, context, depth - 1);
      if (result.ok) {
        suggestions.add(corrected.trim());
      } else {
        result.problem.suggestions.forEach((further) => suggestions.add(further));
      }
    }
  }
  if (suggestions.size === 0 && depth === DEEPEST_CORRECTION && WITHOUT_A_CLUE.has(error.code)) {
    nearestForms(text).forEach((form) => suggestions.add(form));
  }
  return [...suggestions].slice(0, MOST_SUGGESTIONS);
}
