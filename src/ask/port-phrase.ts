import type { PortFilter } from "../domain/question.ts";
import { parsePortRange } from "../domain/security-rule.ts";
import type { PortRange } from "../domain/security-rule.ts";
import { previousPorts, startsTime } from "./question-context.ts";
import type { QuestionContext } from "./question-context.ts";
import { nearestNames, QuestionSyntaxError, quoted } from "./question-problem.ts";
import type { QuestionToken } from "./question-token.ts";
import { SERVICE_NAMES, servicePort } from "../domain/service-port.ts";
import type { TokenCursor } from "./token-cursor.ts";

const MOST_PORTS = 8;
const ANY_PORT = new Set(["anything", "something", "any", "everything", "*"]);
/** Parses ports such as `port 22 or 3389`, `rdp`, `5985-5986`, `anything`; null when none stand here. */
export function parsePorts(cursor: TokenCursor, context: QuestionContext): PortFilter | null {
  const start = cursor.mark;
  cursor.accept("the|a|an");
  if (cursor.accept("any|all|every port|ports") || takeAnyPort(cursor)) {
    return [];
  }
  if (cursor.accept("it|that|them")) {
    return previousPorts(context.previous) ?? [];
  }
  const saysPort = cursor.accept("port|ports");
  const first = takePort(cursor);
  if (first === null) {
    const token = cursor.peek();
    if (saysPort && token !== undefined && !startsClause(cursor, context)) {
      throw badPort(token);
    }
    if (!saysPort) {
      cursor.rewind(start);
    }
    return saysPort ? [] : null;
  }
  const ports: PortRange[] = [...first];
  for (;;) {
    const before = cursor.mark;
    const comma = cursor.accept(",");
    const joined = cursor.accept("or|and|&") || comma;
    cursor.accept("port|ports");
    const next = joined ? takePort(cursor) : null;
    if (next === null) {
      const token = cursor.peek();
      if (joined && token !== undefined && /^\d/.test(token.text)) {
        throw badPort(token);
      }
      cursor.rewind(before);
      break;
    }
    ports.push(...next);
  }
  cursor.accept("port|ports");
  return normalisePorts(ports);
}

function takeAnyPort(cursor: TokenCursor): boolean {
  if (!ANY_PORT.has(cursor.word())) {
    return false;
  }
  // `any vm` is a VM, `any source` a source.
  if (
    cursor.word() === "any" &&
    cursor.peek(1) !== undefined &&
    !["on", "at"].includes(cursor.word(1))
  ) {
    return false;
  }
  cursor.skip();
  return true;
}

function takePort(cursor: TokenCursor): readonly PortRange[] | null {
  const token = cursor.peek();
  if (token === undefined || token.word === null) {
    return null;
  }
  const parts = token.word.replace(/^(?:tcp|udp)[/:]|[/:](?:tcp|udp)$/g, "").split("/");
  const ranges: PortRange[] = [];
  for (const part of parts) {
    const range = servicePort(part) ?? parsePortRange(part);
    if (range === null) {
      return null;
    }
    ranges.push(range);
  }
  cursor.skip();
  return ranges;
}

/** The error for a word that stands where a port should. */
export function badPort(token: QuestionToken): QuestionSyntaxError {
  return new QuestionSyntaxError(
    "bad-port",
    `${quoted(token.text)} is not a port. Ports are numbers from 0 to 65535, ranges such as 5985-5986, names such as rdp or ssh, or “anything”.`,
    token,
    nearestNames(token.text, SERVICE_NAMES),
  );
}

function normalisePorts(ports: readonly PortRange[]): PortFilter {
  if (ports.some((range) => range.from === 0 && range.to === 65535)) {
    return [];
  }
  const unique = new Map(ports.map((range) => [`${range.from}-${range.to}`, range]));
  if (unique.size > MOST_PORTS) {
    throw new QuestionSyntaxError(
      "bad-port",
      `Ask about at most ${MOST_PORTS} ports at once.`,
      null,
    );
  }
  return [...unique.values()]
    .map(({ from, to }) => ({ from, to }))
    .sort((a, b) => a.from - b.from || a.to - b.to);
}

/** Whether something other than a port begins here. */
export function startsClause(cursor: TokenCursor, context: QuestionContext): boolean {
  return (
    ["on", "to", "anywhere", "everywhere", "there"].includes(cursor.word()) ||
    startsTime(cursor, context)
  );
}
