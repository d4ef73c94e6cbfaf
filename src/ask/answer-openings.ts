import type { Opening } from "../domain/opening.ts";
import { containerWord } from "../domain/resource-id.ts";
import type { Question } from "../domain/question.ts";
import {
  choices,
  code,
  context,
  heading,
  highestSeverity,
  inline,
  list,
  message,
  notice,
  paragraph,
  strong,
} from "../message/build.ts";
import type { Pieces } from "../message/build.ts";
import type { Message, MessageNode } from "../message/message.ts";
import { SESSIONS_NOTE } from "../message/opening-words.ts";
import { plainText } from "../message/plain.ts";
import { absence, nothingFound } from "./answer-nothing.ts";
import { requestNodes } from "./answer-requests.ts";
import { honesty } from "./honesty.ts";
import type { Knowledge } from "./knowledge.ts";
import { liveNodes } from "./live-check.ts";
import { closedRecently, openingInFull, openingTable } from "./opening-detail.ts";
import type { Matches } from "./opening-match.ts";
import { openingSentence, peopleCounts } from "./opening-words.ts";
import { periodOf, subjectWords } from "./question-words.ts";
import { questionText } from "./question-text.ts";
import { filterOf, filterText, vmFilterOf } from "./vm-match.ts";

const MOST_FINDINGS = 5;
const MOST_GUARDING = 5;
const MOST_BESIDE = 5;

/** An answer that is a set of openings. */
export function answerOpenings(
  question: Question,
  matches: Matches,
  knowledge: Knowledge,
): Message {
  const { openings, guarding } = matches;
  const all = [...openings, ...guarding];
  const beside = besideNodes(question, matches, knowledge);
  if (all.length === 0) {
    return nothingFound(question, beside, knowledge);
  }
  const lead = leadNodes(question, openings, knowledge);
  const [only] = openings.length === 1 ? openings : [];
  const summary =
    only !== undefined
      ? openingSentence(only, knowledge)
      : openings.length === 0
        ? guardSentence(question, guarding)
        : countSentence(question, openings);
  return message(
    highestSeverity(all.flatMap((opening) => opening.findings.map(({ severity }) => severity))),
    plainText(inline(...summary), knowledge.zone),
    [
      ...lead,
      ...guardNodes(question, guarding, knowledge),
      ...beside,
      ...liveNodes(knowledge.checks),
      ...sessionNodes(question, all, knowledge),
      choices("Ask on:", nextQuestions(question, all, knowledge)),
      ...honesty(knowledge, periodOf(question)),
    ],
  );
}

function leadNodes(
  question: Question,
  openings: readonly Opening[],
  knowledge: Knowledge,
): readonly MessageNode[] {
  const [first] = openings;
  if (first === undefined) {
    return [
      paragraph(...absence(question, knowledge), " Rules of an NSG that guards it may expose it:"),
    ];
  }
  if (openings.length === 1) {
    return openingInFull(first, knowledge);
  }
  return [
    paragraph(...countSentence(question, openings)),
    paragraph("Latest: ", ...openingSentence(first, knowledge)),
    ...commonFindings(openings),
    ...openingTable(openings, knowledge),
  ];
}

/** `alice@contoso.com (3), unknown (1): 4 openings of port 3389 on vm-x.` */
function countSentence(question: Question, openings: readonly Opening[]): Pieces {
  const count = openings.length === 1 ? "1 opening" : `${openings.length} openings`;
  return [...peopleCounts(openings), ": ", strong(count), ` of ${subjectWords(question)}.`];
}

/** `bob@contoso.com (1): 1 opening in an NSG that guards vm-x.` */
function guardSentence(question: Question, guarding: readonly Opening[]): Pieces {
  const count = guarding.length === 1 ? "1 opening" : `${guarding.length} openings`;
  const name = filterText(vmFilterOf(question));
  return [...peopleCounts(guarding), `: ${count} in an NSG that guards ${name}.`];
}

/** Findings of many openings are counted, worst first. */
function commonFindings(openings: readonly Opening[]): readonly MessageNode[] {
  const grave = openings.flatMap((opening) =>
    opening.findings
      .filter((finding) => finding.severity !== "info")
      .map((finding) => ({ opening, finding })),
  );
  return grave
    .toSorted((a, b) => rank(b.finding.severity) - rank(a.finding.severity))
    .slice(0, MOST_FINDINGS)
    .map(({ opening, finding }) => notice(finding.severity, code(opening.id), ": ", finding.text));
}

function rank(severity: "info" | "warning" | "critical"): number {
  return ["info", "warning", "critical"].indexOf(severity);
}

function guardNodes(
  question: Question,
  guarding: readonly Opening[],
  knowledge: Knowledge,
): readonly MessageNode[] {
  if (guarding.length === 0) {
    return [];
  }
  const name = filterText(vmFilterOf(question));
  return [
    heading("In an NSG that guards it"),
    list(
      guarding
        .slice(0, MOST_GUARDING)
        .map((opening) =>
          inline(
            "also: rule ",
            code(opening.rule.name),
            ` in ${containerWord(opening.nsg)} ${opening.nsg.name}, which guards ${name}. `,
            ...openingSentence(opening, knowledge),
          ),
        ),
    ),
    ...(guarding.length > MOST_GUARDING ? openingTable(guarding, knowledge) : []),
  ];
}

/** What is not the answer itself and must be known beside it. */
function besideNodes(
  question: Question,
  { undated, earlier, recentlyClosed, requests }: Matches,
  knowledge: Knowledge,
): readonly MessageNode[] {
  return [
    ...sentenceList("First seen later, and perhaps opened then", undated, knowledge),
    ...sentenceList("Opened earlier and standing then", earlier, knowledge),
    ...sentenceList("Closed lately: sessions may stand", recentlyClosed, knowledge),
    ...(question.kind === "history" ? requestNodes("Requests", requests) : []),
    ...(question.kind === "opened-by-person"
      ? requestNodes("Asked for and not granted", requests)
      : []),
  ];
}

function sentenceList(
  title: string,
  openings: readonly Opening[],
  knowledge: Knowledge,
): readonly MessageNode[] {
  if (openings.length === 0) {
    return [];
  }
  const more = openings.length - MOST_BESIDE;
  return [
    heading(title),
    list(
      openings
        .slice(0, MOST_BESIDE)
        .map((opening) => inline(...openingSentence(opening, knowledge))),
    ),
    ...(more > 0 ? [context(`and ${more} more.`)] : []),
  ];
}

function sessionNodes(
  question: Question,
  openings: readonly Opening[],
  knowledge: Knowledge,
): readonly MessageNode[] {
  const many = openings.length > 1 && openings.some((one) => closedRecently(one, knowledge));
  return question.kind === "who-has-access" || many ? [notice("info", SESSIONS_NOTE)] : [];
}

function nextQuestions(
  question: Question,
  openings: readonly Opening[],
  knowledge: Knowledge,
): readonly string[] {
  const shows = openings.slice(0, 3).map((opening) => `show ${opening.id}`);
  const vm = openings[0]?.vm;
  const history: Question | null =
    vm === null || vm === undefined || question.kind === "history"
      ? null
      : { kind: "history", vm: filterOf(vm, knowledge.names), period: null };
  return history === null ? shows : [...shows, questionText(history, knowledge.zone)];
}
