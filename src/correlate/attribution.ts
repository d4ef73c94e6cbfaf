import type { Instant } from "../domain/instant.ts";
import type { Candidate, Reason, Verdict } from "../domain/opening.ts";
import { containerWord } from "../domain/resource-id.ts";
import type { ResourceId } from "../domain/resource-id.ts";
import type { AttributedSpan } from "./attributed-span.ts";
import { attributeDirect } from "./direct-attribution.ts";
import { looksLikeJit, namesInDescription } from "./jit-rule.ts";
import { matchAll } from "./matching.ts";
import type { Scored } from "./request-evidence.ts";
import { byScore, isTied, reason, scoreSlot } from "./request-evidence.ts";
import type { RequestSlot, SlotIndex } from "./request-slots.ts";
import { writesAfter } from "./request-slots.ts";
import type { Span } from "./rule-history.ts";
import type { RuleWrite } from "./rule-writes.ts";

/** How much better one person's best request must fit than another's to be called likely. */
const CLEARLY_BETTER = 8;

/**
 * Attributes the spans of one container. The provider's rules are matched with requests as a whole:
 * a request's port makes one rule in a container, and a rule has one request.
 *
 * @param spans in any fixed order.
 * @param isDated whether a request dates a rule, although it may have stood before.
 */
export function attributeSpans(
  spans: readonly Span[],
  index: SlotIndex,
  isDated: (span: Span, slot: RequestSlot) => boolean,
): AttributedSpan[] {
  const choices = chooseFits(spans, index);
  const matching = matchSpans(spans, choices, index);
  return spans.map((span, at) => {
    if (kindOf(span) === "direct") {
      return attributeDirect(span);
    }
    const { slots, byCorrelation } = choices[at] ?? NO_CHOICE;
    const isExcluded = (slot: number) =>
      isExact(index.slots[slot]) && matching.possible[at]?.has(slot) !== true;
    const pick = (indices: readonly number[]) => indices.flatMap((slot) => index.slots[slot] ?? []);
    return attributeJit(span, {
      slots: pick(slots.filter((slot) => !isExcluded(slot))),
      excluded: pick(slots.filter(isExcluded)),
      alwaysMatched: matching.alwaysMatched[at] === true,
      byCorrelation,
      isDatedBy: (slot) => isDated(span, slot),
    });
  });
}

interface Choice {
  readonly slots: readonly number[];
  /** Whether a shared correlation ID decided which slots these are. */
  readonly byCorrelation: boolean;
}

const NO_CHOICE: Choice = { slots: [], byCorrelation: false };

/**
 * The slots that each span may have. A shared correlation ID decides alone, unless it ties more rules
 * to a request than the request asked for: then the write served other requests too.
 */
function chooseFits(spans: readonly Span[], index: SlotIndex): Choice[] {
  const first = spans.map((span): Choice => {
    if (kindOf(span) === "direct") {
      return NO_CHOICE;
    }
    const tied = index.tied(span);
    return tied.length > 0
      ? { slots: tied, byCorrelation: true }
      : { slots: index.fitting(span), byCorrelation: false };
  });
  const { alwaysMatched } = matchSpans(spans, first, index);
  return first.map((choice, at) => {
    const span = spans[at];
    return span !== undefined && choice.byCorrelation && alwaysMatched[at] !== true
      ? { slots: index.fitting(span), byCorrelation: false }
      : choice;
  });
}

interface SpanMatching {
  /** Per span: the slots with a known port that some way to match everything gives it. */
  readonly possible: readonly ReadonlySet<number>[];
  /** Per span: whether it has such a slot, and no way to match everything leaves it without a request. */
  readonly alwaysMatched: readonly boolean[];
}

/**
 * Matches spans with the slots whose port is known, as a whole. A span that a request without a known
 * port fits needs no other. A span that need not be a request's at all keeps no slot from the others.
 */
function matchSpans(
  spans: readonly Span[],
  choices: readonly Choice[],
  index: SlotIndex,
): SpanMatching {
  const exact = choices.map(({ slots }) => slots.filter((slot) => isExact(index.slots[slot])));
  const used = [...new Set(exact.flat())].sort((a, b) => a - b);
  const position = new Map(used.map((slot, at) => [slot, at]));
  const match = (isFree: (span: Span, at: number) => boolean) => {
    const fits = spans.map((span, at) => {
      const own = exact[at]?.flatMap((slot) => position.get(slot) ?? []) ?? [];
      return isFree(span, at) ? [...own, used.length + at] : own;
    });
    return matchAll(fits, used.length + spans.length);
  };
  const hasOther = (at: number) => (exact[at]?.length ?? 0) < (choices[at]?.slots.length ?? 0);
  const { canBeUnmatched } = match((_, at) => hasOther(at));
  const { possible } = match(
    (span, at) => hasOther(at) || !isSurelyJit(span) || !isSurelyThere(span),
  );
  return {
    possible: possible.map((slots) => new Set(slots.flatMap((slot) => used[slot] ?? []))),
    alwaysMatched: canBeUnmatched.map((isLoose, at) => !isLoose && (exact[at]?.length ?? 0) > 0),
  };
}

