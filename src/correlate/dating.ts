import { MINUTE } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { RequestSlot } from "./request-slots.ts";
import type { Span } from "./rule-history.ts";

/** A rule that is first seen so soon after the only request that fits it was made for that request. */
const PROMPT: Duration = 5 * MINUTE;

/** Tells which rules were made for a request although the log has no earlier state of their NSG. */
export class Dating {
  readonly #uses = new Map<RequestSlot, number>();

  /** Slots fit rules: each time that it stands here, one rule. */
  use(slots: readonly RequestSlot[]): void {
    for (const slot of slots) {
      this.#uses.set(slot, (this.#uses.get(slot) ?? 0) + 1);
    }
  }

  /** What was said by `use` is so no longer. */
  release(slots: readonly RequestSlot[]): void {
    for (const slot of slots) {
      const left = (this.#uses.get(slot) ?? 0) - 1;
      if (left > 0) {
        this.#uses.set(slot, left);
      } else {
        this.#uses.delete(slot);
      }
    }
  }

  /** Whether the slot fits one rule, in all containers together. */
  isOnlyUse(slot: RequestSlot): boolean {
    return this.#uses.get(slot) === 1;
  }

  /**
   * Whether a rule that may have stood before was made for the request all the same: what the request
   * asked for is known, was granted, stands nowhere but in this rule, and the provider's first write that
   * shows it followed promptly, with no write that failed in between.
   *
   * @param span one that a single write of the provider first shows.
   * @param failures when writes of its container failed.
   */
  isDated(span: Span, slot: RequestSlot, failures: readonly Instant[]): boolean {
    const { port, request } = slot;
    const { at } = span.seenIn;
    return (
      port !== null &&
      port.sources.length > 0 &&
      request.outcome !== "unknown" &&
      this.isOnlyUse(slot) &&
      span.writes.length === 1 &&
      !span.seenIn.isSighting &&
      at >= request.at &&
      at - request.at <= PROMPT &&
      !failures.some((failure) => failure >= request.at && failure <= at)
    );
  }
}
