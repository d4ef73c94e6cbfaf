import type { Question } from "../domain/question.ts";
import { parsePorts, startsClause } from "./port-phrase.ts";
import { parseClauses } from "./question-clause.ts";
import type { Clauses } from "./question-clause.ts";
import { isKnownVm } from "./question-context.ts";
import type { QuestionContext } from "./question-context.ts";
import { QuestionSyntaxError } from "./question-problem.ts";
import type { TokenCursor } from "./token-cursor.ts";
import { parseVm } from "./vm-phrase.ts";

/**
 * Parses a follow-up such as `and yesterday`, `what about vm-y`, `and 22`: the question before, with the
 * parts named here replaced.
 *
 * @throws QuestionSyntaxError when there is no question before, or the part does not belong to it.
 */
export function parseFollowUp(cursor: TokenCursor, context: QuestionContext): Question {
  const { previous } = context;
  if (previous === null) {
    throw new QuestionSyntaxError(
      "nothing-to-follow",
      "There is no question before this one to follow. Ask a whole question.",
      cursor.peek() ?? null,
    );
  }
  const ports = parsePorts(cursor, context);
  const vm =
    ports === null && !cursor.atEnd && !startsClause(cursor, context)
      ? parseVm(cursor, context)
      : null;
  const clauses = parseClauses(cursor, context);
  return replaceParts(previous, {
    ...clauses,
    ports: ports ?? clauses.ports,
    vm: vm ?? clauses.vm,
  });
}

/** Whether a question without a verb can only be a follow-up. */
export function startsFollowUp(cursor: TokenCursor, context: QuestionContext): boolean {
  if (context.previous === null || cursor.atEnd) {
    return false;
  }
  const start = cursor.mark;
  const startsPorts = tryPorts(cursor, context);
  cursor.rewind(start);
  return startsPorts || startsClause(cursor, context) || isKnownVm(cursor.peek(), context);
}

function tryPorts(cursor: TokenCursor, context: QuestionContext): boolean {
  try {
    return parsePorts(cursor, context) !== null;
  } catch (error) {
    if (error instanceof QuestionSyntaxError) {
      return true;
    }
    throw error;
  }
}

function replaceParts(previous: Question, parts: Clauses): Question {
  const { ports, vm, period } = parts;
  const misfit =
    (vm !== null && !("vm" in previous)) ||
    (ports !== null && !("ports" in previous)) ||
    (period !== null && !("period" in previous)) ||
    (parts.anySource && !("anySource" in previous));
  if (misfit) {
    throw new QuestionSyntaxError(
      "nothing-to-follow",
      "That does not change the question before. Ask a whole question.",
      null,
    );
  }
  switch (previous.kind) {
    case "who-opened":
    case "what-is-open":
      return {
        ...previous,
        ports: ports ?? previous.ports,
        vm: vm ?? previous.vm,
        period: period ?? previous.period,
        anySource: parts.anySource || previous.anySource,
      };
    case "opened-by-person":
    case "opened-from-address":
    case "history":
    case "denied-requests":
      return { ...previous, vm: vm ?? previous.vm, period: period ?? previous.period };
    case "who-has-access":
    case "never-closed":
    case "closes-within":
      return { ...previous, vm: vm ?? previous.vm };
    default:
      return previous;
  }
}