/** Whether the log proves that the provider made the rule in its time. */
function isSurelyJit(span: Span): boolean {
  return !span.maybeBefore && isProviders(span);
}

/** Whether the rule came to be: a write whose outcome is not in the log may have failed. */
function isSurelyThere({ confirmed, seenIn }: Span): boolean {
  return confirmed || seenIn.outcome !== "unseen";
}

function isProviders(span: Span): boolean {
  return span.writes.every(({ proof }) => proof === "provider");
}

/** Whether the log tells which port the slot stands for; only such slots are one-to-one with rules. */
function isExact(slot: RequestSlot | undefined): boolean {
  return slot !== undefined && slot.port !== null;
}

/** A rule is JIT's when the provider wrote it; where the log cannot tell the writer, its looks decide. */
function kindOf(span: Span): "jit" | "direct" {
  const undecided = span.maybeBefore || span.writes.length > 1;
  if (!undecided) {
    if (span.seenIn.proof === "unproven") {
      return looksLikeJit(span.rule) ? "jit" : "direct";
    }
    return span.seenIn.proof === "provider" ? "jit" : "direct";
  }
  if (!looksLikeJit(span.rule)) {
    return "direct";
  }
  return span.maybeBefore || span.writes.some((write) => write.proof !== "other")
    ? "jit"
    : "direct";
}

interface Fits {
  readonly slots: readonly RequestSlot[];
  /** Requests that fit alone but made another rule in every way to match them all. */
  readonly excluded: readonly RequestSlot[];
  readonly alwaysMatched: boolean;
  readonly byCorrelation: boolean;
  /** Whether a request dates the rule, although it may have stood before. */
  readonly isDatedBy: (slot: RequestSlot) => boolean;
}

function attributeJit(span: Span, fits: Fits): AttributedSpan {
  const scored = fits.slots.map((slot) => scoreSlot(slot, span, fits.byCorrelation)).sort(byScore);
  const people = new Map<string, Scored>();
  for (const one of scored) {
    const key = one.slot.request.actor?.key ?? `unknown ${one.slot.request.id}`;
    if (!people.has(key)) {
      people.set(key, one);
    }
  }
  const [best] = people.values();
  const verdict = verdictOf(span, fits, scored, [...people.values()]);
  const named = verdict === "certain" || verdict === "likely" ? (best ?? null) : null;
  const own = named === null ? scored : scored.filter((one) => isSamePerson(one, named));
  const openedBy = openingWrite(span, verdict === "certain");
  return {
    span,
    kind: "jit",
    vm: sharedVm(scored),
    promisedEnd: named === null ? sharedEnd(scored) : latestEnd(own),
    openedBy,
    attribution: {
      verdict,
      actor: named?.slot.request.actor ?? null,
      clientAddress: firstKnown(
        own.map((one) => one.slot.request.clientAddress),
        named,
      ),
      justification: firstKnown(
        own.map((one) => one.slot.request.justification),
        named,
      ),
      candidates: candidatesOf(scored),
      reasons: [
        writerReason(span, openedBy),
        ...verdictReasons({ span, fits, verdict, best, people: people.size, openedBy }),
      ],
    },
  };
}

/** The write that opened the port when no other write could have; a certain request dates it. */
function openingWrite(span: Span, isDated: boolean): RuleWrite | null {
  const isOnly = span.writes.length === 1 && !span.seenIn.isSighting;
  return isOnly && (isDated || !span.maybeBefore) ? span.seenIn : null;
}

function firstKnown(values: readonly (string | null)[], named: Scored | null): string | null {
  return named === null ? null : (values.find((value) => value !== null) ?? null);
}

function isSamePerson(a: Scored, b: Scored): boolean {
  return a === b || a.slot.request.actor?.key === b.slot.request.actor?.key;
}

function verdictOf(
  span: Span,
  fits: Fits,
  scored: readonly Scored[],
  [best, second]: readonly Scored[],
): Verdict {
  if (best === undefined) {
    return "unattributed";
  }
  if (second !== undefined) {
    const clear = best.score - second.score >= CLEARLY_BETTER && fits.alwaysMatched;
    return clear && best.slot.request.actor !== null ? "likely" : "ambiguous";
  }
  if (best.slot.request.actor === null) {
    return "unattributed";
  }
  const [write] = writesAfter(best.slot, span);
  const tied = fits.byCorrelation && write !== undefined && isTied(best.slot, write);
  const vmProven = tied || (best.slot.target !== null && namesInDescription(span.rule).vm !== null);
  const isWritten = isProviders(span) && (tied || !span.maybeBefore || fits.isDatedBy(best.slot));
  return isWritten && isCovered(span, scored) && fits.alwaysMatched && vmProven
    ? "certain"
    : "likely";
}

