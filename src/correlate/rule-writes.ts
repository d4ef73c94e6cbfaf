import type { ActivityEvent } from "../domain/activity-event.ts";
import { compareText } from "../domain/compare-text.ts";
import type { Instant } from "../domain/instant.ts";
import type { Actor } from "../domain/principal.ts";
import type { ResourceId } from "../domain/resource-id.ts";
import { parentOf } from "../domain/resource-id.ts";
import type { SecurityRule } from "../domain/security-rule.ts";
import { ruleKey } from "../domain/security-rule.ts";
import type { Sighting } from "../domain/sighting.ts";
import type { ActorDirectory, ProviderProof } from "./actors.ts";
import type { Operation, Outcome } from "./operations.ts";

/**
 * One write or delete of an NSG, a firewall or a single rule, put together from its rows; or, without an
 * author, a sighting: the state in which the NSG itself was seen.
 */
export interface RuleWrite {
  /** The first row's time; the time of a sighting. */
  readonly at: Instant;
  /**
   * For a sighting that first shows a rule: since when the rule may have been there unseen. For a write
   * the same as `at`.
   */
  readonly since: Instant;
  readonly isSighting: boolean;
  /** Whether the log has the row of its beginning; otherwise it began some time before `at`. */
  readonly startSeen: boolean;
  readonly outcome: Exclude<Outcome, "failed">;
  /** The NSG, firewall or rule collection group. */
  readonly container: ResourceId;
  readonly effect: WriteEffect;
  readonly actor: Actor | null;
  readonly proof: ProviderProof;
  readonly clientAddress: string | null;
  readonly correlationId: string;
  /** Identities of the rows, sorted. */
  readonly events: readonly string[];
}

/** A write, with the row that tells when it comes among others. */
export interface ToldWrite {
  readonly first: ActivityEvent;
  readonly write: RuleWrite;
}

/** What a write did to the rules of its container, as far as its rows tell. */
export type WriteEffect =
  /** These are all rules now. */
  | { readonly kind: "state"; readonly rules: readonly SecurityRule[] }
  /** These rules are there now; others may be. */
  | { readonly kind: "partial-state"; readonly rules: readonly SecurityRule[] }
  /** Something may have changed; the rows do not say what. */
  | { readonly kind: "unknown"; readonly ruleKey: string | null }
  /** One rule was written, new or not: a row's sub-status does not tell reliably which. */
  | { readonly kind: "put-rule"; readonly rule: SecurityRule }
  | { readonly kind: "delete-rule"; readonly ruleKey: string }
  | { readonly kind: "delete-container" };

/** The write that an operation is; null when it failed, left the rules alone or concerns no rules. */
export function toRuleWrite(operation: Operation, directory: ActorDirectory): RuleWrite | null {
  const { rows, first, outcome } = operation;
  if (outcome === "failed") {
    return null;
  }
  const effect = effectOf(rows);
  const container = isChild(first) ? parentOf(first.resource) : first.resource;
  if (effect === null || container === null) {
    return null;
  }
  const principals = rows.map((row) => row.principal);
  return {
    at: first.at,
    since: first.at,
    isSighting: false,
    startSeen: rows.some((row) => row.status === "started"),
    outcome,
    container,
    effect,
    actor: directory.actorOf(principals),
    proof: directory.proofOf(principals),
    clientAddress: principals.find((one) => one.clientAddress !== null)?.clientAddress ?? null,
    correlationId: first.correlationId,
    events: [...new Set(rows.map((row) => row.id))].sort(compareText),
  };
}

/** The state in which an NSG was seen, as a write that nobody made; null for other sightings. */
export function toSightedState({ id, at, resource, detail }: Sighting): RuleWrite | null {
  const effect = sightedEffect(detail);
  if (effect === null) {
    return null;
  }
  return {
    at,
    since: at,
    isSighting: true,
    // A write that began shortly before may not have been done yet.
    startSeen: false,
    outcome: "succeeded",
    container: resource,
    effect,
    actor: null,
    proof: "unproven",
    clientAddress: null,
    correlationId: "",
    events: [id],
  };
}

function sightedEffect(detail: Sighting["detail"]): WriteEffect | null {
  switch (detail.kind) {
    case "nsg-absent":
      return { kind: "delete-container" };
    case "nsg-rules":
      return detail.ruleSet.completeness === "complete"
        ? { kind: "state", rules: detail.ruleSet.rules }
        : { kind: "partial-state", rules: detail.ruleSet.rules };
    case "policy-requests":
    case "vm-addresses":
      return null;
  }
}

function isChild(event: ActivityEvent): boolean {
  return event.detail.kind === "rule-write" || event.detail.kind === "rule-delete";
}

function effectOf(rows: readonly ActivityEvent[]): WriteEffect | null {
  const details = rows.map((row) => row.detail);
  const [detail] = details;
  switch (detail?.kind) {
    case undefined:
    case "jit-request":
    case "jit-policy-change":
      return null;
    case "nsg-delete":
    case "firewall-delete":
      return { kind: "delete-container" };
    case "rule-delete":
      return { kind: "delete-rule", ruleKey: ruleKey(detail.ruleName) };
    case "rule-write":
      return putEffect(rows, detail.ruleName);
    case "nsg-write":
    case "firewall-write":
      return stateEffect(rows);
  }
}

function putEffect(rows: readonly ActivityEvent[], name: string): WriteEffect {
  let best: { rank: number; rule: SecurityRule } | null = null;
  for (const { detail } of rows) {
    if (detail.kind === "rule-write" && detail.rule !== null) {
      const rank = detail.source === "response" ? 2 : 1;
      if (best === null || rank >= best.rank) {
        best = { rank, rule: detail.rule };
      }
    }
  }
  if (best === null) {
    return { kind: "unknown", ruleKey: ruleKey(name) };
  }
  return { kind: "put-rule", rule: best.rule };
}

/** The whole body says it all, the response's best; else every rule that any body shows is there. */
function stateEffect(rows: readonly ActivityEvent[]): WriteEffect | null {
  const sets = rows
    .flatMap(({ detail }) =>
      detail.kind === "nsg-write" || detail.kind === "firewall-write" ? [detail] : [],
    )
    .sort((a, b) => rank(a.source) - rank(b.source));
  const whole = sets.findLast(({ ruleSet }) => ruleSet.completeness === "complete");
  if (whole !== undefined) {
    return { kind: "state", rules: whole.ruleSet.rules };
  }
  const partial = sets.filter(({ ruleSet }) => ruleSet.completeness === "partial");
  if (partial.length > 0) {
    const rules = new Map(
      partial.flatMap(({ ruleSet }) => ruleSet.rules.map((rule) => [ruleKey(rule.name), rule])),
    );
    return { kind: "partial-state", rules: [...rules.values()] };
  }
  const isUntouched = sets.some(({ ruleSet }) => ruleSet.completeness === "unchanged");
  return isUntouched ? null : { kind: "unknown", ruleKey: null };
}

function rank(source: "request" | "response" | "none"): number {
  return source === "response" ? 1 : 0;
}
