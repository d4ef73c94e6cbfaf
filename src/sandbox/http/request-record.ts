import type { Instant } from "../../domain/instant.ts";

/** One request that reached the sandbox. */
export interface SeenRequest {
  readonly method: string;
  /** With the query, as sent. */
  readonly path: string;
  /** In the sandbox's time. */
  readonly at: Instant;
  /** null while no answer was sent. */
  status: number | null;
}

const KEPT = 10_000;

/** The requests that reached the sandbox, so that tests can say what was called and how often. */
export class RequestRecord {
  #seen: SeenRequest[] = [];

  /** Takes down a request; its status follows. */
  add(method: string, path: string, at: Instant): SeenRequest {
    const request: SeenRequest = { method, path, at, status: null };
    this.#seen.push(request);
    if (this.#seen.length >= 2 * KEPT) {
      this.#seen = this.#seen.slice(-KEPT);
    }
    return request;
  }

  /** The newest, oldest first. */
  newest(): readonly Readonly<SeenRequest>[] {
    return this.#seen.slice(-KEPT);
  }
}
