/** What goes wrong instead of an answer. */
export type Fault =
  /** This status in Azure's error form, with `Retry-After` in seconds where given. */
  | { readonly kind: "status"; readonly status: number; readonly retryAfter?: number }
  /** No answer ever comes. */
  | { readonly kind: "stall" }
  /** The connection is closed without an answer. */
  | { readonly kind: "close" }
  /** The connection is closed in the middle of the right answer. */
  | { readonly kind: "cut-off" }
  /** The right answer's JSON ends in the middle, in a response that is whole. */
  | { readonly kind: "half-json" }
  /** An HTML page with status 200, as a proxy in between would send. */
  | { readonly kind: "html" };

/** Which requests a fault meets. */
export interface FaultRule {
  readonly fault: Fault;
  /** Tested against path and query; every request when left out. */
  readonly path?: RegExp;
  /** After so many requests it is over; never when left out. */
  readonly times?: number;
}

/** The faults that tests have put in the way of requests. */
export class Faults {
  readonly #rules = new Map<FaultRule, number>();

  /** Puts a fault in the way; returns what takes it away again. */
  add(rule: FaultRule): () => void {
    this.#rules.set(rule, rule.times ?? Number.POSITIVE_INFINITY);
    return () => {
      this.#rules.delete(rule);
    };
  }

  /** The fault that this request meets, which uses it up once; null for none. */
  meet(path: string): Fault | null {
    for (const [rule, left] of this.#rules) {
      if (rule.path === undefined || rule.path.test(path)) {
        if (left <= 1) {
          this.#rules.delete(rule);
        } else {
          this.#rules.set(rule, left - 1);
        }
        return rule.fault;
      }
    }
    return null;
  }
}
