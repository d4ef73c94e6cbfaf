import type { Opening } from "../domain/opening.ts";
import type { Period, Question, VmFilter } from "../domain/question.ts";
import type { Instant } from "../domain/instant.ts";
import type { AccessRequest, RequestTarget } from "../domain/access-request.ts";
import type { ResourceId } from "../domain/resource-id.ts";
import type { Trail } from "../domain/trail.ts";
import type { TrailNames } from "../ports.ts";
import { matchQuestion } from "./opening-match.ts";
import { parseQuestion } from "./parse-question.ts";
import { ANY_VM } from "./question-context.ts";
import type { QuestionContext } from "./question-context.ts";
import type { QuestionProblem } from "./question-problem.ts";
import { belongsTo, filterText, matchVms } from "./vm-match.ts";

/** What a timeline is to show. */
export interface TimelineSubject {
  readonly vm: VmFilter;
  /** Lower-cased; null for all Azure subscriptions. */
  readonly subscriptionId: string | null;
  readonly period: Period | null;
}

/** Words understood, or the reason why not. */
export type ParsedSubject =
  | { readonly ok: true; readonly subject: TimelineSubject }
  | { readonly ok: false; readonly problem: QuestionProblem };

/** The chosen part of a trail, or why there is none. */
export type SubjectMatch =
  | { readonly kind: "found"; readonly trail: Trail; readonly title: string }
  | { readonly kind: "none"; readonly wanted: string; readonly nearest: readonly string[] };

const EVERYTHING: Question = { kind: "history", vm: ANY_VM, period: null };
const OPENING_WORDS = /^\s*(?:the\s+)?(?:timeline\b\s*)?(?:(?:of|for)\s+)?/iu;
const SUBSCRIPTION =
  /^(?:(?:azure\s+)?subscription\s+|\/subscriptions\/)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?=\s|$)/iu;

/**
 * Understands whose timeline is asked for: `vm-x`, `timeline of vm-* since friday`, `subscription <ID>
 * yesterday`, `last week`; nothing at all means everything. Never throws, whatever the text.
 */
export function parseTimelineSubject(text: string, context: QuestionContext): ParsedSubject {
  const words = text.replace(OPENING_WORDS, "").trim();
  const subscription = SUBSCRIPTION.exec(words);
  const subscriptionId = subscription?.[1]?.toLowerCase() ?? null;
  const rest = words.slice(subscription?.[0].length ?? 0).trim();
  if (rest === "") {
    return { ok: true, subject: { vm: ANY_VM, subscriptionId, period: null } };
  }
  // A time alone, or a VM that is known, is read as a follow-up would be; all else begins with a VM.
  const followUp = parseQuestion(`history ${rest}`, { ...context, previous: EVERYTHING });
  const parsed =
    followUp.ok || subscriptionId !== null
      ? followUp
      : parseQuestion(`history of ${rest}`, context);
  if (!parsed.ok) {
    return parsed;
  }
  const { question } = parsed;
  const vm = "vm" in question ? question.vm : ANY_VM;
  const period = "period" in question ? question.period : null;
  return { ok: true, subject: { vm, subscriptionId, period } };
}

/** The part of the trail that a timeline shows; its period is left to the picture. */
export function chooseTimeline(
  { vm, subscriptionId }: TimelineSubject,
  trail: Trail,
  names: TrailNames,
  knownTo: Instant,
): SubjectMatch {
  const match = matchVms(vm, names);
  if (match.kind === "none") {
    return match;
  }
  const vms =
    match.kind === "any"
      ? null
      : match.kind === "found"
        ? match.vms
        : match.ids.map((id) => ({ name: id.name, id }));
  const history = { kind: "history", vm, period: null } as const;
  const { openings, guarding } = matchQuestion(history, trail, vms, knownTo);
  const ofTarget = (target: RequestTarget): boolean =>
    (vms === null || belongsTo(vms, target.vm, target.vm.name)) && isIn(target.vm, subscriptionId);
  return {
    kind: "found",
    title: titleOf(vm, subscriptionId),
    trail: {
      openings: [...openings, ...guarding]
        .filter((opening) => isIn(opening.nsg, subscriptionId))
        .toSorted(byBeginning),
      requests: trail.requests.flatMap((request) => {
        const targets = request.targets.filter(ofTarget);
        const isKept =
          targets.length > 0 || (vms === null && isUntargeted(request, subscriptionId));
        return isKept ? [{ ...request, targets }] : [];
      }),
      guards: trail.guards,
    },
  };
}

/** A request that names no VM belongs to the Azure subscription of its policy. */
function isUntargeted({ targets, policy }: AccessRequest, subscriptionId: string | null): boolean {
  return targets.length === 0 && isIn(policy, subscriptionId);
}

function isIn(id: ResourceId | null, subscriptionId: string | null): boolean {
  return subscriptionId === null || id?.subscriptionId === subscriptionId;
}

function byBeginning(a: Opening, b: Opening): number {
  return a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1);
}

function titleOf(vm: VmFilter, subscriptionId: string | null): string {
  const where = subscriptionId === null ? "" : ` in subscription ${subscriptionId}`;
  switch (vm.kind) {
    case "any":
      return `Openings${where === "" ? " of all VMs" : where}`;
    case "resource":
      return `Openings of ${vm.id.name} (${vm.id.resourceGroup})`;
    case "name":
    case "wildcard":
      return `Openings of ${filterText(vm)}${where}`;
  }
}
