import type { Milestone } from "../domain/notification.ts";
import type { Opening } from "../domain/opening.ts";
import {
  context,
  fact,
  facts,
  highestSeverity,
  inline,
  message,
  notice,
  paragraph,
} from "./build.ts";
import type { Pieces } from "./build.ts";
import type { Message, MessageNode, Severity } from "./message.ts";
import { findingsAsTheyArrive, timeNear, whatWords, whoOpenedWords } from "./notification-words.ts";
import { findingNotices } from "./opening-facts.ts";
import { closedWords, SESSIONS_NOTE, verdictWords } from "./opening-words.ts";
import { plainText } from "./plain.ts";

/**
 * The word in a notification's thread about something that happened to an opening; null when that is
 * no longer so, because later facts revised it before it was said.
 */
export function milestoneMessage(milestone: Milestone, opening: Opening): Message | null {
  switch (milestone) {
    case "closed":
      return closedMessage(opening);
    case "open-past-end":
      return pastEndMessage(opening);
    case "severity-raised":
      return severityMessage(opening);
    case "person-known":
      return personMessage(opening);
  }
}

function closedMessage(opening: Opening): Message | null {
  const { closedAt, openedAt } = opening;
  if (closedAt === null) {
    return null;
  }
  const ended = closedWords(opening, timeNear(closedAt, openedAt));
  return said("info", [...whatWords(opening), " ", ...ended, "."], [context(SESSIONS_NOTE)]);
}

function pastEndMessage(opening: Opening): Message | null {
  const finding = opening.findings.find(({ code }) => code === "open-past-end");
  return finding === undefined
    ? null
    : reported(finding.severity, [...whatWords(opening), ": ", finding.text]);
}

function severityMessage(opening: Opening): Message | null {
  const highest = highestSeverity(opening.findings.map(({ severity }) => severity));
  const grave = findingsAsTheyArrive(opening).filter(({ severity }) => severity === highest);
  if (highest === "info") {
    return null;
  }
  const sentence = ["This became graver: ", ...whatWords(opening), "."];
  return said(highest, sentence, findingNotices(grave));
}

function personMessage(opening: Opening): Message | null {
  const { actor, justification, clientAddress } = opening.attribution;
  if (actor === null) {
    return null;
  }
  return said(
    "info",
    ["Now known: ", ...whoOpenedWords(opening, whatWords(opening)), "."],
    [
      facts(
        clientAddress === null ? null : fact("asked from", clientAddress),
        justification === null ? null : fact("why", justification),
        fact("verdict", verdictWords(opening)),
      ),
    ],
  );
}

function said(severity: Severity, sentence: Pieces, nodes: readonly MessageNode[]): Message {
  return message(severity, plainText(inline(...sentence), "UTC"), [
    paragraph(...sentence),
    ...nodes,
  ]);
}

function reported(severity: Severity, sentence: Pieces): Message {
  return message(severity, plainText(inline(...sentence), "UTC"), [notice(severity, ...sentence)]);
}
