import { HELP_TOPICS } from "../domain/question.ts";
import type { Question } from "../domain/question.ts";
import { parseFollowUp, startsFollowUp } from "./follow-up.ts";
import { parseClauses, refuseClauses } from "./question-clause.ts";
import { ANY_VM, previousVm } from "./question-context.ts";
import type { QuestionContext } from "./question-context.ts";
import { nearestNames, QuestionSyntaxError, quoted } from "./question-problem.ts";
import type { TokenCursor } from "./token-cursor.ts";
import { parseVm } from "./vm-phrase.ts";
import { parseIs, parseWhat } from "./what-form.ts";
import { parseWho } from "./who-form.ts";

const NAME_LIMIT = 120;
const DENIED = "denied|refused|rejected";
const FIRST_WORDS = [
  "who",
  "what",
  "which",
  "is",
  "explain",
  "history",
  "requests",
  "denied",
  "show",
  "status",
  "help",
];

/**
 * Parses a whole question.
 *
 * @throws QuestionSyntaxError when it is none.
 */
export function parseForm(cursor: TokenCursor, context: QuestionContext): Question {
  const question = parseStart(cursor, context);
  cursor.expectEnd();
  return question;
}

function parseStart(cursor: TokenCursor, context: QuestionContext): Question {
  if (
    cursor.accept(`${DENIED} requests|request`) ||
    cursor.accept(`requests|request ${DENIED}`) ||
    cursor.accept(`requests|request were|was ${DENIED}`) ||
    cursor.accept(`what|which requests were ${DENIED}`) ||
    cursor.accept(`who|what was|is|were|got ${DENIED}`) ||
    cursor.accept("denials")
  ) {
    return parseDenied(cursor, context);
  }
  if (cursor.accept("and|then") || cursor.accept("what|how about")) {
    return parseFollowUp(cursor, context);
  }
  if (isRuleQuestion(cursor)) {
    return parseExplain(cursor);
  }
  if (cursor.accept("who")) {
    return parseWho(cursor, context);
  }
  if (cursor.accept("what|which")) {
    return parseWhat(cursor, context);
  }
  if (cursor.accept("is|are|was|were")) {
    return parseIs(cursor, context);
  }
  if (cursor.accept("history")) {
    return parseHistory(cursor, context);
  }
  if (cursor.accept("show")) {
    cursor.accept("me");
    return FIRST_WORDS.includes(cursor.word()) ? parseStart(cursor, context) : parseShow(cursor);
  }
  if (cursor.accept("status")) {
    return { kind: "status" };
  }
  if (cursor.accept("help")) {
    return parseHelp(cursor);
  }
  if (startsFollowUp(cursor, context)) {
    return parseFollowUp(cursor, context);
  }
  throw unknownQuestion(cursor);
}

function unknownQuestion(cursor: TokenCursor): QuestionSyntaxError {
  if (cursor.accept("requests|request|denied|refused|rejected")) {
    cursor.expect(["denied", "requests"], "“denied requests”");
  }
  const token = cursor.peek();
  return new QuestionSyntaxError(
    "unknown-question",
    token === undefined
      ? "Ask a question, such as: who opened rdp on vm-x."
      : `I know no question that begins with ${quoted(token.text)}. Say “help” for those I know.`,
    token ?? null,
    token === undefined ? [] : nearestNames(token.text, FIRST_WORDS),
  );
}

function parseDenied(cursor: TokenCursor, context: QuestionContext): Question {
  const before = cursor.accept("to|for|of") ? parseVm(cursor, context) : null;
  const clauses = parseClauses(cursor, context);
  refuseClauses(clauses, "ports", "anySource");
  return {
    kind: "denied-requests",
    vm: before ?? clauses.vm ?? ANY_VM,
    period: clauses.period,
  };
}

function isRuleQuestion(cursor: TokenCursor): boolean {
  return (
    cursor.accept("explain the rule") ||
    cursor.accept("explain rule") ||
    cursor.accept("explain") ||
    cursor.accept("who made|wrote|created|added rule") ||
    cursor.accept("who made|wrote|created|added the rule") ||
    cursor.accept("who is behind rule") ||
    cursor.accept("who is behind the rule")
  );
}

function parseExplain(cursor: TokenCursor): Question {
  const at = cursor.peek() ?? null;
  const rule = takeText(cursor);
  if (rule === "") {
    throw new QuestionSyntaxError(
      "missing-word",
      "Which rule? Give its name or a part of it, for example: explain rule SecurityCenter-JITRule-1.",
      null,
    );
  }
  if (rule.length > NAME_LIMIT) {
    throw new QuestionSyntaxError(
      "unknown-word",
      `A rule's name has at most ${NAME_LIMIT} characters.`,
      at,
    );
  }
  return { kind: "explain-rule", rule };
}

/** All words that are left, as one text. */
function takeText(cursor: TokenCursor): string {
  const words: string[] = [];
  for (let token = cursor.peek(); token !== undefined; token = cursor.peek()) {
    words.push(token.text);
    cursor.skip();
  }
  return words.join(" ");
}

function parseHistory(cursor: TokenCursor, context: QuestionContext): Question {
  const named = cursor.accept("of|for") ? parseVm(cursor, context) : null;
  const clauses = parseClauses(cursor, context);
  refuseClauses(clauses, "ports", "anySource");
  const vm = named ?? clauses.vm ?? previousVm(context.previous);
  if (vm === null) {
    throw new QuestionSyntaxError(
      "missing-word",
      "Whose history? For example: history of vm-x.",
      null,
    );
  }
  return { kind: "history", vm, period: clauses.period };
}

function parseShow(cursor: TokenCursor): Question {
  cursor.accept("the");
  cursor.accept("opening|evidence");
  cursor.accept("of|for");
  const token = cursor.peek();
  if (token === undefined || !/^o-[0-9a-z]{1,40}$/i.test(token.text)) {
    throw new QuestionSyntaxError(
      token === undefined ? "missing-word" : "unknown-word",
      "Which opening? Openings have identities such as o-0123456789ab; an answer shows them.",
      token ?? null,
      token === undefined ? [] : nearestNames(token.text, FIRST_WORDS),
    );
  }
  cursor.skip();
  return { kind: "show-opening", id: token.text.toLowerCase() };
}

function parseHelp(cursor: TokenCursor): Question {
  cursor.accept("on|about|with|me");
  const token = cursor.peek();
  if (token === undefined) {
    return { kind: "help", topic: null };
  }
  const topic = HELP_TOPICS.find((name) => name === token.word || name === `${token.word}s`);
  if (topic === undefined) {
    throw new QuestionSyntaxError(
      "unknown-word",
      `There is no help on ${quoted(token.text)}. Topics: ${HELP_TOPICS.join(", ")}.`,
      token,
      nearestNames(token.text, HELP_TOPICS),
    );
  }
  cursor.skip();
  return { kind: "help", topic };
}
