import type { TrailNames } from "../ports.ts";

/** A text that names more is asked about these alone. */
const MOST_QUESTIONS = 10;

const RULE_NAME = /\b(?:SecurityCenter|MicrosoftDefenderForCloud)-JITRule[-_][\w-]*\w/gi;
/** A VM's name as Azure allows it; a text may end a sentence right behind it. */
const WORD = /[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}/gu;

/**
 * Questions about the JIT rules and known VMs that a text names, such as an alert that somebody pasted:
 * each once, in the order of the text.
 */
export function questionsAbout(text: string, names: Pick<TrailNames, "vms">): readonly string[] {
  const vms = new Map(names.vms.map(({ name }) => [name.toLowerCase(), name]));
  const found: { readonly at: number; readonly question: string }[] = [];
  for (const match of text.matchAll(RULE_NAME)) {
    found.push({ at: match.index, question: `explain rule ${match[0]}` });
  }
  for (const match of text.matchAll(WORD)) {
    const word = match[0].toLowerCase();
    const vm = vms.get(word) ?? vms.get(word.replace(/[._-]+$/, ""));
    if (vm !== undefined) {
      found.push({ at: match.index, question: `who has access to ${vm}` });
    }
  }
  const ordered = found.toSorted((a, b) => a.at - b.at).map(({ question }) => question);
  return [...new Set(ordered)].slice(0, MOST_QUESTIONS);
}
