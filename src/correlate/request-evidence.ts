import { compareText } from "../domain/compare-text.ts";
import { durationText, MINUTE } from "../domain/instant.ts";
import type { Duration } from "../domain/instant.ts";
import type { Reason } from "../domain/opening.ts";
import { portText } from "../domain/security-rule.ts";
import { namesInDescription } from "./jit-rule.ts";
import type { RequestSlot } from "./request-slots.ts";
import { END_TOLERANCE, writesAfter } from "./request-slots.ts";
import type { Span } from "./rule-history.ts";
import type { RuleWrite } from "./rule-writes.ts";

/** A slot that could have made a rule, with the evidence weighed. */
export interface Scored {
  readonly slot: RequestSlot;
  readonly score: number;
  readonly reasons: readonly Reason[];
}

/** Orders the best fitting first; equal ones by a fixed order. */
export function byScore(a: Scored, b: Scored): number {
  return (
    b.score - a.score ||
    b.slot.request.at - a.slot.request.at ||
    compareText(a.slot.request.id, b.slot.request.id) ||
    compareText(a.slot.target?.vm.key ?? "", b.slot.target?.vm.key ?? "")
  );
}

/** Whether a write bears the correlation ID of the slot's request. */
export function isTied(slot: RequestSlot, write: RuleWrite): boolean {
  return slot.request.correlationIds.includes(write.correlationId);
}

/**
 * Weighs what speaks for and against the slot's request as the maker of the span's rule.
 *
 * @param byCorrelation whether a shared correlation ID is evidence: not when the write made more rules
 *   than the request asked for.
 */
export function scoreSlot(slot: RequestSlot, span: Span, byCorrelation: boolean): Scored {
  const { request, target, port } = slot;
  const reasons: Reason[] = [];
  let score = 0;
  const weigh = (points: number, reason: Reason) => {
    score += points;
    reasons.push(reason);
  };
  const write = writesAfter(slot, span).at(0) ?? null;
  if (byCorrelation && write !== null && isTied(slot, write)) {
    weigh(
      100,
      reason("same-correlation", "for", "the rule's write bears the request's correlation ID"),
    );
  }
  const named = namesInDescription(span.rule);
  if (target !== null && named.vm !== null) {
    weigh(
      5,
      reason(
        "vm-named",
        "for",
        `the rule's description names the VM ${target.vm.name}, which the request asked for`,
      ),
    );
  } else {
    weigh(
      0,
      reason(
        "vm-unproven",
        "neutral",
        target === null ? "the request's rows do not name a VM" : "the rule does not name a VM",
      ),
    );
  }
  if (port === null) {
    weigh(
      0,
      reason(
        "port-unknown",
        "neutral",
        "the request's rows do not carry the ports that it asked for",
      ),
    );
  } else {
    weigh(10, reason("port-equal", "for", `the request asked for port ${portText(port.port)}`));
    if (port.sources.length === 0 || span.rule.sources.length === 0) {
      weigh(0, reason("sources-unknown", "neutral", "the request's rows do not carry its sources"));
    } else {
      weigh(
        10,
        reason(
          "sources-equal",
          "for",
          `the request asked for the source ${port.sources.join(", ")}, as the rule has it`,
        ),
      );
    }
  }
  if (write === null) {
    weigh(
      0,
      reason(
        "stood-before",
        "neutral",
        "the rule stood when the log first shows it, and the request came before",
      ),
    );
  } else {
    const delay = write.at - request.at;
    weigh(delay <= 2 * MINUTE ? 2 : 0, reason("written-after", "for", delayWords(write, delay)));
  }
  if (request.outcome === "unknown") {
    weigh(0, reason("outcome-unknown", "neutral", "no row tells whether the request was granted"));
  }
  weighEnd(slot, span, weigh);
  return { slot, score, reasons };
}

function delayWords(write: RuleWrite, delay: Duration): string {
  if (write.isSighting) {
    return `the NSG itself showed the rule ${durationText(delay)} after the request`;
  }
  return delay < 0
    ? "the rule was written at the time of the request"
    : `the rule was written ${durationText(delay)} after the request`;
}

function weighEnd(
  slot: RequestSlot,
  span: Span,
  weigh: (points: number, reason: Reason) => void,
): void {
  const promised = slot.port?.promisedEnd ?? null;
  const { end } = span;
  const byProvider = end?.how === "gone" && end.writes.every((one) => one.proof === "provider");
  if (promised === null || end === null || !byProvider) {
    return;
  }
  const difference = end.at - promised;
  if (Math.abs(difference) <= END_TOLERANCE) {
    weigh(
      5,
      reason(
        "end-matches",
        "for",
        "the provider removed the rule at the end that the request asked for",
      ),
    );
  } else if (difference > 0) {
    weigh(
      -5,
      reason(
        "end-differs",
        "against",
        `the provider removed the rule ${durationText(difference)} after the end that the request asked for`,
      ),
    );
  }
}

/** One reason; `text` has no times of day, because readers differ in their zones. */
export function reason(code: Reason["code"], weighs: Reason["weighs"], text: string): Reason {
  return { code, weighs, text };
}
