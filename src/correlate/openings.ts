import type { AccessRequest } from "../domain/access-request.ts";
import type { ActivityEvent } from "../domain/activity-event.ts";
import type { Instant } from "../domain/instant.ts";
import type { Opening } from "../domain/opening.ts";
import type { ResourceId } from "../domain/resource-id.ts";
import { portText } from "../domain/security-rule.ts";
import type { Sighting } from "../domain/sighting.ts";
import type { Guard, Trail } from "../domain/trail.ts";
import { buildActorDirectory } from "./actors.ts";
import type { AttributedSpan } from "./attributed-span.ts";
import { attributeSpans } from "./attribution.ts";
import { closingOf } from "./closings.ts";
import { Dating } from "./dating.ts";
import { compareText } from "./fact-set.ts";
import { shortId } from "../domain/short-id.ts";
import { namesInDescription } from "./jit-rule.ts";
import { groupOperations } from "./operations.ts";
import { SlotIndex } from "./request-slots.ts";
import { assembleRequests } from "./requests.ts";
import type { Span } from "./rule-history.ts";
import { spansOf } from "./rule-history.ts";
import type { RuleWrite } from "./rule-writes.ts";
import type { Steps } from "./steps.ts";
import { toRuleWrite, toSightedState } from "./rule-writes.ts";
import { addPolicyRequests } from "./policy-requests.ts";
import { vmsByAddress } from "./vm-addresses.ts";

/**
 * Everything that the events and sightings of one Azure subscription say, findings left out. A function
 * of the two sets: their order and repetition do not matter.
 *
 * @param events each once, by time and then identity.
 * @param sightings each once, by time and then identity.
 */
export function* correlateSubscription(
  events: readonly ActivityEvent[],
  sightings: readonly Sighting[],
): Steps<Trail> {
  const directory = buildActorDirectory(events);
  yield;
  const requests = addPolicyRequests(assembleRequests(events, directory), sightings, directory);
  yield;
  const index = new SlotIndex(requests);
  const byContainer = new Map<string, RuleWrite[]>();
  const failures = new Map<string, Instant[]>();
  const ruleEvents = events.filter(({ detail }) => detail.kind !== "jit-request");
  const operations = groupOperations(ruleEvents);
  yield;
  for (const { outcome, first } of operations) {
    if (outcome === "failed") {
      failures.set(first.resource.key, [...(failures.get(first.resource.key) ?? []), first.at]);
    }
  }
  const states = [
    ...operations.map((operation) => toRuleWrite(operation, directory)),
    ...sightings.map(toSightedState),
  ];
  for (const write of states.filter((one) => one !== null)) {
    const writes = byContainer.get(write.container.key) ?? [];
    writes.push(write);
    byContainer.set(write.container.key, writes);
  }
  for (const writes of byContainer.values()) {
    // The sort is stable: at one time a sighting comes behind the writes.
    writes.sort((a, b) => a.at - b.at);
  }
  const spans: Span[][] = [];
  for (const writes of byContainer.values()) {
    yield;
    spans.push(spansOf(writes).sort(bySighting));
  }
  const dating = new Dating(spans.flat(), index, failures);
  const attributed: AttributedSpan[][] = [];
  for (const siblings of spans) {
    yield;
    attributed.push(attributeSpans(siblings, index, dating));
  }
  const addresses = learnAddresses(attributed.flat());
  const sightedVms = vmsByAddress(sightings);
  const byId = new Map(requests.map((request) => [request.id, request]));
  const openings: Opening[] = [];
  for (const siblings of attributed) {
    yield;
    const byVm = groupByVmName(siblings);
    for (const one of siblings) {
      const rivals = byVm.get(vmNameKey(one)) ?? [];
      openings.push(toOpening(one, rivals, { addresses, sightedVms, requests: byId }));
    }
  }
  openings.sort(byOpening);
  return { openings, requests, guards: guardsOf(openings) };
}

/** Openings are told by time, then identity. */
export function byOpening(a: Opening, b: Opening): number {
  return a.openedAt - b.openedAt || compareText(a.id, b.id);
}

function bySighting(a: Span, b: Span): number {
  return (
    a.seenIn.at - b.seenIn.at ||
    compareText(a.ruleKey, b.ruleKey) ||
    compareText(portText(a.port), portText(b.port)) ||
    a.ordinal - b.ordinal
  );
}

function vmNameKey({ span }: AttributedSpan): string {
  return namesInDescription(span.rule).vm?.toLowerCase() ?? "";
}

