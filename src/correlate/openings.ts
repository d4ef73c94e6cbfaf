import type { AccessRequest } from "../domain/access-request.ts";
import { compareText } from "../domain/compare-text.ts";
import type { Instant } from "../domain/instant.ts";
import type { Opening } from "../domain/opening.ts";
import type { ResourceId } from "../domain/resource-id.ts";
import { portText } from "../domain/security-rule.ts";
import type { Guard } from "../domain/trail.ts";
import type { AttributedSpan } from "./attributed-span.ts";
import { closingOf } from "./closings.ts";
import { shortId } from "../domain/short-id.ts";
import { namesInDescription } from "./jit-rule.ts";
import type { RequestSlot } from "./request-slots.ts";
import type { Span } from "./rule-history.ts";

/** Per address: the only VM of the Azure subscription that bears it, as resources showed. */
export type KnownVms = ReadonlyMap<string, ResourceId>;

/**
 * The openings of one container, by time and then identity.
 *
 * @param attributed every attributed span of the container.
 * @param slots every slot that may stand behind one of them.
 */
export function openingsOf(
  attributed: readonly AttributedSpan[],
  slots: readonly RequestSlot[],
  sightedVms: KnownVms,
): Opening[] {
  const addresses = learnAddresses(attributed);
  const requests = new Map(slots.map(({ request }) => [request.id, request]));
  const byVm = Map.groupBy(attributed, vmNameKey);
  return attributed
    .map((one) =>
      toOpening(one, byVm.get(vmNameKey(one)) ?? [], { addresses, sightedVms, requests }),
    )
    .sort(byOpening);
}

/** Openings are told by time, then identity. */
export function byOpening(a: Opening, b: Opening): number {
  return a.openedAt - b.openedAt || compareText(a.id, b.id);
}

function vmNameKey({ span }: AttributedSpan): string {
  return namesInDescription(span.rule).vm?.toLowerCase() ?? "";
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
  readonly sightedVms: KnownVms;
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

/** A guard, with the place that it has among others. */
export interface PlacedGuard {
  readonly key: string;
  readonly guard: Guard;
}

/**
 * An NSG guards a VM when a proven JIT rule for that VM was written there.
 *
 * @param openings of one container, in order.
 */
export function guardsOf(openings: readonly Opening[]): PlacedGuard[] {
  const guards = new Map<string, PlacedGuard>();
  for (const { kind, nsg, vm, vmName } of openings) {
    if (kind === "jit" && vmName !== null) {
      const key = `${nsg.key} ${vm?.key ?? vmName.toLowerCase()}`;
      guards.set(key, guards.get(key) ?? { key, guard: { nsg, vmName, vm } });
    }
  }
  return [...guards.values()];
}

/** The order in which guards are told. */
export function byPlace(a: PlacedGuard, b: PlacedGuard): number {
  return compareText(a.key, b.key) || compareText(a.guard.nsg.key, b.guard.nsg.key);
}
