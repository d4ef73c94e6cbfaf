import type { Question } from "../domain/question.ts";
import { badPort, parsePorts, startsClause } from "./port-phrase.ts";
import { parseClauses, refuseClauses } from "./question-clause.ts";
import { ANY_VM, isVmShape, previousPorts, previousVm } from "./question-context.ts";
import type { QuestionContext } from "./question-context.ts";
import type { TokenCursor } from "./token-cursor.ts";
import { parseVm } from "./vm-phrase.ts";

/**
 * Parses what follows `who`: `opened …`, `has access to …`.
 *
 * @throws QuestionSyntaxError when neither stands here.
 */
export function parseWho(cursor: TokenCursor, context: QuestionContext): Question {
  if (
    cursor.accept("has|have|had access") ||
    cursor.accept("can access|reach|use|enter") ||
    cursor.accept("can get into|to|on|in")
  ) {
    return parseAccess(cursor, context);
  }
  cursor.accept("has|have|had|is|did");
  cursor.expect(["opened", "open", "opens"], "“opened” or “has access to”", ["opened"]);
  return parseOpened(cursor, context);
}

/**
 * Parses what follows `who opened`.
 *
 * @throws QuestionSyntaxError when a word fits nothing.
 */
export function parseOpened(cursor: TokenCursor, context: QuestionContext): Question {
  const ports = parsePorts(cursor, context);
  const token = cursor.peek();
  if (
    ports === null &&
    token !== undefined &&
    !startsClause(cursor, context) &&
    !isVmShape(token, context)
  ) {
    throw badPort(token);
  }
  const clauses = parseClauses(cursor, context);
  return {
    kind: "who-opened",
    ports: ports ?? clauses.ports ?? previousPorts(context.previous) ?? [],
    vm: clauses.vm ?? previousVm(context.previous) ?? ANY_VM,
    anySource: clauses.anySource,
    period: clauses.period,
  };
}

function parseAccess(cursor: TokenCursor, context: QuestionContext): Question {
  const named =
    cursor.accept("to|on") || (!cursor.atEnd && !startsClause(cursor, context))
      ? parseVm(cursor, context)
      : null;
  const clauses = parseClauses(cursor, context);
  refuseClauses(clauses, "ports", "period", "anySource");
  return {
    kind: "who-has-access",
    vm: named ?? clauses.vm ?? previousVm(context.previous) ?? ANY_VM,
  };
}
