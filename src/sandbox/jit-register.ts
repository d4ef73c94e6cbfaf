import type { Instant } from "../domain/instant.ts";
import type { TrueRequest } from "./truth.ts";

/** One port of a request, as its JIT policy remembers it. */
export interface RegisteredPort {
  readonly vm: string;
  readonly number: number;
  readonly sources: readonly string[];
  readonly end: Instant;
  status: "Initiated" | "Revoked";
  statusReason: "UserRequested" | "Expired" | "NewerRequestInitiated";
}

/** One request, as its JIT policy remembers it. */
export interface RegisteredRequest {
  readonly request: TrueRequest;
  readonly ports: readonly RegisteredPort[];
}

/** How many requests a policy remembers. What Azure does is not documented. */
const MEMORY = 50;

/** What the JIT policies of a tenant remember of requests: `properties.requests` of the REST API. */
export class JitRegister {
  /** By policy ID, the newest last. */
  readonly #byPolicy = new Map<string, RegisteredRequest[]>();
  readonly #byRequest = new WeakMap<TrueRequest, RegisteredRequest>();

  /** Takes down a request that was granted. */
  add(policy: string, request: TrueRequest): void {
    const registered = {
      request,
      ports: request.targets.flatMap(({ vm, ports }) =>
        ports.map(({ port, sources, promisedEnd }): RegisteredPort => ({
          vm,
          number: port,
          sources,
          end: promisedEnd,
          status: "Initiated",
          statusReason: "UserRequested",
        })),
      ),
    };
    const known = this.#byPolicy.get(policy) ?? [];
    this.#byPolicy.set(policy, [...known.slice(-(MEMORY - 1)), registered]);
    this.#byRequest.set(request, registered);
  }

  /** Takes down that a request's access to a port of a VM has ended. */
  end(
    request: TrueRequest,
    vm: string,
    port: number,
    reason: "Expired" | "NewerRequestInitiated",
  ): void {
    for (const entry of this.#byRequest.get(request)?.ports ?? []) {
      if (entry.vm === vm && entry.number === port && entry.status === "Initiated") {
        entry.status = "Revoked";
        entry.statusReason = reason;
      }
    }
  }

  /** The requests that the policy remembers, the newest last. */
  of(policy: string): readonly RegisteredRequest[] {
    return this.#byPolicy.get(policy) ?? [];
  }
}
