import type { AccessRequest, RequestedPort, RequestTarget } from "../domain/access-request.ts";
import { sameSources } from "../domain/address-prefix.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import { DAY, MINUTE } from "../domain/instant.ts";
import { portText } from "../domain/security-rule.ts";
import { firstNotBefore } from "./in-time-order.ts";
import { namesInDescription } from "./jit-rule.ts";
import type { Span } from "./rule-history.ts";
import type { RuleWrite } from "./rule-writes.ts";

/** How long after a request the provider may write its rule; later writes are not its doing. */
export const WRITE_WINDOW: Duration = 30 * MINUTE;
/** The log's times are coarse and come from several machines: a write may seem to precede its request. */
export const CLOCK_SKEW: Duration = MINUTE;
/** How far the removal of a rule may lie from the promised end and still count as at its end. */
export const END_TOLERANCE: Duration = 15 * MINUTE;
/** How far back a request without a known end can explain a rule that stood when first seen. */
const UNKNOWN_END_REACH: Duration = DAY;

/** One port of one VM that a request asked for; `port` or `target` null where the log does not say. */
export interface RequestSlot {
  readonly request: AccessRequest;
  readonly target: RequestTarget | null;
  readonly port: RequestedPort | null;
}

/** Finds the slots that fit a span, by time and by correlation ID. */
export class SlotIndex {
  readonly slots: readonly RequestSlot[];
  readonly #starts: readonly { readonly at: Instant }[];
  readonly #byCorrelation = new Map<string, number[]>();

  /** @param requests sorted by time. */
  constructor(requests: readonly AccessRequest[]) {
    this.slots = requests.flatMap(slotsOf);
    this.#starts = this.slots.map((slot) => slot.request);
    this.slots.forEach((slot, index) => {
      for (const id of slot.request.correlationIds) {
        const known = this.#byCorrelation.get(id) ?? [];
        known.push(index);
        this.#byCorrelation.set(id, known);
      }
    });
  }

  /**
   * Indices of the slots that fit and whose request shares its correlation ID with a write, ascending.
   * Empty when one of several possible writes is not tied to such a slot: it may have made the rule for
   * another request.
   */
  tied(span: Span): number[] {
    const tied = new Set<number>();
    for (const write of span.writes.filter(({ proof }) => proof !== "other")) {
      const own = (this.#byCorrelation.get(write.correlationId) ?? []).filter((index) =>
        this.#fits(index, span),
      );
      if (own.length === 0) {
        return [];
      }
      for (const index of own) {
        tied.add(index);
      }
    }
    return [...tied].sort((a, b) => a - b);
  }

  /** Indices of the slots that could have made the span's rule, ascending. */
  fitting(span: Span): number[] {
    const fitting: number[] = [];
    const last = span.seenIn.at + CLOCK_SKEW;
    for (
      let index = firstNotBefore(this.#starts, earliestRequest(span));
      index < this.slots.length;
      index += 1
    ) {
      if ((this.#starts[index]?.at ?? 0) > last) {
        break;
      }
      if (this.#fits(index, span)) {
        fitting.push(index);
      }
    }
    return fitting;
  }

  #fits(index: number, span: Span): boolean {
    const slot = this.slots[index];
    return slot !== undefined && slotFits(slot, span);
  }
}

function earliestRequest(span: Span): Instant {
  if (span.maybeBefore) {
    return Number.NEGATIVE_INFINITY;
  }
  return (span.writes[0]?.since ?? span.seenIn.since) - WRITE_WINDOW;
}

/** No request after this instant made the span's rule. */
function latestRequest({ seenIn, writes }: Span): Instant {
  return Math.max(seenIn.at, writes.at(-1)?.at ?? seenIn.at) + CLOCK_SKEW;
}

const SLOTS = new WeakMap<AccessRequest, readonly RequestSlot[]>();

/** The slots of a request, none of a denied one; the same objects for the same request object. */
export function slotsOf(request: AccessRequest): readonly RequestSlot[] {
  const known = SLOTS.get(request);
  if (known !== undefined) {
    return known;
  }
  const slots = request.outcome === "denied" ? [] : makeSlots(request);
  SLOTS.set(request, slots);
  return slots;
}

function makeSlots(request: AccessRequest): RequestSlot[] {
  if (request.targets.length === 0) {
    return [{ request, target: null, port: null }];
  }
  return request.targets
    .filter((target) => !target.denied)
    .flatMap((target): RequestSlot[] =>
      target.ports.length === 0
        ? [{ request, target, port: null }]
        : target.ports.map((port) => ({ request, target, port })),
    );
}

/** The writes, made by the provider or possibly so, that follow the request closely enough; by time. */
export function writesAfter(slot: RequestSlot, span: Span): readonly RuleWrite[] {
  const { at, correlationIds } = slot.request;
  return span.writes.filter(
    (write) =>
      write.proof !== "other" &&
      write.at >= at - CLOCK_SKEW &&
      (write.since <= at + WRITE_WINDOW || correlationIds.includes(write.correlationId)),
  );
}

/** Whether the slot's request could have made the span's rule. */
export function slotFits(slot: RequestSlot, span: Span): boolean {
  const { target, port } = slot;
  if (slot.request.at > latestRequest(span)) {
    return false;
  }
  if (target !== null && target.vm.subscriptionId !== span.container.subscriptionId) {
    return false;
  }
  const named = namesInDescription(span.rule);
  const { policy } = slot.request;
  if (target !== null && named.vm !== null && !sameName(named.vm, target.vm.name)) {
    return false;
  }
  if (policy !== null && named.policy !== null && !sameName(named.policy, policy.name)) {
    return false;
  }
  if (port !== null) {
    const mapped = port.mappedPort !== null && port.mappedPort === span.rule.mappedPort;
    if (portText(port.port) !== portText(span.port) && !mapped) {
      return false;
    }
    const known = port.sources.length > 0 && span.rule.sources.length > 0;
    if (known && !sameSources(port.sources, span.rule.sources)) {
      return false;
    }
  }
  return timeFits(slot, span);
}

function timeFits(slot: RequestSlot, span: Span): boolean {
  const end = slot.port?.promisedEnd ?? null;
  const [write] = writesAfter(slot, span);
  if (write !== undefined) {
    return end === null || write.at < end + CLOCK_SKEW;
  }
  if (!span.maybeBefore || slot.request.at > span.seenIn.at) {
    return false;
  }
  return (
    span.seenIn.at < (end === null ? slot.request.at + UNKNOWN_END_REACH : end + END_TOLERANCE)
  );
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
