import type { AccessRequest } from "../domain/access-request.ts";
import { isoUtc } from "../domain/instant.ts";
import type { Verdict } from "../domain/opening.ts";
import type { Question } from "../domain/question.ts";
import { portText } from "../domain/security-rule.ts";
import { trailRow } from "../domain/trail-row.ts";
import type { TrailRow } from "../domain/trail-row.ts";
import { knownTo } from "./knowledge.ts";
import type { Knowledge } from "./knowledge.ts";
import { matchQuestion, NOTHING, openingsOfRule } from "./opening-match.ts";
import { questionText } from "./question-text.ts";
import { periodOf } from "./question-words.ts";
import { matchVms, vmFilterOf } from "./vm-match.ts";

/** The answer as `ask --json` prints it; times are ISO 8601 in UTC. */
export interface JsonAnswer {
  readonly question: {
    readonly kind: Question["kind"];
    /** The question in canonical form. */
    readonly text: string;
    readonly from: string | null;
    readonly to: string | null;
  };
  /** The instant up to which the state is known. */
  readonly asOf: string;
  /** `several`: one name, several VMs, listed in `vms`; `none`: no VM fits, the nearest in `nearest`. */
  readonly match: "openings" | "several" | "none";
  readonly vms: readonly string[];
  readonly nearest: readonly string[];
  /** Newest first, in the form of `trail --json`. */
  readonly openings: readonly TrailRow[];
  /** Identities of those openings that belong to an NSG guarding the VM, not to a known VM. */
  readonly guarding: readonly string[];
  /** Identities of openings that are not in `openings`: first seen after the period, begun at an unknown time. */
  readonly undated: readonly string[];
  readonly requests: readonly JsonRequest[];
  /** How many of the openings have each verdict. */
  readonly verdicts: { readonly [verdict in Verdict]: number };
  readonly coverage: {
    readonly from: string | null;
    readonly to: string | null;
    readonly events: number;
    readonly quarantined: number;
    readonly gaps: readonly string[];
  };
}

/** One access request, for the questions about requests. */
interface JsonRequest {
  readonly id: string;
  readonly actor: string | null;
  readonly actorId: string | null;
  readonly clientAddress: string | null;
  readonly at: string;
  readonly outcome: AccessRequest["outcome"];
  readonly denialReason: string | null;
  readonly justification: string | null;
  readonly targets: readonly {
    readonly vm: string;
    readonly ports: readonly string[];
    readonly denied: boolean;
  }[];
  readonly events: readonly string[];
}

/** Answers a question as data for programs. */
export function answerJson(question: Question, knowledge: Knowledge): JsonAnswer {
  const { coverage, trail } = knowledge;
  const vms = matchVms(vmFilterOf(question), knowledge.names);
  const matches =
    question.kind === "explain-rule"
      ? { ...NOTHING, openings: openingsOfRule(trail, question.rule) }
      : vms.kind === "none" || vms.kind === "several"
        ? NOTHING
        : matchQuestion(question, trail, vms.kind === "any" ? null : vms.vms, knownTo(knowledge));
  const openings = [...matches.openings, ...matches.guarding];
  const period = periodOf(question);
  const count = (verdict: Verdict): number =>
    openings.filter((opening) => opening.attribution.verdict === verdict).length;
  return {
    question: {
      kind: question.kind,
      text: questionText(question, knowledge.zone),
      from: isoOrNull(period?.from ?? null),
      to: isoOrNull(period?.to ?? null),
    },
    asOf: isoUtc(knownTo(knowledge)),
    match: vms.kind === "none" || vms.kind === "several" ? vms.kind : "openings",
    vms: vms.kind === "several" ? vms.ids.map(({ text }) => text) : [],
    nearest: vms.kind === "none" ? vms.nearest : [],
    openings: openings.map(trailRow),
    guarding: matches.guarding.map(({ id }) => id),
    undated: matches.undated.map(({ id }) => id),
    requests: matches.requests.map(jsonRequest),
    verdicts: {
      certain: count("certain"),
      likely: count("likely"),
      ambiguous: count("ambiguous"),
      unattributed: count("unattributed"),
    },
    coverage: {
      from: isoOrNull(coverage.from),
      to: isoOrNull(coverage.to),
      events: coverage.events,
      quarantined: coverage.quarantined,
      gaps: coverage.gaps,
    },
  };
}

function jsonRequest(request: AccessRequest): JsonRequest {
  return {
    id: request.id,
    actor: request.actor?.name ?? null,
    actorId: request.actor?.objectId ?? null,
    clientAddress: request.clientAddress,
    at: isoUtc(request.at),
    outcome: request.outcome,
    denialReason: request.denialReason,
    justification: request.justification,
    targets: request.targets.map(({ vm, ports, denied }) => ({
      vm: vm.text,
      denied,
      ports: ports.map(({ port }) => portText(port)),
    })),
    events: request.events,
  };
}

function isoOrNull(instant: number | null): string | null {
  return instant === null ? null : isoUtc(instant);
}