/**
 * Whether a request that fits stands before every write that may have made the rule. A write that none
 * stands before had a request of which the log does not tell everything: it may have been for this rule.
 */
function isCovered(span: Span, scored: readonly Scored[]): boolean {
  const covered = new Set(scored.flatMap(({ slot }) => writesAfter(slot, span)));
  return span.writes.every((write) => covered.has(write));
}

function candidatesOf(scored: readonly Scored[]): Candidate[] {
  const seen = new Set<string>();
  return scored.flatMap(({ slot: { request }, reasons }) => {
    if (seen.has(request.id)) {
      return [];
    }
    seen.add(request.id);
    return [{ actor: request.actor, requestId: request.id, at: request.at, reasons }];
  });
}

function sharedVm(scored: readonly Scored[]): ResourceId | null {
  const vms = new Map(
    scored.map(({ slot }) => [slot.target?.vm.key ?? "", slot.target?.vm ?? null]),
  );
  const [only] = vms.values();
  return vms.size === 1 ? (only ?? null) : null;
}

function sharedEnd(scored: readonly Scored[]): Instant | null {
  const ends = new Set(scored.map(({ slot }) => slot.port?.promisedEnd ?? null));
  const [only] = ends;
  return ends.size === 1 ? (only ?? null) : null;
}

/** Several requests by one person fit alike: the latest promise, so that nothing is called overdue too soon. */
function latestEnd(own: readonly Scored[]): Instant | null {
  const ends = own.flatMap(({ slot }) => slot.port?.promisedEnd ?? []);
  return ends.length === 0 ? null : Math.max(...ends);
}

function verdictReasons(found: {
  readonly span: Span;
  readonly fits: Fits;
  readonly verdict: Verdict;
  readonly best: Scored | undefined;
  readonly people: number;
  readonly openedBy: RuleWrite | null;
}): Reason[] {
  const { span, fits, verdict, best, people } = found;
  const reasons: Reason[] = [];
  if (span.maybeBefore && found.openedBy === null) {
    reasons.push(
      reason(
        "stood-before",
        "neutral",
        `the log has no earlier state of the ${containerWord(span.container)}, so the rule may have stood before`,
      ),
    );
  }
  if (best === undefined) {
    const text =
      fits.excluded.length > 0
        ? "the only request that fits made another rule"
        : "the log shows no request that fits the rule";
    reasons.push(reason("no-request", "against", text));
  } else if (people > 1) {
    reasons.push(
      verdict === "likely"
        ? reason(
            "fits-better",
            "for",
            "one request fits clearly better than the others, which cannot be excluded",
          )
        : reason("several-fit", "against", `requests by ${people} people fit the rule alike`),
    );
  } else if (best.slot.request.actor === null) {
    reasons.push(
      reason("outcome-unknown", "against", "a request fits, and no row of it names who made it"),
    );
  } else {
    reasons.push(reason("only-match", "for", "no request by anyone else fits the rule"));
  }
  if (best !== undefined && !fits.alwaysMatched && best.slot.port !== null) {
    reasons.push(
      reason(
        "one-to-one",
        "against",
        "more rules than requests fit each other here: one of these rules has a request that the log does not show",
      ),
    );
  }
  const others = fits.excluded.filter(
    (slot) => slot.request.actor?.key !== best?.slot.request.actor?.key,
  );
  for (const name of new Set(
    others.map((slot) => slot.request.actor?.name ?? "an unnamed caller"),
  )) {
    reasons.push(
      reason("one-to-one", "for", `a request by ${name} would fit too, but it made another rule`),
    );
  }
  return reasons.concat(best?.reasons ?? []);
}

function writerReason(span: Span, openedBy: RuleWrite | null): Reason {
  if (openedBy === null && span.seenIn.isSighting) {
    const text = `the ${containerWord(span.container)} itself showed the rule, and the log shows no write that made it; the rule looks like JIT's`;
    return reason("write-unlogged", "neutral", text);
  }
  if (openedBy?.proof === "provider") {
    const text = "the security resource provider wrote the rule, proven by its application ID";
    return reason("writer-is-provider", "for", text);
  }
  return openedBy === null
    ? reason(
        "writer-unproven",
        "neutral",
        "which write made the rule is not in the log; the rule looks like JIT's",
      )
    : reason(
        "writer-unproven",
        "neutral",
        "the write carries no proof of who made it; the rule looks like JIT's",
      );
}
