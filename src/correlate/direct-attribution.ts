import type { Candidate, Reason, Verdict } from "../domain/opening.ts";
import { containerWord } from "../domain/resource-id.ts";
import type { AttributedSpan } from "./attributed-span.ts";
import { looksLikeJit } from "./jit-rule.ts";
import { reason } from "./request-evidence.ts";
import type { Span } from "./rule-history.ts";
import type { RuleWrite } from "./rule-writes.ts";

/** Attributes a rule that the provider did not write: whoever wrote it stands behind it. */
export function attributeDirect(span: Span): AttributedSpan {
  const container = containerWord(span.container);
  const undecided = span.maybeBefore || span.writes.length > 1;
  const writers = span.writes.filter((write) => write.actor !== null);
  const people = new Map(writers.map((write) => [write.actor?.key ?? "", write]));
  const [only] = people.values();
  const reasons: Reason[] = [];
  let verdict: Verdict;
  if (span.maybeBefore) {
    verdict = "unattributed";
    reasons.push(
      reason(
        "stood-before",
        "against",
        `the rule stood when the log first shows the ${container}: who wrote it, and when, is not in the log`,
      ),
    );
  } else if (people.size === 0) {
    verdict = "unattributed";
    reasons.push(
      span.seenIn.isSighting
        ? reason(
            "write-unlogged",
            "against",
            `the ${container} itself showed the rule, and the log shows no write that made it`,
          )
        : reason("writer-unproven", "against", "the write's rows name nobody"),
    );
  } else if (people.size > 1) {
    verdict = "ambiguous";
    reasons.push(
      reason(
        "several-fit",
        "against",
        `${people.size} principals wrote the ${container}, and the log does not tell whose write made the rule`,
      ),
    );
  } else {
    verdict = writers.length === span.writes.length ? "certain" : "likely";
    reasons.push(reason("wrote-rule", "for", "the write that made the rule bears this caller"));
  }
  if (looksLikeJit(span.rule)) {
    reasons.push(
      reason(
        "writer-not-provider",
        "against",
        "the rule bears a JIT name, and the security resource provider did not write it",
      ),
    );
  }
  const named = verdict === "certain" || verdict === "likely" ? (only ?? null) : null;
  return {
    span,
    kind: "direct",
    vm: null,
    promisedEnd: null,
    openedBy: undecided || span.seenIn.isSighting ? null : span.seenIn,
    attribution: {
      verdict,
      actor: named?.actor ?? null,
      clientAddress: named?.clientAddress ?? null,
      justification: null,
      candidates: span.maybeBefore
        ? []
        : [...people.values()].map((write) => writerCandidate(write, container)),
      reasons,
    },
  };
}

function writerCandidate(write: RuleWrite, container: string): Candidate {
  return {
    actor: write.actor,
    requestId: null,
    at: write.at,
    reasons: [reason("wrote-rule", "for", `wrote the ${container} or the rule`)],
  };
}
