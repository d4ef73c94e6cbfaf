import type { Period, PortFilter, VmFilter } from "../domain/question.ts";
import { isCalendarName } from "./day-phrase.ts";
import { parsePorts } from "./port-phrase.ts";
import { ANY_VM, isKnownVm, isVmShape } from "./question-context.ts";
import type { QuestionContext } from "./question-context.ts";
import { nearestNames, QuestionSyntaxError, quoted } from "./question-problem.ts";
import type { QuestionToken } from "./question-token.ts";
import { servicePort } from "../domain/service-port.ts";
import { parsePeriod } from "./time-phrase.ts";
import type { TokenCursor } from "./token-cursor.ts";
import { parseVm } from "./vm-phrase.ts";

/** After these even the name of a VM, such as `friday`, is a time. */
const TIME_PREPOSITIONS = new Set(["since", "after", "before", "until", "till", "between", "last"]);

/** The parts that most questions share, in any order. */
export interface Clauses {
  readonly ports: PortFilter | null;
  readonly vm: VmFilter | null;
  readonly period: Period | null;
  readonly anySource: boolean;
}

const ANY_SOURCE_PHRASES = [
  "to any source|address|ip|one",
  "to anyone|everyone|anybody|everybody|anywhere|everywhere",
  "to the internet|world",
  "from any source|address|ip",
  "from anywhere|anyone|everywhere",
  "from the internet|world",
];

/** Parses the rest of a question: `on vm-x`, `to any source`, ports after `on`, and times, in any order. */
export function parseClauses(cursor: TokenCursor, context: QuestionContext): Clauses {
  let ports: PortFilter | null = null;
  let vm: VmFilter | null = null;
  let anySource = false;
  const time: QuestionToken[] = [];
  while (!cursor.atEnd) {
    if (cursor.accept(",")) {
      continue;
    }
    if (ANY_SOURCE_PHRASES.some((phrase) => cursor.accept(phrase))) {
      anySource = true;
    } else if (cursor.accept("anywhere|everywhere")) {
      vm = once(vm, ANY_VM, cursor);
    } else if (cursor.word() === "there") {
      vm = once(vm, parseVm(cursor, context), cursor);
    } else if (cursor.word() === "on" && !onTime(cursor, context)) {
      cursor.skip();
      const found: PortFilter | null =
        ports === null && saysPorts(cursor) ? parsePorts(cursor, context) : null;
      if (found === null) {
        vm = once(vm, parseVm(cursor, context), cursor);
      } else {
        ports = found;
      }
    } else if (isBareVm(cursor, context) && !TIME_PREPOSITIONS.has(time.at(-1)?.word ?? "")) {
      vm = once(vm, parseVm(cursor, context), cursor);
    } else {
      const token = cursor.peek();
      if (token !== undefined) {
        time.push(token);
      }
      cursor.skip();
    }
  }
  return { ports, vm, anySource, period: time.length === 0 ? null : parseTime(time, context) };
}

/** `on port 22` and `on rdp` name ports where `on vm-x` names a VM. */
function saysPorts(cursor: TokenCursor): boolean {
  return (
    ["port", "ports"].includes(cursor.word()) ||
    (cursor.word() === "any" && ["port", "ports"].includes(cursor.word(1))) ||
    servicePort(cursor.word()) !== null
  );
}

function onTime(cursor: TokenCursor, context: QuestionContext): boolean {
  const next = cursor.word(1);
  return (
    !isKnownVm(cursor.peek(1), context) &&
    (isCalendarName(next) ||
      /^\d{4}-\d{2}-\d{2}/.test(next) ||
      /^\d{1,2}[./]\d{1,2}/.test(next) ||
      (/^\d{1,2}(?:st|nd|rd|th)?$/.test(next) && isCalendarName(cursor.word(2))) ||
      (next === "the" && /^\d{1,2}(?:st|nd|rd|th)?$/.test(cursor.word(2))) ||
      (["last", "this"].includes(next) && isCalendarName(cursor.word(2))) ||
      ["yesterday", "today", "tomorrow"].includes(next))
  );
}

/** People leave `on` out where the VM is clear by itself. */
function isBareVm(cursor: TokenCursor, context: QuestionContext): boolean {
  const token = cursor.peek();
  return token !== undefined && isVmShape(token, context);
}

function once(before: VmFilter | null, vm: VmFilter, cursor: TokenCursor): VmFilter {
  if (before !== null) {
    throw new QuestionSyntaxError(
      "bad-vm",
      "Ask about one VM at a time, or use a wildcard such as vm-*.",
      cursor.peek(-1) ?? null,
    );
  }
  return vm;
}

function parseTime(tokens: readonly QuestionToken[], context: QuestionContext): Period {
  const first = tokens[0];
  const last = tokens.at(-1);
  const at =
    first === undefined || last === undefined ? null : { start: first.start, end: last.end };
  const result = parsePeriod(tokens.map((token) => token.text).join(" "), context);
  if (result.ok) {
    return result.period;
  }
  const words = tokens.map((token) => token.text).join(" ");
  throw new QuestionSyntaxError(
    result.code,
    result.code === "bad-time"
      ? `I do not understand the time ${quoted(words)}. ${result.message}`
      : result.message,
    at,
    tokens.length === 1 ? nearestNames(words, [...TIME_WORDS, ...context.names.vms]) : [],
  );
}

const TIME_WORDS = [
  "yesterday",
  "today",
  "last week",
  "this week",
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
];

/**
 * Refuses the clauses that a question does not take.
 *
 * @throws QuestionSyntaxError when one is there.
 */
export function refuseClauses(
  clauses: Clauses,
  ...parts: readonly ("ports" | "period" | "anySource")[]
): void {
  for (const part of parts) {
    const value = clauses[part];
    if (value !== null && value !== false) {
      throw new QuestionSyntaxError(
        "unknown-word",
        `This question does not take ${CLAUSE_NAMES[part]}.`,
        null,
      );
    }
  }
}

const CLAUSE_NAMES = { ports: "ports", period: "a time", anySource: "a source" } as const;
