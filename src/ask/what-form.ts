import { normaliseAddress } from "../domain/address-prefix.ts";
import { DAY, HOUR, MINUTE } from "../domain/instant.ts";
import type { Duration } from "../domain/instant.ts";
import type { PortFilter, Question, VmFilter } from "../domain/question.ts";
import { parseLength } from "./time-length.ts";
import { badPort, parsePorts } from "./port-phrase.ts";
import { parseClauses, refuseClauses } from "./question-clause.ts";
import { ANY_VM, isVmShape } from "./question-context.ts";
import type { QuestionContext } from "./question-context.ts";
import { QuestionSyntaxError } from "./question-problem.ts";
import type { TokenCursor } from "./token-cursor.ts";
import { parseVm } from "./vm-phrase.ts";
import { parseOpened } from "./who-form.ts";

const PERSON_LIMIT = 120;
const LONGEST_WITHIN: Duration = 90 * DAY;

/**
 * Parses what follows `what` or `which`: `is open …`, `did alice open …`, `never closed`, `closes …`.
 *
 * @throws QuestionSyntaxError when none stands here.
 */
export function parseWhat(cursor: TokenCursor, context: QuestionContext): Question {
  if (
    cursor.accept("never closed|close") ||
    cursor.accept("has|have|did|is|was not|never closed|close") ||
    cursor.accept("didn't|hasn't|haven't|isn't|wasn't close|closed")
  ) {
    const clauses = parseClauses(cursor, context);
    refuseClauses(clauses, "ports", "period", "anySource");
    return { kind: "never-closed", vm: clauses.vm ?? ANY_VM };
  }
  if (
    cursor.accept("closes|closing|ends|expires") ||
    cursor.accept("will close|end|expire") ||
    cursor.accept("is|are closing|ending|expiring")
  ) {
    return parseCloses(cursor, context);
  }
  if (cursor.accept("did|has|have|had")) {
    return parseOpenedBy(cursor, context);
  }
  cursor.accept("ports|port|rules|doors|vms|machines|openings");
  cursor.expect(
    ["is", "are", "was", "were", "did", "closes", "never"],
    "“is open”, “did … open”, “closes” or “never closed”",
  );
  cursor.accept("still|currently|now");
  if (cursor.accept("opened")) {
    return parseOpened(cursor, context);
  }
  cursor.expect(["open", "opened"], "“open”", ["open"]);
  return parseStanding([], null, cursor, context);
}

/**
 * Parses what follows `is` or `was`: `rdp open on vm-x`, `vm-x open`.
 *
 * @throws QuestionSyntaxError when no port or VM stands here.
 */
export function parseIs(cursor: TokenCursor, context: QuestionContext): Question {
  const ports = parsePorts(cursor, context);
  const token = cursor.peek();
  let vm: VmFilter | null = null;
  if (ports === null && token !== undefined) {
    if (!isVmShape(token, context)) {
      throw badPort(token);
    }
    vm = parseVm(cursor, context);
  }
  cursor.accept("still|currently|now");
  cursor.expect(["open", "opened"], "“open”", ["open"]);
  return parseStanding(ports ?? [], vm, cursor, context);
}

function parseStanding(
  ports: PortFilter,
  vm: VmFilter | null,
  cursor: TokenCursor,
  context: QuestionContext,
): Question {
  const clauses = parseClauses(cursor, context);
  return {
    kind: "what-is-open",
    ports: clauses.ports ?? ports,
    vm: vm ?? clauses.vm ?? ANY_VM,
    anySource: clauses.anySource,
    period: clauses.period,
  };
}

function parseOpenedBy(cursor: TokenCursor, context: QuestionContext): Question {
  const first = cursor.peek();
  const words: string[] = [];
  while (!cursor.atEnd && !["open", "opened"].includes(cursor.word())) {
    words.push(cursor.peek()?.text ?? "");
    cursor.skip();
  }
  cursor.expect(["open", "opened"], "“open”", ["open"]);
  const subject = words.join(" ");
  if (first === undefined || subject === "") {
    throw new QuestionSyntaxError(
      "missing-word",
      "Who? For example: what did alice open last week.",
      null,
    );
  }
  if (first.word !== null && ["i", "we", "you"].includes(subject.toLowerCase())) {
    throw new QuestionSyntaxError(
      "unknown-word",
      "Name the person as Azure does, for example: what did alice@contoso.com open.",
      first,
    );
  }
  if (subject.length > PERSON_LIMIT) {
    throw new QuestionSyntaxError(
      "unknown-word",
      `A name has at most ${PERSON_LIMIT} characters.`,
      first,
    );
  }
  const clauses = parseClauses(cursor, context);
  refuseClauses(clauses, "ports", "anySource");
  const vm = clauses.vm ?? ANY_VM;
  const { period } = clauses;
  const address = first.word === null ? null : normaliseAddress(subject);
  return address === null
    ? { kind: "opened-by-person", person: subject, vm, period }
    : { kind: "opened-from-address", address, vm, period };
}

function parseCloses(cursor: TokenCursor, context: QuestionContext): Question {
  cursor.accept("within|in|over");
  cursor.accept("the");
  cursor.accept("next");
  const start = cursor.peek();
  const within = takeDuration(cursor);
  if (within === null) {
    throw new QuestionSyntaxError(
      "bad-time",
      "Within what time? For example: what closes within 8h, or 30 minutes; at most 90 days.",
      start ?? null,
    );
  }
  const clauses = parseClauses(cursor, context);
  refuseClauses(clauses, "ports", "period", "anySource");
  return { kind: "closes-within", within, vm: clauses.vm ?? ANY_VM };
}

function takeDuration(cursor: TokenCursor): Duration | null {
  for (const words of [2, 1]) {
    const text = Array.from({ length: words }, (_, index) => cursor.word(index)).join(" ");
    const length = text.endsWith(" ") ? null : parseLength(text);
    if (length !== null && length.unit !== "months") {
      const unit = { minutes: MINUTE, hours: HOUR, days: DAY, weeks: 7 * DAY }[length.unit];
      const duration = length.count * unit;
      cursor.skip(words);
      return duration <= LONGEST_WITHIN ? duration : null;
    }
  }
  return null;
}