function groupByVmName(siblings: readonly AttributedSpan[]): Map<string, AttributedSpan[]> {
  return Map.groupBy(siblings, vmNameKey);
}

/** VMs by container and destination address, where every JIT rule that tells agrees on the VM. */
function learnAddresses(attributed: readonly AttributedSpan[]): Map<string, ResourceId | null> {
  const learned = new Map<string, ResourceId | null>();
  for (const { span, vm, attribution } of attributed) {
    const key = addressKey(span);
    if (key === null || vm === null || attribution.verdict !== "certain") {
      continue;
    }
    const known = learned.get(key);
    learned.set(key, known === undefined || known?.key === vm.key ? vm : null);
  }
  return learned;
}

function addressKey(span: Span): string | null {
  const [address, ...more] = span.rule.destinations;
  const single = address !== undefined && more.length === 0 && /^[0-9a-f.:]+$/i.test(address);
  return single ? `${span.container.key} ${address}` : null;
}

interface KnownFacts {
  /** Per NSG and address: the VM that JIT's rules there agree on. */
  readonly addresses: ReadonlyMap<string, ResourceId | null>;
  /** Per address: the only VM of the Azure subscription that bears it. */
  readonly sightedVms: ReadonlyMap<string, ResourceId>;
  readonly requests: ReadonlyMap<string, AccessRequest>;
}

/** The VM that the rule's destination belongs to; never one of another name than the rule gives. */
function vmByAddress(span: Span, { addresses, sightedVms }: KnownFacts): ResourceId | null {
  const key = addressKey(span);
  if (key === null) {
    return null;
  }
  const learned = addresses.get(key) ?? null;
  if (learned !== null) {
    return learned;
  }
  const sighted = sightedVms.get(span.rule.destinations[0] ?? "") ?? null;
  const named = namesInDescription(span.rule).vm;
  const agrees = named === null || named.toLowerCase() === sighted?.name.toLowerCase();
  return agrees ? sighted : null;
}

function toOpening(
  attributed: AttributedSpan,
  siblings: readonly AttributedSpan[],
  known: KnownFacts,
): Opening {
  const { span, kind, attribution, openedBy } = attributed;
  const closing = closingOf(attributed, siblings);
  const vm = attributed.vm ?? vmByAddress(span, known);
  const opened = openedBy ?? span.seenIn;
  const openedAt = opened.at;
  const requestEvents = attribution.candidates.flatMap(({ requestId }) =>
    requestId === null ? [] : (known.requests.get(requestId)?.events ?? []),
  );
  return {
    id: shortId("o", [span.container.key, span.ruleKey, portText(span.port), String(span.ordinal)]),
    kind,
    vm,
    vmName: vm?.name ?? namesInDescription(span.rule).vm,
    port: span.port,
    rule: span.rule,
    nsg: span.container,
    openedAt,
    openedAtExact: openedBy !== null,
    notBefore: notBefore(attributed),
    outcomeSeen: opened.outcome !== "unseen" || span.confirmed,
    promisedEnd: attributed.promisedEnd,
    closedAt: closing === null ? null : Math.max(closing.at, openedAt),
    closedAtExact: closing?.exact ?? false,
    mayHaveClosed: span.unsureSince.length > 0,
    sightedAt: span.sightedAt,
    closedBy: closing?.by ?? null,
    closing: closing?.reason ?? null,
    attribution,
    findings: [],
    events: [
      ...new Set([
        ...opened.events,
        ...span.seenIn.events,
        ...requestEvents,
        ...(closing?.events ?? []),
      ]),
    ].sort(compareText),
  };
}

/** When the port opened at the earliest; null when nothing tells. */
function notBefore({ span, openedBy }: AttributedSpan): Instant | null {
  if (openedBy !== null) {
    return openedBy.at;
  }
  const earliest = Math.min(...span.writes.map(({ since }) => since), span.seenIn.since);
  return span.maybeBefore || !Number.isFinite(earliest) ? null : earliest;
}

/** An NSG guards a VM when a proven JIT rule for that VM was written there. */
function guardsOf(openings: readonly Opening[]): Guard[] {
  const guards = new Map<string, Guard>();
  for (const { kind, nsg, vm, vmName } of openings) {
    if (kind === "jit" && vmName !== null) {
      const key = `${nsg.key} ${vm?.key ?? vmName.toLowerCase()}`;
      guards.set(key, guards.get(key) ?? { nsg, vmName, vm });
    }
  }
  return [...guards.entries()].sort(([a], [b]) => compareText(a, b)).map(([, guard]) => guard);
}
