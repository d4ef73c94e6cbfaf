import type { Opening } from "../domain/opening.ts";
import type { Question } from "../domain/question.ts";
import { knownTo } from "./knowledge.ts";
import type { Knowledge } from "./knowledge.ts";
import { matchQuestion, openingsOfRule } from "./opening-match.ts";
import { filterText, matchVms, vmFilterOf } from "./vm-match.ts";

/** What an answer is about, for the audit. */
export interface AnswerContents {
  readonly understood: boolean;
  /** Names of VMs; for several of one name their resource IDs; for none that is known, what was asked for. */
  readonly vms: readonly string[];
  /** null where it is not about openings. */
  readonly openings: number | null;
}

/** An answer about nothing in particular: what a command did, or what a button does. */
export const NO_CONTENTS: AnswerContents = { understood: true, vms: [], openings: null };

/** The answer that says that the question was not understood. */
export const NOT_UNDERSTOOD: AnswerContents = { ...NO_CONTENTS, understood: false };

/** What the answer to a question is about. */
export function contentsOf(question: Question, knowledge: Knowledge): AnswerContents {
  const { trail, names } = knowledge;
  switch (question.kind) {
    case "status":
    case "help":
      return NO_CONTENTS;
    case "explain-rule":
      return ofOpenings(openingsOfRule(trail, question.rule));
    default:
      break;
  }
  const filter = vmFilterOf(question);
  const match = matchVms(filter, names);
  switch (match.kind) {
    case "none":
      return { ...NO_CONTENTS, vms: [filterText(filter)], openings: 0 };
    case "several":
      return { ...NO_CONTENTS, vms: match.ids.map(({ text }) => text), openings: 0 };
    case "any":
    case "found": {
      const vms = match.kind === "any" ? null : match.vms;
      const { openings } = matchQuestion(question, trail, vms, knownTo(knowledge));
      return question.kind === "show-opening"
        ? ofOpenings(openings)
        : {
            ...NO_CONTENTS,
            vms: [...new Set((vms ?? []).map(({ name }) => name))],
            openings: openings.length,
          };
    }
  }
}

/** What an answer is about that lists these openings. */
export function ofOpenings(openings: readonly Opening[]): AnswerContents {
  const names = openings.flatMap(({ vm, vmName }) => vm?.name ?? vmName ?? []);
  return { ...NO_CONTENTS, vms: [...new Set(names)], openings: openings.length };
}
