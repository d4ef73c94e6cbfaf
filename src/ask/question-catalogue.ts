import { distance } from "fastest-levenshtein";
import type { HelpTopic } from "../domain/question.ts";

/** One form of question, as help tells it. */
export interface QuestionForm {
  readonly topic: HelpTopic;
  /** A complete question that the grammar understands. */
  readonly example: string;
  readonly meaning: string;
}

/** Every form of question, with an example that can be sent as it stands. */
export const QUESTION_FORMS: readonly QuestionForm[] = [
  {
    topic: "who",
    example: "who opened port 3389 on vm-x",
    meaning: "the person behind an opening",
  },
  { topic: "who", example: "who opened rdp on vm-x yesterday", meaning: "the same, in a period" },
  {
    topic: "who",
    example: "who opened anything on vm-* since friday",
    meaning: "any port, several VMs",
  },
  { topic: "who", example: "who has access to vm-x", meaning: "the openings that stand" },
  { topic: "open", example: "what is open", meaning: "everything that stands when the log ends" },
  {
    topic: "open",
    example: "what is open to any source",
    meaning: "what the whole internet may reach",
  },
  { topic: "open", example: "what is open on vm-x", meaning: "what stands on one VM" },
  {
    topic: "open",
    example: "what was open on vm-x at 03:12 last tuesday",
    meaning: "what stood at a time",
  },
  { topic: "open", example: "what never closed", meaning: "what stands past its end, or has none" },
  { topic: "open", example: "what closes within 8h", meaning: "what ends soon" },
  { topic: "people", example: "what did alice open last week", meaning: "by person" },
  { topic: "people", example: "what did 198.51.100.7 open", meaning: "by address" },
  {
    topic: "rules",
    example: "explain rule SecurityCenter-JITRule-1",
    meaning: "from a rule to the person",
  },
  { topic: "rules", example: "show o-0123456789ab", meaning: "one opening with its evidence" },
  { topic: "rules", example: "history of vm-x", meaning: "every opening and request of a VM" },
  { topic: "requests", example: "requests denied today", meaning: "who was refused, and why" },
  { topic: "names", example: "status", meaning: "how far the log goes" },
  {
    topic: "names",
    example: "help times",
    meaning: "how to write times; also help who, open, people, rules, requests, names, ports",
  },
];

const MOST_FORMS = 3;

/** The examples that look most like the text. */
export function nearestForms(text: string): readonly string[] {
  const wanted = text.toLowerCase().trim().slice(0, 60);
  return QUESTION_FORMS.map(({ example }) => ({
    example,
    score: distance(wanted, example.slice(0, Math.max(wanted.length, 8))),
  }))
    .sort((a, b) => a.score - b.score)
    .slice(0, MOST_FORMS)
    .map(({ example }) => example);
}
