import type { Instant } from "../domain/instant.ts";
import type { Question } from "../domain/question.ts";
import type { TrailQuery } from "../ports.ts";
import { RECENT } from "./opening-match.ts";
import { vmFilterOf } from "./vm-match.ts";

/** A query that narrows nothing. */
export const WHOLE_TRAIL: TrailQuery = {
  vm: { kind: "any" },
  period: null,
  closedAfter: null,
  openingId: null,
  rule: null,
  person: null,
};

/**
 * The part of the trail that a question needs for its answer and for what is told beside it. It may
 * hold more than the question asks for, never less.
 *
 * @param knownTo the instant up to which the state is known.
 * @returns null when the answer needs nothing of it.
 */
export function trailQueryOf(question: Question, knownTo: Instant): TrailQuery | null {
  const ofVm = { ...WHOLE_TRAIL, vm: vmFilterOf(question) };
  switch (question.kind) {
    case "who-has-access":
      // Who was let in lately may still be on.
      return { ...ofVm, closedAfter: knownTo - RECENT };
    case "never-closed":
    case "closes-within":
      return { ...ofVm, closedAfter: knownTo };
    case "what-is-open":
      return question.period === null
        ? { ...ofVm, closedAfter: knownTo }
        : { ...ofVm, period: question.period };
    case "explain-rule":
      return { ...WHOLE_TRAIL, rule: question.rule };
    case "show-opening":
      return { ...WHOLE_TRAIL, openingId: question.id };
    case "opened-by-person":
      return { ...ofVm, person: question.person, period: question.period };
    case "denied-requests":
      return { ...ofVm, period: question.period };
    case "who-opened":
    case "history":
    case "opened-from-address":
      return { ...ofVm, period: question.period };
    case "status":
    case "help":
      return null;
  }
}

/**
 * The part that tells of the nearest opening outside the period, for when nothing fits within it.
 *
 * @returns null where there is no such part.
 */
export function widerQueryOf(question: Question, query: TrailQuery): TrailQuery | null {
  switch (question.kind) {
    case "who-opened":
    case "history":
    case "opened-from-address":
    case "opened-by-person":
      return question.period === null ? null : { ...query, period: null };
    default:
      return null;
  }
}
