import type { Instant } from "../domain/instant.ts";
import type { Attribution } from "../domain/opening.ts";
import type { ResourceId } from "../domain/resource-id.ts";
import type { Span } from "./rule-history.ts";
import type { RuleWrite } from "./rule-writes.ts";

/** A span with the person behind it, and what the match with a request adds to it. */
export interface AttributedSpan {
  readonly span: Span;
  readonly kind: "jit" | "direct";
  readonly attribution: Attribution;
  readonly vm: ResourceId | null;
  readonly promisedEnd: Instant | null;
  /** The write that opened the port, where the log or the matched request tells it; else null. */
  readonly openedBy: RuleWrite | null;
}
