import { isoUtc } from "./instant.ts";
import type { Opening, Verdict } from "./opening.ts";
import { portText } from "./security-rule.ts";
import type { Instant } from "./instant.ts";

/**
 * One opening as `doorbell trail --json` prints it: a promise to other programs. The keys stand in this
 * order; times are ISO 8601 in UTC.
 */
export interface TrailRow {
  readonly id: string;
  readonly kind: "jit" | "direct";
  /** Resource ID as received. */
  readonly vm: string | null;
  readonly vmName: string | null;
  /** `3389`, `5985-5986` or `*`. */
  readonly port: string;
  readonly protocol: string;
  readonly sources: readonly string[];
  /** Resource ID as received. */
  readonly nsg: string;
  readonly rule: string;
  readonly openedAt: string;
  readonly openedAtExact: boolean;
  readonly promisedEnd: string | null;
  readonly closedAt: string | null;
  readonly closedBy: string | null;
  readonly verdict: Verdict;
  readonly actor: string | null;
  /** Entra object ID. */
  readonly actorId: string | null;
  readonly clientAddress: string | null;
  readonly justification: string | null;
  readonly candidates: readonly TrailRowCandidate[];
  /** The text of each reason. */
  readonly reasons: readonly string[];
  /** The code of each finding. */
  readonly findings: readonly string[];
  /** Identities of the events behind the opening. */
  readonly events: readonly string[];
}

/** One request or writer that could stand behind an opening. */
export interface TrailRowCandidate {
  readonly actor: string | null;
  readonly requestId: string | null;
  /** The text of each reason. */
  readonly reasons: readonly string[];
}

/** The opening in the form of `trail --json`. */
export function trailRow(opening: Opening): TrailRow {
  const { attribution, rule } = opening;
  return {
    id: opening.id,
    kind: opening.kind,
    vm: opening.vm?.text ?? null,
    vmName: opening.vmName,
    port: portText(opening.port),
    protocol: rule.protocol,
    sources: rule.sources,
    nsg: opening.nsg.text,
    rule: rule.name,
    openedAt: isoUtc(opening.openedAt),
    openedAtExact: opening.openedAtExact,
    promisedEnd: isoOrNull(opening.promisedEnd),
    closedAt: isoOrNull(opening.closedAt),
    closedBy: opening.closedBy,
    verdict: attribution.verdict,
    actor: attribution.actor?.name ?? null,
    actorId: attribution.actor?.objectId ?? null,
    clientAddress: attribution.clientAddress,
    justification: attribution.justification,
    candidates: attribution.candidates.map((candidate) => ({
      actor: candidate.actor?.name ?? null,
      requestId: candidate.requestId,
      reasons: candidate.reasons.map((reason) => reason.text),
    })),
    reasons: attribution.reasons.map((reason) => reason.text),
    findings: opening.findings.map((finding) => finding.code),
    events: opening.events,
  };
}

function isoOrNull(instant: Instant | null): string | null {
  return instant === null ? null : isoUtc(instant);
}
