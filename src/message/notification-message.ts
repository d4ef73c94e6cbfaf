import type { Opening } from "../domain/opening.ts";
import { vmFilterText } from "../domain/question-name.ts";
import {
  choices,
  code,
  context,
  highestSeverity,
  inline,
  message,
  notice,
  paragraph,
} from "./build.ts";
import type { Pieces } from "./build.ts";
import { burstNodes, burstSentence } from "./burst-message.ts";
import type { Message, MessageNode, NoticeNode } from "./message.ts";
import { findingsAsTheyArrive, notificationSentence, stateWords } from "./notification-words.ts";
import { findingNotices, openingFacts } from "./opening-facts.ts";
import { SESSIONS_NOTE } from "./opening-words.ts";
import { plainText } from "./plain.ts";

const MOST_CHOICES = 3;
const MOST_GONE = 10;

/** A summary stands where no reader's zone is known. */
const SUMMARY_ZONE = "UTC";

/**
 * The notification about one opening, or about a burst of them, as they stand now. It depends on what
 * is passed in and on nothing else, not on the time either: equal openings give equal messages, and
 * every sentence stays true until an opening changes.
 *
 * @param openings those that stand in the trail, in a trail's order.
 * @param gone ids of openings of this notification that later facts took back.
 */
export function notificationMessage(
  openings: readonly Opening[],
  gone: readonly string[],
): Message {
  const [first, ...others] = openings;
  if (first === undefined) {
    const said = "Taken back: later facts show that what was told here did not happen.";
    return message("info", said, [paragraph(said), ...takenBack(gone)]);
  }
  const sentence =
    others.length === 0 ? notificationSentence(first) : burstSentence([first, ...others]);
  const severities = openings.flatMap(({ findings }) => findings.map(({ severity }) => severity));
  return message(highestSeverity(severities), plainText(inline(...sentence), SUMMARY_ZONE), [
    paragraph(...sentence),
    ...(others.length === 0 ? singleNodes(first) : burstNodes([first, ...others])),
    ...takenBack(gone),
    choices("Ask on:", nextQuestions(openings)),
    openings.some(({ closedAt }) => closedAt !== null) ? context(SESSIONS_NOTE) : null,
  ]);
}

function singleNodes(opening: Opening): readonly MessageNode[] {
  return [
    paragraph(...stateWords(opening)),
    ...findingNotices(findingsAsTheyArrive(opening)),
    openingFacts(opening),
  ];
}

function takenBack(gone: readonly string[]): readonly NoticeNode[] {
  if (gone.length === 0) {
    return [];
  }
  const shown = gone.slice(0, MOST_GONE);
  const more = gone.length - shown.length;
  return [
    notice(
      "info",
      gone.length === 1 ? "Taken back: opening " : `Taken back: ${gone.length} openings, `,
      ...shown.flatMap((id, index): Pieces => [index === 0 ? null : ", ", code(id)]),
      more > 0 ? ` and ${more} more` : null,
      gone.length === 1
        ? ", which later facts show never was."
        : ", which later facts show never were.",
    ),
  ];
}

function nextQuestions(openings: readonly Opening[]): readonly string[] {
  const names = openings.flatMap(({ vm }) => (vm === null ? [] : [vm.name]));
  const vms = [...new Set(names)]
    .slice(0, MOST_CHOICES)
    .map((name) => vmFilterText({ kind: "name", name }));
  return [
    ...openings.slice(0, MOST_CHOICES).map(({ id }) => `show ${id}`),
    ...vms.map((vm) => `history of ${vm}`),
    // The picture of one VM tells more than those of several side by side.
    ...vms.slice(0, 1).map((vm) => `timeline of ${vm}`),
  ];
}
