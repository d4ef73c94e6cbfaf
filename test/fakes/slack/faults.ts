/** What goes wrong with a call. */
export type Fault =
  /** The connection breaks before Slack has done anything. */
  | { readonly kind: "drop-before" }
  /** Slack does it, and the connection breaks before the answer arrives. */
  | { readonly kind: "drop-after" }
  /** Slack does it and answers HTTP 500. */
  | { readonly kind: "http-500-after" }
  | { readonly kind: "http-error"; readonly status: number }
  /** Slack does it and never answers, until the caller gives up. */
  | { readonly kind: "stall-after" }
  | { readonly kind: "stall-before" }
  | { readonly kind: "rate-limited"; readonly seconds: number }
  | { readonly kind: "error"; readonly code: string };

/** Faults planned for coming calls, each for one call. */
export class PlannedFaults {
  readonly #planned = new Map<string, Fault[]>();

  plan(method: string, ...faults: readonly Fault[]): void {
    this.#planned.set(method, [...(this.#planned.get(method) ?? []), ...faults]);
  }

  next(method: string): Fault | null {
    return this.#planned.get(method)?.shift() ?? null;
  }
}
