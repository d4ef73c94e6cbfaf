import type { Question } from "../domain/question.ts";
import type { Message } from "../message/message.ts";
import { answerRule, answerShow } from "./answer-evidence.ts";
import { answerVmDoubt } from "./answer-nothing.ts";
import { answerOpenings } from "./answer-openings.ts";
import { answerDenied } from "./answer-requests.ts";
import { answerHelp, answerStatus } from "./answer-status.ts";
import { knownTo } from "./knowledge.ts";
import type { Knowledge } from "./knowledge.ts";
import { matchQuestion, openingsOfRule } from "./opening-match.ts";
import { matchVms, vmFilterOf } from "./vm-match.ts";

/** Answers a question from what is known, as a message of no platform. */
export function answerQuestion(question: Question, knowledge: Knowledge): Message {
  const { trail } = knowledge;
  switch (question.kind) {
    case "status":
      return answerStatus(knowledge);
    case "help":
      return answerHelp(question);
    case "explain-rule":
      return answerRule(question, openingsOfRule(trail, question.rule), knowledge);
    default:
      break;
  }
  const vms = matchVms(vmFilterOf(question), knowledge.names);
  if (vms.kind === "none" || vms.kind === "several") {
    return answerVmDoubt(question, vms, knowledge);
  }
  const known = vms.kind === "any" ? null : vms.vms;
  const matches = matchQuestion(question, trail, known, knownTo(knowledge));
  switch (question.kind) {
    case "show-opening":
      return answerShow(question, matches.openings, knowledge);
    case "denied-requests":
      return answerDenied(question, matches.requests, knowledge);
    default:
      return answerOpenings(question, matches, knowledge);
  }
}
