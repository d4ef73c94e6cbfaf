import { isAnySource } from "../domain/address-prefix.ts";
import { MINUTE, durationText } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { Opening, Verdict } from "../domain/opening.ts";
import type { Actor } from "../domain/principal.ts";
import { containerWord, nameAmong } from "../domain/resource-id.ts";
import { code, inline, person, strong, time } from "../message/build.ts";
import type { Pieces } from "../message/build.ts";
import type { Inline, Span } from "../message/message.ts";
import { knownTo, timeBeside } from "./knowledge.ts";
import type { Knowledge } from "./knowledge.ts";
import { portWords } from "./service-port.ts";
import { sharedVmNames } from "./vm-match.ts";

const MOST_SOURCES = 4;
const MOST_PEOPLE = 5;
/** The provider needs a while to remove a rule; later than this, a port did not close on time. */
const ON_TIME: Duration = 15 * MINUTE;

/** What each verdict means, in words. */
const VERDICT_WORDS: { readonly [verdict in Verdict]: string } = {
  certain: "certain: no other request or writer in the log could have made this rule",
  likely: "likely: no request by anyone else fits, but a proof is missing",
  ambiguous: "ambiguous: several requests fit alike, so the log alone cannot name the person",
  unattributed: "unattributed: the log holds no request that explains this rule",
};

/** The same for a rule that JIT did not write. */
const DIRECT_VERDICT_WORDS: { readonly [verdict in Verdict]: string } = {
  certain: "certain: the log names who wrote this rule",
  likely:
    "likely: the log names one writer, but not whoever made every write that may have been it",
  ambiguous: "ambiguous: the log names several writers, and not whose write made this rule",
  unattributed: "unattributed: the log does not name who wrote this rule",
};

/** The verdict in words, for an opening of this kind. */
export function verdictWords(opening: Opening): string {
  const { verdict, reasons } = opening.attribution;
  if (opening.kind === "direct") {
    return DIRECT_VERDICT_WORDS[verdict];
  }
  if (verdict === "likely" && reasons.some(({ code: why }) => why === "fits-better")) {
    return "likely: this request fits clearly better, but another cannot be excluded";
  }
  return VERDICT_WORDS[verdict];
}

/** Who opened it, in a few words for a table: marked unless certain. */
export function whoWords(opening: Opening): Inline {
  const { verdict, actor, candidates } = opening.attribution;
  switch (verdict) {
    case "certain":
      return inline(actor === null ? "not named" : person(actor));
    case "likely":
      return inline("likely ", actor === null ? "not named" : person(actor));
    case "ambiguous":
      return inline(...either(distinctActors(candidates.map((candidate) => candidate.actor))));
    case "unattributed":
      return inline("unknown");
  }
}

/**
 * The VM in a few words, with its resource group where several VMs bear its name; for an opening of no
 * known VM, the NSG or firewall.
 */
export function whereWords(opening: Opening, { names }: Knowledge): Span {
  const { vm } = opening;
  const name = vm === null ? opening.vmName : nameAmong(vm, sharedVmNames(names));
  return name === null ? code(`${containerWord(opening.nsg)} ${opening.nsg.name}`) : code(name);
}

/** The sources in a few words. */
export function sourcesWords(opening: Opening): string {
  const { sources } = opening.rule;
  if (sources.some(isAnySource)) {
    return "any source";
  }
  if (sources.length === 0) {
    return "sources not in the log";
  }
  const shown = sources.slice(0, MOST_SOURCES).join(", ");
  const more = sources.length - MOST_SOURCES;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** The whole of an opening in one sentence, the person first. */
export function openingSentence(opening: Opening, knowledge: Knowledge): Pieces {
  const where =
    opening.vm === null && opening.vmName === null
      ? [`in ${containerWord(opening.nsg)} `, code(opening.nsg.name)]
      : ["on ", whereWords(opening, knowledge)];
  const what = [strong(portWords(opening.port)), " ", ...where, " to ", sourcesWords(opening)];
  return [
    ...subject(opening, what),
    ...beginning(opening),
    ...until(opening, knowledge),
    "; ",
    ...endWords(opening, knowledge),
    ".",
  ];
}

function subject(opening: Opening, what: Pieces): Pieces {
  const { verdict, actor, candidates } = opening.attribution;
  const without = opening.kind === "direct" ? ", without JIT," : "";
  if (verdict === "ambiguous") {
    const names = either(distinctActors(candidates.map((candidate) => candidate.actor)));
    return ["Either ", ...names, `${without} opened `, ...what];
  }
  if (verdict === "unattributed" || actor === null) {
    return [`Somebody whom the log does not name${without} opened `, ...what];
  }
  const adverb = verdict === "likely" ? " most likely" : "";
  return [person(actor), `${without}${adverb} opened `, ...what];
}

function beginning(opening: Opening): Pieces {
  if (!opening.outcomeSeen) {
    return [" at ", time(opening.openedAt), ", though no row tells whether the write succeeded"];
  }
  return opening.openedAtExact
    ? [" at ", time(opening.openedAt)]
    : [" before ", time(opening.openedAt), ", when the log first shows it"];
}

function until(opening: Opening, knowledge: Knowledge): Pieces {
  return opening.promisedEnd === null
    ? []
    : [", until ", timeBeside(opening.promisedEnd, opening.openedAt, knowledge.zone)];
}

/** How the opening ended, or that it stands, without a full stop. */
function endWords(opening: Opening, knowledge: Knowledge): Pieces {
  const { closedAt, closing, closedBy } = opening;
  if (closedAt === null) {
    return standingWords(opening, knowledge);
  }
  const instant = timeBeside(closedAt, opening.openedAt, knowledge.zone);
  const at: Pieces = [opening.closedAtExact ? "at " : "at the latest at ", instant];
  const by: Pieces = closedBy === null ? [] : [" by ", strong(closedBy)];
  switch (closing) {
    case "expired":
      return closedLate(opening, closedAt, at);
    case "superseded":
      return ["replaced ", ...at, " by a newer request"];
    case "closed-early":
      return ["closed early, ", ...at, ...by];
    case "removed-by-provider":
      return ["closed by JIT ", ...at];
    case "changed":
      return ["changed ", ...at, ...by, ", so that it opens this no longer"];
    case "container-deleted":
      return ["gone ", ...at, " with its NSG or firewall, deleted", ...by];
    case "unlogged":
      return ["gone from the NSG ", ...at, "; who removed it is not in the log yet"];
    case "removed":
      return ["removed ", ...at, ...by];
    case null:
      return ["closed ", ...at, ...by];
  }
}

function closedLate({ promisedEnd }: Opening, closedAt: Instant, at: Pieces): Pieces {
  const late = promisedEnd === null ? 0 : closedAt - promisedEnd;
  return late > ON_TIME
    ? [`closed ${durationText(late)} past its end, `, ...at]
    : ["closed on time, ", ...at];
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

/** Actors, each once. */
function distinctActors(actors: readonly (Actor | null)[]): readonly (Actor | null)[] {
  return [...new Map(actors.map((actor) => [actor?.key ?? "", actor])).values()];
}

function either(actors: readonly (Actor | null)[]): Pieces {
  if (actors.length === 0) {
    return ["one of several people"];
  }
  return actors
    .flatMap((actor, index) => [
      index === 0 ? "" : index === actors.length - 1 ? " or " : ", ",
      actor === null ? "somebody not named" : person(actor),
    ])
    .filter((piece) => piece !== "");
}
