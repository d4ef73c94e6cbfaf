import type { Instant } from "../../src/domain/instant.ts";
import type { ChatHealth, Clock } from "../../src/ports.ts";

/** How the connection to Slack stands, put together from what its parts tell. */
export class SlackHealth {
  readonly #clock: Clock;
  readonly #problems = new Map<string, string>();
  #state: "stopped" | "connecting" | "connected" = "stopped";
  #since: Instant;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock.now();
  }

  turn(state: "stopped" | "connecting" | "connected"): void {
    if (state !== this.#state) {
      this.#state = state;
      this.#since = this.#clock.now();
    }
  }

  /** Slack refuses something, until `accepted` with the same subject. */
  refused(subject: string, problem: string): void {
    this.#problems.set(subject, problem);
  }

  accepted(subject: string): void {
    this.#problems.delete(subject);
  }

  report(): ChatHealth {
    return {
      state: this.#problems.size > 0 && this.#state !== "stopped" ? "refused" : this.#state,
      since: this.#since,
      problems: [...this.#problems.values()],
    };
  }
}
