import type { Opening } from "../domain/opening.ts";
import type { Period, Question, VmFilter } from "../domain/question.ts";
import { choices, code, inline, list, message, paragraph } from "../message/build.ts";
import type { Pieces } from "../message/build.ts";
import type { Message, MessageNode } from "../message/message.ts";
import { plainText } from "../message/plain.ts";
import { honesty, logSubject, periodWords } from "./honesty.ts";
import type { Knowledge } from "./knowledge.ts";
import { knownTo } from "./knowledge.ts";
import { isNamed, matchQuestion } from "./opening-match.ts";
import { openingSentence } from "./opening-words.ts";
import { nearestNames } from "./question-problem.ts";
import { questionText } from "./question-text.ts";
import { periodOf, subjectWords } from "./question-words.ts";
import { filterText, matchVms, vmFilterOf, withVm } from "./vm-match.ts";
import type { VmMatch } from "./vm-match.ts";

const MOST_CHOICES = 10;

/** What the log does not show, worded as a statement about the log and never about the world. */
export function absence(question: Question, knowledge: Knowledge): Pieces {
  const period = periodOf(question);
  const standing =
    question.kind === "who-has-access" || (question.kind === "what-is-open" && period === null);
  return [
    ...logSubject(knowledge),
    standing ? " shows no standing opening of " : " shows no opening of ",
    subjectWords(question),
    ...(period === null ? [] : [" ", ...periodWords(period)]),
    ".",
  ];
}

/**
 * The answer when no opening fits: what was searched, the nearest opening, and how to ask wider.
 *
 * @param beside what matters although it is not what was asked for.
 */
export function nothingFound(
  question: Question,
  beside: readonly MessageNode[],
  knowledge: Knowledge,
): Message {
  const period = periodOf(question);
  const nearest = period === null ? null : nearestOpening(question, period, knowledge);
  const commands = widerQuestions(question).map((wider) => questionText(wider, knowledge.zone));
  const people =
    question.kind === "opened-by-person" ? nearestPeople(question.person, knowledge) : [];
  const said = absence(question, knowledge);
  return message("info", plainText(inline(...said), knowledge.zone), [
    paragraph(...said),
    nearest === null
      ? null
      : paragraph("Nearest outside that time: ", ...openingSentence(nearest, knowledge)),
    ...beside,
    people.length === 0
      ? null
      : choices(
          "Did you mean:",
          people.map((name) =>
            questionText(
              {
                ...question,
                kind: "opened-by-person",
                person: name,
                vm: vmFilterOf(question),
                period,
              },
              knowledge.zone,
            ),
          ),
        ),
    commands.length === 0 ? null : choices("Ask wider:", commands),
    ...honesty(knowledge, period),
  ]);
}

function nearestPeople(person: string, knowledge: Knowledge): readonly string[] {
  const names = knowledge.names.people;
  const byPart = new Map(names.map((name) => [name.split("@")[0] ?? name, name]));
  const near = [...nearestNames(person, byPart.keys())].map((part) => byPart.get(part) ?? part);
  return [...new Set([...near, ...nearestNames(person, names)])].filter(
    (name) => !isNamed(name, person),
  );
}

/** The opening nearest to the period asked about, when the same question without a time finds one. */
function nearestOpening(question: Question, period: Period, knowledge: Knowledge): Opening | null {
  const [wider] = widerQuestions(question);
  if (wider === undefined || question.kind === "what-is-open") {
    return null;
  }
  const vms = matchVms(vmFilterOf(question), knowledge.names);
  const { openings } = matchQuestion(
    wider,
    knowledge.trail,
    vms.kind === "found" ? vms.vms : null,
    knownTo(knowledge),
  );
  const gap = ({ openedAt }: Opening): number =>
    period.from !== null && openedAt < period.from
      ? period.from - openedAt
      : openedAt - (period.to ?? openedAt);
  return openings.toSorted((a, b) => gap(a) - gap(b))[0] ?? null;
}

function widerQuestions(question: Question): readonly Question[] {
  switch (question.kind) {
    case "who-opened":
      return [
        ...(question.period === null ? [] : [{ ...question, period: null }]),
        ...(question.ports.length === 0 ? [] : [{ ...question, ports: [] }]),
      ];
    case "what-is-open":
      return question.ports.length === 0 && !question.anySource
        ? []
        : [{ ...question, ports: [], anySource: false }];
    case "opened-by-person":
    case "opened-from-address":
    case "history":
    case "denied-requests":
      return question.period === null ? [] : [{ ...question, period: null }];
    case "who-has-access":
      return question.vm.kind === "any" ? [] : [{ kind: "history", vm: question.vm, period: null }];
    default:
      return [];
  }
}

/** The answer when the name fits no VM, or one name fits several. */
export function answerVmDoubt(
  question: Question,
  doubt: Extract<VmMatch, { readonly kind: "none" | "several" }>,
  knowledge: Knowledge,
): Message {
  const ask = (vm: VmFilter): string => questionText(withVm(question, vm), knowledge.zone);
  if (doubt.kind === "several") {
    const said = `${filterText(vmFilterOf(question))} is the name of ${doubt.ids.length} VMs. Which one?`;
    const ids = doubt.ids.slice(0, MOST_CHOICES);
    return message("info", said, [
      paragraph(said),
      list(
        ids.map((id) => inline(id.name, ` in resource group ${id.resourceGroup}: `, code(id.text))),
      ),
      choices(
        "Ask:",
        ids.map((id) => ask({ kind: "resource", id })),
      ),
      ...honesty(knowledge, periodOf(question)),
    ]);
  }
  const said: Pieces = [
    ...logSubject(knowledge),
    ` holds no opening, request or NSG of a VM that fits ${doubt.wanted}.`,
  ];
  const nodes: readonly (MessageNode | null)[] = [
    paragraph(...said),
    doubt.nearest.length === 0
      ? null
      : choices(
          "Did you mean:",
          doubt.nearest.map((name) => ask({ kind: "name", name })),
        ),
    ...honesty(knowledge, periodOf(question)),
  ];
  return message("info", plainText(inline(...said), knowledge.zone), nodes);
}
