import type { Finding } from "../domain/finding.ts";
import type { Opening } from "../domain/opening.ts";
import { portText } from "../domain/security-rule.ts";
import { portWords } from "../domain/service-port.ts";
import { code, context, fact, facts, inline, notice, strong, table, time } from "./build.ts";
import type { Pieces } from "./build.ts";
import type { Fact, Inline, MessageNode, NoticeNode, Severity } from "./message.ts";
import {
  findingsAsTheyArrive,
  isPastEnd,
  untilWords,
  vmNameOf,
  whoOpenedWords,
} from "./notification-words.ts";
import { sourcesWords, verdictWords, whoWords } from "./opening-words.ts";

const MOST_NAMED = 3;
const MOST_ROWS = 20;
const MOST_NOTICES = 6;
const SEVERITIES: readonly Severity[] = ["critical", "warning", "info"];

/** `alice@contoso.com opened RDP (3389) and SSH (22) on vm-x and vm-y to 203.0.113.7 until 17:07.` */
export function burstSentence(openings: readonly [Opening, ...Opening[]]): Pieces {
  const [first] = openings;
  const people = new Set(openings.map((opening) => JSON.stringify(whoWords(opening))));
  const ports = distinct(openings.map(({ port }) => portWords(port)));
  const places = distinct(openings.map((one) => vmNameOf(one) ?? `NSG ${one.nsg.name}`));
  const sources = distinct(openings.map(sourcesWords));
  const ends = new Set(openings.map(({ promisedEnd }) => promisedEnd));
  const what: Pieces = [
    ...(ports.length > MOST_NAMED
      ? [strong(`${ports.length} ports`)]
      : enumerated(ports.map(strong))),
    " on ",
    ...(places.length > MOST_NAMED ? [`${places.length} VMs`] : enumerated(places.map(code))),
    " to ",
    sources.length > 1 ? `${sources.length} sets of sources` : (sources[0] ?? ""),
  ];
  return [
    ...(people.size > 1 ? ["Several people opened ", ...what] : whoOpenedWords(first, what)),
    ...(ends.size > 1 ? [] : untilWords(first)),
    ".",
  ];
}

/** What there is to know of a burst beside its sentence: how each of it stands, and what is alike. */
export function burstNodes(openings: readonly [Opening, ...Opening[]]): readonly MessageNode[] {
  const shown = openings.slice(0, MOST_ROWS);
  const more = openings.length - shown.length;
  return [
    ...burstNotices(openings),
    table(
      ["VM", "port", "from", "opened", "until", "state", "who", "opening"],
      shown.map((opening) => [
        inline(code(vmNameOf(opening) ?? `NSG ${opening.nsg.name}`)),
        inline(portText(opening.port)),
        inline(sourcesWords(opening)),
        inline(opening.openedAtExact ? null : "before ", time(opening.openedAt)),
        inline(opening.promisedEnd === null ? "not said" : time(opening.promisedEnd)),
        stateCell(opening),
        whoWords(opening),
        inline(code(opening.id)),
      ]),
    ),
    more > 0 ? context(`and ${more} more.`) : null,
    sharedFacts(openings),
  ].filter((node) => node !== null);
}

function stateCell(opening: Opening): Inline {
  if (opening.closedAt !== null) {
    return inline(opening.closedAtExact ? "closed at " : "closed by ", time(opening.closedAt));
  }
  if (!opening.outcomeSeen || opening.mayHaveClosed) {
    return inline("perhaps open");
  }
  return isPastEnd(opening) ? inline(strong("still open")) : inline("open");
}

/** Equal findings of several openings are told once, the gravest first. */
function burstNotices(openings: readonly Opening[]): readonly MessageNode[] {
  const told = new Map<string, { finding: Finding; ids: string[] }>();
  for (const opening of openings) {
    for (const finding of findingsAsTheyArrive(opening)) {
      const key = `${finding.severity} ${finding.text}`;
      const entry = told.get(key) ?? { finding, ids: [] };
      entry.ids.push(opening.id);
      told.set(key, entry);
    }
  }
  const sorted = [...told.values()].toSorted(
    (a, b) => SEVERITIES.indexOf(a.finding.severity) - SEVERITIES.indexOf(b.finding.severity),
  );
  const notices = sorted
    .slice(0, MOST_NOTICES)
    .map(({ finding, ids }) => burstNotice(finding, ids, openings.length));
  const more = sorted.length - notices.length;
  return more > 0 ? [...notices, context(`and ${more} more findings.`)] : notices;
}

function burstNotice(finding: Finding, ids: readonly string[], all: number): NoticeNode {
  if (ids.length === all) {
    return notice(finding.severity, "All of them: ", finding.text);
  }
  const whose =
    ids.length > MOST_NAMED ? [`${ids.length} of them`] : enumerated(ids.map((id) => code(id)));
  return notice(finding.severity, ...whose, ": ", finding.text);
}

/** What is the same for the whole burst. */
function sharedFacts(openings: readonly Opening[]): MessageNode | null {
  const shared = (label: string, value: (opening: Opening) => string | null): Fact | null => {
    const [only, ...others] = new Set(openings.map(value));
    return only === undefined || only === null || others.length > 0 ? null : fact(label, only);
  };
  const entries = [
    shared("asked from", ({ attribution }) => attribution.clientAddress),
    shared("why", ({ attribution }) => attribution.justification),
    shared("verdict", verdictWords),
  ].filter((entry) => entry !== null);
  return entries.length === 0 ? null : facts(...entries);
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

/** `a`, `a and b`, `a, b and c`. */
function enumerated(pieces: Pieces): Pieces {
  return pieces.flatMap((piece, index): Pieces => {
    const before = index === 0 ? null : index === pieces.length - 1 ? " and " : ", ";
    return [before, piece];
  });
}
