import type { PortFilter, Question, VmFilter } from "../domain/question.ts";
import { isCalendarName } from "./day-phrase.ts";
import type { AskingTime } from "./day-phrase.ts";
import type { QuestionToken } from "./question-token.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** What the parser knows besides the text. */
export interface QuestionContext extends AskingTime {
  readonly names: KnownNames;
  /** The question before, whose VM and port a follow-up keeps. */
  readonly previous: Question | null;
}

/** Names from the trail, for telling names from other words and for suggestions. */
interface KnownNames {
  readonly vms: readonly string[];
  readonly people: readonly string[];
}

const TIME_STARTS = new Set([
  "yesterday",
  "today",
  "tomorrow",
  "tonight",
  "since",
  "after",
  "before",
  "until",
  "till",
  "between",
  "from",
  "in",
  "within",
  "during",
  "at",
  "around",
  "last",
  "past",
  "this",
  "the",
  "over",
  "noon",
  "midnight",
  "now",
  "previous",
  "for",
]);

/** Whether a time phrase begins here. A known VM's name is never one. */
export function startsTime(cursor: TokenCursor, context: QuestionContext): boolean {
  const word = cursor.word();
  return (
    !isKnownVm(cursor.peek(), context) &&
    (TIME_STARTS.has(word) ||
      isCalendarName(word) ||
      /^(?:\d{4}-\d{2}-\d{2}|\d{1,2}:\d{2}|\d{1,2}\.\d{1,2})/.test(word))
  );
}

/** The filter that every VM passes. */
export const ANY_VM: VmFilter = { kind: "any" };

/** Whether the token can only be a VM: a known name, a wildcard or a resource ID. */
export function isVmShape(token: QuestionToken, context: QuestionContext): boolean {
  return (
    isKnownVm(token, context) ||
    (token.word !== null &&
      (token.word.startsWith("/subscriptions/") ||
        (token.word.includes("*") && token.word.length > 1)))
  );
}

/** Whether the token is the name of a VM of the trail. */
export function isKnownVm(token: QuestionToken | undefined, context: QuestionContext): boolean {
  const name = token?.text.toLowerCase();
  return name !== undefined && context.names.vms.some((vm) => vm.toLowerCase() === name);
}

/** The VM that a question was about; null when it was about none. */
export function previousVm(previous: Question | null): VmFilter | null {
  return previous !== null && "vm" in previous ? previous.vm : null;
}

/** The ports that a question was about; null when it was about none. */
export function previousPorts(previous: Question | null): PortFilter | null {
  return previous !== null && "ports" in previous ? previous.ports : null;
}
