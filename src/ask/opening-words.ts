import type { Opening } from "../domain/opening.ts";
import { containerWord, nameAmong } from "../domain/resource-id.ts";
import { portWords } from "../domain/service-port.ts";
import { code, strong, time } from "../message/build.ts";
import type { Pieces } from "../message/build.ts";
import type { Inline, Span } from "../message/message.ts";
import { closedWords, openedWords, sourcesWords, whoWords } from "../message/opening-words.ts";
import { knownTo, timeBeside } from "./knowledge.ts";
import type { Knowledge } from "./knowledge.ts";
import { sharedVmNames } from "./vm-match.ts";

const MOST_PEOPLE = 5;

/**
 * The VM in a few words, with its resource group where several VMs bear its name; for an opening of no
 * known VM, the NSG or firewall.
 */
export function whereWords(opening: Opening, { names }: Knowledge): Span {
  const { vm } = opening;
  const name = vm === null ? opening.vmName : nameAmong(vm, sharedVmNames(names));
  return name === null ? code(`${containerWord(opening.nsg)} ${opening.nsg.name}`) : code(name);
}

/** The whole of an opening in one sentence, the person first. */
export function openingSentence(opening: Opening, knowledge: Knowledge): Pieces {
  const where =
    opening.vm === null && opening.vmName === null
      ? [`in ${containerWord(opening.nsg)} `, code(opening.nsg.name)]
      : ["on ", whereWords(opening, knowledge)];
  const what = [strong(portWords(opening.port)), " ", ...where, " to ", sourcesWords(opening)];
  return [
    ...openedWords(opening, what),
    ...beginning(opening),
    ...until(opening, knowledge),
    "; ",
    ...endWords(opening, knowledge),
    ".",
  ];
}

function beginning(opening: Opening): Pieces {
  if (!opening.outcomeSeen) {
    return [" at ", time(opening.openedAt), ", though no row tells whether the write succeeded"];
  }
  if (opening.openedAtExact) {
    return [" at ", time(opening.openedAt)];
  }
  return opening.notBefore === null
    ? [" before ", time(opening.openedAt), ", when the log first shows it"]
    : [" between ", time(opening.notBefore), " and ", time(opening.openedAt)];
}

function until(opening: Opening, knowledge: Knowledge): Pieces {
  return opening.promisedEnd === null
    ? []
    : [", until ", timeBeside(opening.promisedEnd, opening.openedAt, knowledge.zone)];
}

/** How the opening ended, or that it stands, without a full stop. */
function endWords(opening: Opening, knowledge: Knowledge): Pieces {
  const { closedAt } = opening;
  return closedAt === null
    ? standingWords(opening, knowledge)
    : closedWords(opening, timeBeside(closedAt, opening.openedAt, knowledge.zone));
}

function standingWords(opening: Opening, knowledge: Knowledge): Pieces {
  const end = time(knownTo(knowledge));
  const asOf: Pieces =
    knowledge.source === "feed"
      ? [", by the log as read at ", end]
      : [" when the log ends, at ", end];
  if (!opening.outcomeSeen) {
    return ["perhaps open", ...asOf];
  }
  if (opening.mayHaveClosed) {
    return ["perhaps open", ...asOf, ": a later write may have removed it"];
  }
  if (opening.promisedEnd !== null && opening.promisedEnd < knownTo(knowledge)) {
    return ["still open past its end", ...asOf];
  }
  const passed = opening.promisedEnd !== null && opening.promisedEnd <= knowledge.now;
  return [
    "still open",
    ...asOf,
    passed ? "; its end has passed since, and whether it closed is not in the log yet" : null,
  ];
}

/** `alice@contoso.com (3), bob@contoso.com (1)`: who stands behind the openings, most first. */
export function peopleCounts(openings: readonly Opening[]): Pieces {
  const counts = new Map<string, { readonly who: Inline; count: number }>();
  for (const opening of openings) {
    const who = whoWords(opening);
    const key = JSON.stringify(who);
    const entry = counts.get(key) ?? { who, count: 0 };
    entry.count += 1;
    counts.set(key, entry);
  }
  const sorted = [...counts.values()].toSorted((a, b) => b.count - a.count);
  const shown = sorted.slice(0, MOST_PEOPLE);
  const more = sorted.length - shown.length;
  return [
    ...shown.flatMap(({ who, count }, index) => [index === 0 ? null : ", ", ...who, ` (${count})`]),
    more > 0 ? ` and ${more} more` : null,
  ];
}
