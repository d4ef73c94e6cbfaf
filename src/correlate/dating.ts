import { MINUTE } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { RequestSlot, SlotIndex } from "./request-slots.ts";
import type { Span } from "./rule-history.ts";

/** A rule that is first seen so soon after the only request that fits it was made for that request. */
const PROMPT: Duration = 5 * MINUTE;

/** Tells which rules were made for a request although the log has no earlier state of their NSG. */
export class Dating {
  readonly #uses = new Map<RequestSlot, number>();
  readonly #failures: ReadonlyMap<string, readonly Instant[]>;

  /**
   * @param spans of every container.
   * @param failures when writes failed, by the container's key.
   */
  constructor(
    spans: readonly Span[],
    index: SlotIndex,
    failures: ReadonlyMap<string, readonly Instant[]>,
  ) {
    this.#failures = failures;
    for (const slot of spans.flatMap((span) => index.fitting(span))) {
      const used = index.slots[slot];
      if (used !== undefined) {
        this.#uses.set(used, (this.#uses.get(used) ?? 0) + 1);
      }
    }
  }

  /**
   * Whether a rule that may have stood before was made for the request all the same: what the request
   * asked for is known, was granted, stands nowhere but in this rule, and the provider's first write that
   * shows it followed promptly, with no write that failed in between.
   *
   * @param span one that a single write of the provider first shows.
   */
  isDated(span: Span, slot: RequestSlot): boolean {
    const { port, request } = slot;
    const { at } = span.seenIn;
    const failures = this.#failures.get(span.container.key) ?? [];
    return (
      port !== null &&
      port.sources.length > 0 &&
      request.outcome !== "unknown" &&
      this.#uses.get(slot) === 1 &&
      span.writes.length === 1 &&
      !span.seenIn.isSighting &&
      at >= request.at &&
      at - request.at <= PROMPT &&
      !failures.some((failure) => failure >= request.at && failure <= at)
    );
  }
}
