import type { Instant } from "../domain/instant.ts";
import { MINUTE } from "../domain/instant.ts";
import type { ClosingReason } from "../domain/opening.ts";
import { SECURITY_PROVIDER_NAME } from "../domain/principal.ts";
import { portsOverlap } from "../domain/security-rule.ts";
import type { AttributedSpan } from "./attributed-span.ts";
import { namesInDescription } from "./jit-rule.ts";
import { END_TOLERANCE } from "./request-slots.ts";
import type { RuleWrite } from "./rule-writes.ts";

/** A newer rule that appears this close to the old one's removal replaced it. */
const REPLACED_WITHIN = 2 * MINUTE;

/** The end of an opening in the terms that people ask for. */
export interface Closing {
  readonly at: Instant;
  /** null when the log does not name who removed the rule. */
  readonly by: string | null;
  readonly reason: ClosingReason;
  /** Whether no other write can have removed the rule. */
  readonly exact: boolean;
  readonly events: readonly string[];
}

/**
 * How a span ended, and by whom.
 *
 * @param siblings every attributed span of the same container, to see what superseded it.
 */
export function closingOf(
  attributed: AttributedSpan,
  siblings: readonly AttributedSpan[],
): Closing | null {
  const { span, promisedEnd } = attributed;
  const { end } = span;
  if (end === null) {
    return null;
  }
  const write = endingWrite(attributed);
  if (write === null) {
    return null;
  }
  const logged = end.writes.filter(({ isSighting }) => !isSighting);
  const sure = logged.length === 1 || sameWriter(logged);
  const byProvider = write.proof === "provider";
  const shownBy = end.writes.findLast(({ isSighting }) => isSighting) ?? write;
  return {
    at: write.at,
    by: sure ? writerName(write) : null,
    reason: reasonOf(),
    exact: end.writes.length === 1 && !write.isSighting,
    events: shownBy === write ? write.events : [...write.events, ...(shownBy?.events ?? [])],
  };

  function reasonOf(): ClosingReason {
    if (end?.how === "container-deleted" || end?.how === "changed") {
      return end.how;
    }
    if (write?.isSighting === true) {
      return "unlogged";
    }
    if (byProvider && siblings.some((other) => supersedes(other, attributed, write?.at ?? 0))) {
      return "superseded";
    }
    const closedAt = write?.at ?? 0;
    if (promisedEnd === null) {
      return byProvider ? "removed-by-provider" : "removed";
    }
    if (byProvider) {
      return closedAt < promisedEnd - END_TOLERANCE ? "closed-early" : "expired";
    }
    return closedAt < promisedEnd - MINUTE ? "closed-early" : "removed";
  }
}

/** Of several writes that may have removed the rule: the provider's at the promised end, else the last. */
function endingWrite({ span, promisedEnd }: AttributedSpan): RuleWrite | null {
  const writes = span.end?.writes ?? [];
  const atEnd = writes.find(
    (write) =>
      write.proof === "provider" &&
      promisedEnd !== null &&
      Math.abs(write.at - promisedEnd) <= END_TOLERANCE,
  );
  return atEnd ?? writes.findLast(({ isSighting }) => !isSighting) ?? writes.at(-1) ?? null;
}

function sameWriter(writes: readonly RuleWrite[]): boolean {
  return new Set(writes.map(writerName)).size === 1;
}

function writerName(write: RuleWrite): string | null {
  return write.proof === "provider" ? SECURITY_PROVIDER_NAME : (write.actor?.name ?? null);
}

function supersedes(newer: AttributedSpan, older: AttributedSpan, closedAt: Instant): boolean {
  if (newer === older || newer.kind !== "jit" || newer.span.ruleKey === older.span.ruleKey) {
    return false;
  }
  const [newName, oldName] = [newer, older].map(
    (one) => namesInDescription(one.span.rule).vm?.toLowerCase() ?? null,
  );
  const began = newer.openedBy?.at ?? newer.span.seenIn.at;
  return (
    newName === oldName &&
    portsOverlap(newer.span.port, older.span.port) &&
    Math.abs(began - closedAt) <= REPLACED_WITHIN &&
    newer.span.seenIn !== older.span.seenIn
  );
}
