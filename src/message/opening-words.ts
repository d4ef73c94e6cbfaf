import { shownName } from "../domain/mixed-script.ts";
import { isAnySource } from "../domain/address-prefix.ts";
import { MINUTE, durationText } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { Opening, Verdict } from "../domain/opening.ts";
import type { Actor } from "../domain/principal.ts";
import { inline, person, strong } from "./build.ts";
import type { Pieces } from "./build.ts";
import type { Inline, Span } from "./message.ts";

const MOST_SOURCES = 4;
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

/** Said wherever an opening has ended: a closed rule proves no empty machine. */
export const SESSIONS_NOTE =
  "Closing a rule does not cut standing sessions: whoever connected before may still be on.";

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

/** `alice@contoso.com opened …`: the subject of a sentence about an opening, with its verb. */
export function openedWords(opening: Opening, what: Pieces): Pieces {
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

/**
 * How an opening that is closed ended, without a full stop: `closed on time, at 17:07`.
 *
 * @param instant `closedAt`, as it is to be shown.
 */
export function closedWords(opening: Opening, instant: Span): Pieces {
  const { closing, closedBy } = opening;
  const at: Pieces = [opening.closedAtExact ? "at " : "at the latest at ", instant];
  const by: Pieces = closedBy === null ? [] : [" by ", strong(shownName(closedBy))];
  switch (closing) {
    case "expired":
      return closedLate(opening, opening.closedAt, at);
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

function closedLate({ promisedEnd }: Opening, closedAt: Instant | null, at: Pieces): Pieces {
  const late = promisedEnd === null || closedAt === null ? 0 : closedAt - promisedEnd;
  return late > ON_TIME
    ? [`closed ${durationText(late)} past its end, `, ...at]
    : ["closed on time, ", ...at];
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
