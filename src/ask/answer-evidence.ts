import type { Candidate, Opening } from "../domain/opening.ts";
import type { ExplainRuleQuestion, ShowOpeningQuestion } from "../domain/question.ts";
import {
  choices,
  codeBlock,
  context,
  heading,
  highestSeverity,
  inline,
  list,
  message,
  paragraph,
} from "../message/build.ts";
import type { Pieces } from "../message/build.ts";
import type { Message, MessageNode } from "../message/message.ts";
import { plainText } from "../message/plain.ts";
import { eventList } from "./event-words.ts";
import { honesty, logSubject } from "./honesty.ts";
import type { Knowledge } from "./knowledge.ts";
import { liveNodes } from "./live-check.ts";
import { candidateWords, openingInFull, openingTable } from "./opening-detail.ts";
import { openingSentence } from "./opening-words.ts";
import { nearestNames } from "./question-problem.ts";
import { questionText } from "./question-text.ts";
import { filterOf } from "./vm-match.ts";

const MOST_EVENTS = 50;

/** `show o-…`: one opening with every event and candidate behind it. */
export function answerShow(
  question: ShowOpeningQuestion,
  openings: readonly Opening[],
  knowledge: Knowledge,
): Message {
  const [first] = openings;
  if (first === undefined) {
    const near = nearestNames(
      question.id,
      knowledge.trail.openings.map(({ id }) => id),
    );
    return notThere(
      [...logSubject(knowledge), ` shows no opening ${question.id}.`],
      near.map((id) => `show ${id}`),
      knowledge,
    );
  }
  if (openings.length > 1) {
    return choiceOf(`${openings.length} openings begin with ${question.id}.`, openings, knowledge);
  }
  return inEvidence(first, knowledge);
}

/** `explain rule NAME`: from the rule to the person, with the evidence. */
export function answerRule(
  question: ExplainRuleQuestion,
  openings: readonly Opening[],
  knowledge: Knowledge,
): Message {
  const [first] = openings;
  if (first === undefined) {
    const names = new Set(knowledge.trail.openings.map(({ rule }) => rule.name));
    const near = nearestNames(question.rule, names);
    return notThere(
      [...logSubject(knowledge), ` shows no opening by a rule named ${question.rule}.`],
      near.map((rule) => questionText({ kind: "explain-rule", rule }, knowledge.zone)),
      knowledge,
    );
  }
  if (openings.length > 1) {
    const names = new Set(openings.map(({ rule }) => rule.name));
    const said =
      names.size === 1
        ? `Rule ${first.rule.name} stands behind ${openings.length} openings.`
        : `${names.size} rules fit ${question.rule}.`;
    return choiceOf(said, openings, knowledge);
  }
  return inEvidence(first, knowledge);
}

function inEvidence(opening: Opening, knowledge: Knowledge): Message {
  const { candidates, verdict } = opening.attribution;
  const told = verdict === "likely" || verdict === "ambiguous";
  return message(
    highestSeverity(opening.findings.map(({ severity }) => severity)),
    plainText(inline(...openingSentence(opening, knowledge)), knowledge.zone),
    [
      ...openingInFull(opening, knowledge),
      ...liveNodes(knowledge.checks),
      ...(told || candidates.length === 0
        ? []
        : [
            heading("What it is traced to"),
            list(candidates.map((candidate) => candidateWords(withoutSaid(candidate, opening)))),
          ]),
      ...eventNodes(opening, knowledge),
      ...(opening.vm === null ? [] : [heading("VM"), codeBlock(opening.vm.text)]),
      choices("Ask on:", [
        ...(opening.vm === null
          ? []
          : [
              questionText(
                { kind: "history", vm: filterOf(opening.vm, knowledge.names), period: null },
                knowledge.zone,
              ),
            ]),
        ...(opening.attribution.actor === null
          ? []
          : [
              questionText(
                {
                  kind: "opened-by-person",
                  person: opening.attribution.actor.name,
                  vm: { kind: "any" },
                  period: null,
                },
                knowledge.zone,
              ),
            ]),
      ]),
      ...honesty(knowledge, null),
    ],
  );
}

/** A candidate without the reasons that stand among those of the verdict already. */
function withoutSaid(candidate: Candidate, { attribution }: Opening): Candidate {
  const said = new Set(attribution.reasons.map(({ text }) => text));
  return { ...candidate, reasons: candidate.reasons.filter(({ text }) => !said.has(text)) };
}

function eventNodes(opening: Opening, { eventOf }: Knowledge): readonly MessageNode[] {
  const { events } = opening;
  const shown = events.slice(0, MOST_EVENTS);
  const known = shown.flatMap((id) => eventOf(id) ?? []);
  const rest = shown.filter((id) => eventOf(id) === null);
  return [
    heading(`Events behind it (${events.length})`),
    ...(known.length === 0 ? [] : [eventList(known)]),
    ...(rest.length === 0 ? [] : [codeBlock(rest.join("\n"))]),
    ...(events.length > shown.length
      ? [context(`and ${events.length - shown.length} more; the trail's JSON form lists all.`)]
      : []),
  ];
}

function choiceOf(said: string, openings: readonly Opening[], knowledge: Knowledge): Message {
  return message(
    highestSeverity(openings.flatMap(({ findings }) => findings.map(({ severity }) => severity))),
    said,
    [
      paragraph(said),
      ...(openings[0] === undefined
        ? []
        : [paragraph("Latest: ", ...openingSentence(openings[0], knowledge))]),
      ...openingTable(openings, knowledge),
      choices(
        "Show one:",
        openings.slice(0, 5).map(({ id }) => `show ${id}`),
      ),
      ...honesty(knowledge, null),
    ],
  );
}

function notThere(said: Pieces, commands: readonly string[], knowledge: Knowledge): Message {
  return message("info", plainText(inline(...said), knowledge.zone), [
    paragraph(...said),
    commands.length === 0 ? null : choices("Did you mean:", commands),
    ...honesty(knowledge, null),
  ]);
}
