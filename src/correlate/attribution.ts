import type { Instant } from "../domain/instant.ts";
import type { Candidate, Reason, Verdict } from "../domain/opening.ts";
import type { ResourceId } from "../domain/resource-id.ts";
import type { AttributedSpan } from "./attributed-span.ts";
import { attributeDirect } from "./direct-attribution.ts";
import { looksLikeJit, namesInDescription } from "./jit-rule.ts";
import { matchAll } from "./matching.ts";
import type { Scored } from "./request-evidence.ts";
import { byScore, isTied, reason, scoreSlot } from "./request-evidence.ts";
import type { RequestSlot, SlotIndex } from "./request-slots.ts";
import { writeAfter } from "./request-slots.ts";
import type { Span } from "./rule-history.ts";
import type { RuleWrite } from "./rule-writes.ts";

/** How much better one person's best request must fit than another's to be called likely. */
const CLEARLY_BETTER = 8;

/**
 * Attributes the spans of one container. The provider's rules are matched with requests as a whole:
 * a request's port makes one rule in a container, and a rule has one request.
 *
 * @param spans in any fixed order.
 */
export function attributeSpans(spans: readonly Span[], index: SlotIndex): AttributedSpan[] {
  const fits = spans.map((span) => (kindOf(span) === "jit" ? index.fitting(span) : []));
  const exact = fits.map((slots) => slots.filter((slot) => isExact(index.slots[slot])));
  const used = [...new Set(exact.flat())].sort((a, b) => a - b);
  const position = new Map(used.map((slot, at) => [slot, at]));
  const matching = matchAll(
    exact.map((slots) => slots.flatMap((slot) => position.get(slot) ?? [])),
    used.length,
  );
  return spans.map((span, at) => {
    if (kindOf(span) === "direct") {
      return attributeDirect(span);
    }
    const possible = new Set(matching.possible[at]?.map((slot) => used[slot]));
    const all = (fits[at] ?? []).flatMap((slot) => {
      const found = index.slots[slot];
      return found === undefined
        ? []
        : [{ slot: found, excluded: isExact(found) && !possible.has(slot) }];
    });
    return attributeJit(span, {
      slots: all.filter((one) => !one.excluded).map((one) => one.slot),
      excluded: all.filter((one) => one.excluded).map((one) => one.slot),
      alwaysMatched: possible.size > 0 && matching.canBeUnmatched[at] !== true,
    });
  });
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

/** Whether the log proves that the provider wrote the span's rule. */
export function isProviderProven(span: Span): boolean {
  return !span.maybeBefore && span.writes.every((write) => write.proof === "provider");
}

interface Fits {
  readonly slots: readonly RequestSlot[];
  /** Requests that fit alone but made another rule in every way to match them all. */
  readonly excluded: readonly RequestSlot[];
  readonly alwaysMatched: boolean;
}

function attributeJit(span: Span, fits: Fits): AttributedSpan {
  const scored = fits.slots.map((slot) => scoreSlot(slot, span)).sort(byScore);
  const people = new Map<string, Scored>();
  for (const one of scored) {
    const key = one.slot.request.actor?.key ?? `unknown ${one.slot.request.id}`;
    if (!people.has(key)) {
      people.set(key, one);
    }
  }
  const [best, second] = [...people.values()];
  const verdict = verdictOf(span, fits, best, second);
  const named = verdict === "certain" || verdict === "likely" ? (best ?? null) : null;
  const own = named === null ? scored : scored.filter((one) => isSamePerson(one, named));
  const write = named === null ? null : writeAfter(named.slot, span);
  const dated = verdict === "certain" || (verdict === "likely" && fits.alwaysMatched);
  return {
    span,
    kind: "jit",
    vm: sharedVm(scored),
    promisedEnd: named === null ? sharedEnd(scored) : latestEnd(own),
    openedBy: openingWrite(span) ?? (dated ? write : null),
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
      reasons: verdictReasons(span, fits, verdict, best, people.size),
    },
  };
}

/** The write that opened the port when nothing but one write could have. */
function openingWrite(span: Span): RuleWrite | null {
  return !span.maybeBefore && span.writes.length === 1 ? span.seenIn : null;
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
  best: Scored | undefined,
  second: Scored | undefined,
): Verdict {
  if (best === undefined) {
    return "unattributed";
  }
  if (second !== undefined) {
    const clear = best.score - second.score >= CLEARLY_BETTER && best.slot.request.actor !== null;
    return clear ? "likely" : "ambiguous";
  }
  if (best.slot.request.actor === null) {
    return "unattributed";
  }
  const write = writeAfter(best.slot, span);
  const tied = write !== null && isTied(best.slot, write);
  const vmProven = tied || (best.slot.target !== null && namesInDescription(span.rule).vm !== null);
  const proven = write?.proof === "provider" && fits.alwaysMatched && vmProven;
  const rivals = span.writes.some((one) => one.proof !== "provider");
  return proven && !rivals ? "certain" : "likely";
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

function verdictReasons(
  span: Span,
  fits: Fits,
  verdict: Verdict,
  best: Scored | undefined,
  people: number,
): Reason[] {
  const reasons: Reason[] = [writerReason(span)];
  if (span.maybeBefore) {
    reasons.push(
      reason(
        "stood-before",
        "neutral",
        "the log has no earlier state of the NSG, so the rule may have stood before",
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

function writerReason(span: Span): Reason {
  const proofs = new Set(span.writes.map((write) => write.proof));
  if (!span.maybeBefore && proofs.size === 1 && proofs.has("provider")) {
    return reason(
      "writer-is-provider",
      "for",
      "the security resource provider wrote the rule, proven by its application ID",
    );
  }
  if (span.maybeBefore || proofs.size > 1) {
    return reason(
      "writer-unproven",
      "neutral",
      "which write made the rule is not in the log; the rule looks like JIT's",
    );
  }
  return reason(
    "writer-unproven",
    "neutral",
    "the write carries no proof of who made it; the rule looks like JIT's",
  );
}
