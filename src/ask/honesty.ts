import type { Period } from "../domain/question.ts";
import { context, notice, time } from "../message/build.ts";
import type { Pieces } from "../message/build.ts";
import type { MessageNode } from "../message/message.ts";
import { knownTo } from "./knowledge.ts";
import type { Knowledge } from "./knowledge.ts";

const MOST_GAPS = 5;

/**
 * The last words of an answer: how far the log goes, what period was searched, what could not be read.
 *
 * @param period the period that was searched; null for all that the log holds.
 */
export function honesty(knowledge: Knowledge, period: Period | null): readonly MessageNode[] {
  const { coverage } = knowledge;
  if (coverage.from === null || coverage.to === null) {
    return [
      notice(
        "warning",
        knowledge.source === "feed"
          ? "Nothing of the Activity Log has been read yet, so nothing can be said."
          : "No relevant Activity Log rows were read, so nothing can be said.",
      ),
      ...unread(knowledge),
    ];
  }
  return [
    ...unread(knowledge),
    ...outsideLog(knowledge, period),
    context(...reach(knowledge), " Searched: ", ...periodWords(period), "."),
  ];
}

/** How far the log goes, in one sentence. */
function reach({ coverage, source }: Knowledge): Pieces {
  const { from, to, events } = coverage;
  if (from === null || to === null) {
    return [];
  }
  if (source === "feed") {
    return [
      "The Activity Log from ",
      time(from),
      " on, last read at ",
      time(to),
      "; Azure delivers rows 3 to 20 minutes late.",
    ];
  }
  return [
    `Read: ${events} ${events === 1 ? "row" : "rows"} of the Activity Log, from `,
    time(from),
    " to ",
    time(to),
    "; later rows may exist and are not here.",
  ];
}

function unread({ coverage }: Knowledge): readonly MessageNode[] {
  const nodes: MessageNode[] = coverage.gaps
    .slice(0, MOST_GAPS)
    .map((gap) => notice("warning", gap));
  if (coverage.gaps.length > MOST_GAPS) {
    nodes.push(
      notice("warning", `${coverage.gaps.length - MOST_GAPS} further parts could not be read.`),
    );
  }
  if (coverage.quarantined > 0) {
    const what = quarantinedWords(coverage.quarantined);
    nodes.push(notice("warning", `${what} could not be understood and may hold more.`));
  }
  return nodes;
}

/** `1 row or part of a row`, `3 rows or parts of rows`: what was read and not understood. */
export function quarantinedWords(count: number): string {
  return count === 1 ? "1 row or part of a row" : `${count} rows or parts of rows`;
}

/** A period that sticks out of the log is told of: what lies outside is not known, not absent. */
function outsideLog(knowledge: Knowledge, period: Period | null): readonly MessageNode[] {
  const { from, to } = knowledge.coverage;
  if (period === null || from === null || to === null) {
    return [];
  }
  const nodes: MessageNode[] = [];
  if (period.from !== null && period.from > to) {
    nodes.push(
      notice(
        "warning",
        knowledge.source === "feed"
          ? "The log was last read before this period, at "
          : "The log ends before this period, at ",
        time(to),
        ": nothing is known of it.",
      ),
    );
  } else if (period.to === null ? false : period.to > to) {
    nodes.push(
      notice(
        "warning",
        knowledge.source === "feed"
          ? "The log was last read within this period, at "
          : "The log ends within this period, at ",
        time(to),
        ": what came after is not known.",
      ),
    );
  }
  if (period.to !== null && period.to <= from) {
    nodes.push(
      notice(
        "warning",
        "The log begins after this period, at ",
        time(from),
        ": nothing is known of it.",
      ),
    );
  } else if (period.from !== null && period.from < from) {
    nodes.push(
      notice(
        "warning",
        "The log begins within this period, at ",
        time(from),
        ": what came before is not known.",
      ),
    );
  }
  return nodes;
}

/** The period in words. */
export function periodWords(period: Period | null): Pieces {
  if (period === null || (period.from === null && period.to === null)) {
    return ["everything read"];
  }
  if (period.from === null) {
    return period.to === null ? ["everything read"] : ["before ", time(period.to)];
  }
  return period.to === null
    ? ["since ", time(period.from)]
    : ["between ", time(period.from), " and ", time(period.to)];
}

/** The subject of a sentence that says what is not in the data: `The log, which reaches to …,`. */
export function logSubject(knowledge: Knowledge): Pieces {
  const { coverage } = knowledge;
  if (coverage.to === null) {
    return ["The log, of which nothing was read,"];
  }
  const whole = coverage.gaps.length === 0 && coverage.quarantined === 0;
  return [
    knowledge.source === "feed" ? "The log, last read at " : "The log, which reaches to ",
    time(knownTo(knowledge)),
    whole ? "," : " and was read with gaps,",
  ];
}
