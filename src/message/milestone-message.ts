import type { Milestone } from "../domain/notification.ts";
import type { Opening } from "../domain/opening.ts";
import {
  context,
  fact,
  facts,
  highestSeverity,
  inline,
  list,
  message,
  paragraph,
} from "./build.ts";
import type { Pieces } from "./build.ts";
import type { Message, MessageNode } from "./message.ts";
import { findingsAsTheyArrive, timeNear, whatWords, whoOpenedWords } from "./notification-words.ts";
import { closedWords, SESSIONS_NOTE, verdictWords } from "./opening-words.ts";
import { plainText } from "./plain.ts";

const MOST_LISTED = 10;

/** What a milestone says of one opening. */
interface MilestoneWords {
  /** Whether it is still so: later facts may have revised the opening before it was said. */
  readonly holds: (opening: Opening) => boolean;
  /** One sentence about one opening. */
  readonly sentence: (opening: Opening) => Pieces;
  /** The beginning of a sentence about several, after their number. */
  readonly several: string;
  readonly details: (first: Opening) => readonly MessageNode[];
}

const WORDS: { readonly [milestone in Milestone]: MilestoneWords } = {
  closed: {
    holds: ({ closedAt }) => closedAt !== null,
    sentence: (opening) => [...whatWords(opening), " ", ...endWords(opening), "."],
    several: " of these have ended:",
    details: () => [context(SESSIONS_NOTE)],
  },
  "open-past-end": {
    holds: ({ findings }) => findings.some(({ code }) => code === "open-past-end"),
    sentence: (opening) => [...whatWords(opening), ": ", ...textsOf(opening, ["open-past-end"])],
    several: " of these stand past their end:",
    details: () => [],
  },
  "severity-raised": {
    holds: ({ findings }) => findings.some(({ severity }) => severity !== "info"),
    sentence: (opening) => ["Graver now: ", ...whatWords(opening), ": ", ...graveTexts(opening)],
    several: " of these are graver now:",
    details: () => [],
  },
  "person-known": {
    holds: ({ attribution }) => attribution.actor !== null,
    sentence: (opening) => ["Now known: ", ...whoOpenedWords(opening, whatWords(opening)), "."],
    several: " of these are now known by person:",
    details: (first) => [personFacts(first)],
  },
};

/**
 * The word in a notification's thread about something that happened to openings of it; null when that
 * is so of none of them any more.
 *
 * @param openings those to which it happened, as they stand now.
 */
export function milestoneMessage(
  milestone: Milestone,
  openings: readonly Opening[],
): Message | null {
  const { holds, sentence, several, details } = WORDS[milestone];
  const such = openings.filter(holds);
  const [first, ...others] = such;
  if (first === undefined) {
    return null;
  }
  const severity =
    milestone === "open-past-end" || milestone === "severity-raised"
      ? highestSeverity(such.flatMap(({ findings }) => findings.map((one) => one.severity)))
      : "info";
  const said = others.length === 0 ? sentence(first) : [`${such.length}${several}`];
  const more = such.length - MOST_LISTED;
  return message(severity, plainText(inline(...said), "UTC"), [
    paragraph(...said),
    others.length === 0
      ? null
      : list(such.slice(0, MOST_LISTED).map((opening) => inline(...sentence(opening)))),
    others.length > 0 && more > 0 ? context(`and ${more} more.`) : null,
    ...details(first),
  ]);
}

function endWords(opening: Opening): Pieces {
  const { closedAt, openedAt } = opening;
  return closedAt === null ? [] : closedWords(opening, timeNear(closedAt, openedAt));
}

function graveTexts(opening: Opening): Pieces {
  const highest = highestSeverity(opening.findings.map(({ severity }) => severity));
  const grave = opening.findings.filter(({ severity }) => severity === highest);
  return textsOf(
    opening,
    grave.map(({ code }) => code),
  );
}

function textsOf(opening: Opening, codes: readonly string[]): Pieces {
  const texts = findingsAsTheyArrive(opening).filter(({ code }) => codes.includes(code));
  return [texts.map(({ text }) => text).join(" ")];
}

function personFacts(opening: Opening): MessageNode {
  const { clientAddress, justification } = opening.attribution;
  return facts(
    clientAddress === null ? null : fact("asked from", clientAddress),
    justification === null ? null : fact("why", justification),
    fact("verdict", verdictWords(opening)),
  );
}
