import type { Candidate, Opening, Reason } from "../domain/opening.ts";
import { portText } from "../domain/security-rule.ts";
import {
  code,
  context,
  heading,
  inline,
  list,
  notice,
  paragraph,
  person,
  table,
  time,
} from "../message/build.ts";
import type { Inline, MessageNode } from "../message/message.ts";
import { findingNotices, openingFacts } from "../message/opening-facts.ts";
import { SESSIONS_NOTE, sourcesWords, whoWords } from "../message/opening-words.ts";
import { knownTo } from "./knowledge.ts";
import { RECENT } from "./opening-match.ts";
import type { Knowledge } from "./knowledge.ts";
import { openingSentence, whereWords } from "./opening-words.ts";

const WEIGHT_WORDS = { for: "For: ", against: "Against: ", neutral: "" } as const;

/** One opening in full: the sentence, the facts, the verdict with its reasons, the findings. */
export function openingInFull(opening: Opening, knowledge: Knowledge): readonly MessageNode[] {
  return [
    paragraph(...openingSentence(opening, knowledge)),
    ...findingNotices(opening.findings),
    openingFacts(opening),
    ...reasonNodes(opening),
    ...candidateNodes(opening),
    ...(closedRecently(opening, knowledge) ? [notice("info", SESSIONS_NOTE)] : []),
  ];
}

/** Whether sessions of before its end may well stand. */
export function closedRecently(opening: Opening, knowledge: Knowledge): boolean {
  return opening.closedAt !== null && opening.closedAt >= knownTo(knowledge) - RECENT;
}

function reasonNodes(opening: Opening): readonly MessageNode[] {
  const { reasons } = opening.attribution;
  return reasons.length === 0 ? [] : [heading("Why this verdict"), list(reasons.map(reasonWords))];
}

function reasonWords(reason: Reason): Inline {
  return inline(`${WEIGHT_WORDS[reason.weighs]}${reason.text}`);
}

/** The candidates matter where the verdict leaves a doubt. */
function candidateNodes(opening: Opening): readonly MessageNode[] {
  const { verdict, candidates } = opening.attribution;
  if (candidates.length === 0 || (verdict !== "likely" && verdict !== "ambiguous")) {
    return [];
  }
  return [heading("Who it may have been"), list(candidates.map(candidateWords))];
}

/** A candidate in one line, with what speaks for and against. */
export function candidateWords(candidate: Candidate): Inline {
  const said = (["for", "against", "neutral"] as const).flatMap((weight) => {
    const texts = candidate.reasons
      .filter(({ weighs }) => weighs === weight)
      .map(({ text }) => text);
    return texts.length === 0 ? [] : [`${WEIGHT_WORDS[weight]}${texts.join("; ")}.`];
  });
  return inline(
    candidate.actor === null ? "somebody not named" : person(candidate.actor),
    candidate.requestId === null ? ", wrote it at " : ", asked at ",
    time(candidate.at),
    candidate.requestId === null ? null : " (",
    candidate.requestId === null ? null : code(candidate.requestId),
    candidate.requestId === null ? null : ")",
    said.length === 0 ? "." : `. ${said.join(" ")}`,
  );
}

/** The most rows that an answer shows. */
export const MOST_ROWS = 20;

/** Openings as a compact table, with a word on those that do not fit. */
export function openingTable(
  openings: readonly Opening[],
  knowledge: Knowledge,
): readonly MessageNode[] {
  if (openings.length === 0) {
    return [];
  }
  const shown = openings.slice(0, MOST_ROWS);
  const more = openings.length - shown.length;
  return [
    table(
      ["opened", "ended", "who", "VM", "port", "from", "opening"],
      shown.map((opening) => [
        inline(opening.openedAtExact ? null : "before ", time(opening.openedAt)),
        endCell(opening),
        whoWords(opening),
        inline(whereWords(opening, knowledge)),
        inline(portText(opening.port)),
        inline(sourcesWords(opening)),
        inline(code(opening.id)),
      ]),
    ),
    ...(more > 0 ? [context(`and ${more} more; narrow with a VM, a port or a time.`)] : []),
  ];
}

function endCell(opening: Opening): Inline {
  if (opening.closedAt !== null) {
    return inline(opening.closedAtExact ? null : "by ", time(opening.closedAt));
  }
  return inline(opening.outcomeSeen && !opening.mayHaveClosed ? "open" : "perhaps open");
}
