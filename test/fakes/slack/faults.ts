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
  readonly #planned: { readonly methods: readonly string[]; readonly fault: Fault }[] = [];

  /** The next calls of the method go wrong, one for each fault. */
  plan(method: string, ...faults: readonly Fault[]): void {
    this.#planned.push(...faults.map((fault) => ({ methods: [method], fault })));
  }

  /** The next call of any of the methods goes wrong, and only that one. */
  planOnce(methods: readonly string[], fault: Fault): void {
    this.#planned.push({ methods, fault });
  }

  /** Nothing more goes wrong. */
  clear(): void {
    this.#planned.length = 0;
  }

  next(method: string): Fault | null {
    const at = this.#planned.findIndex(({ methods }) => methods.includes(method));
    return at < 0 ? null : (this.#planned.splice(at, 1)[0]?.fault ?? null);
  }
}
