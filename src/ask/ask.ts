import type { Question } from "../domain/question.ts";
import { choices, codeBlock, message, notice } from "../message/build.ts";
import type { Message } from "../message/message.ts";
import { answerQuestion } from "./answer-question.ts";
import type { Knowledge } from "./knowledge.ts";
import { parseQuestion } from "./parse-question.ts";
import type { QuestionProblem } from "./question-problem.ts";
import { historyOf, parseTimeline, timelineInWords } from "./timeline-question.ts";
import { questionNames } from "./vm-match.ts";

/** An answer with the question that was understood. */
export interface Answer {
  readonly message: Message;
  /** null when the text was not understood. */
  readonly question: Question | null;
}

/**
 * From a question in text to the answer: for chats and for the terminal.
 *
 * @param previous the question before in the same conversation, for follow-ups; null when none.
 */
export function ask(text: string, previous: Question | null, knowledge: Knowledge): Answer {
  const { now, zone, names } = knowledge;
  const context = { now, zone, names: questionNames(names), previous };
  const timeline = parseTimeline(text, context);
  if (timeline?.ok === true) {
    const { subject } = timeline;
    return { message: timelineInWords(subject, knowledge), question: historyOf(subject) };
  }
  const parsed = timeline ?? parseQuestion(text, context);
  return parsed.ok
    ? { message: answerQuestion(parsed.question, knowledge), question: parsed.question }
    : { message: problemMessage(parsed.problem, text), question: null };
}

/** Why a question was not understood, with what was probably meant. */
export function problemMessage(problem: QuestionProblem, text: string): Message {
  const { at, suggestions } = problem;
  const marked =
    at === null || text.length > 100
      ? null
      : `${text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ")}\n${" ".repeat(at.start)}${"^".repeat(Math.max(1, at.end - at.start))}`;
  return message("warning", problem.message, [
    notice("warning", problem.message),
    marked === null ? null : codeBlock(marked),
    suggestions.length === 0 ? null : choices("Did you mean:", suggestions),
  ]);
}
