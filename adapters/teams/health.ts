import type { Instant } from "../../src/domain/instant.ts";
import type { ChatHealth, Clock } from "../../src/ports.ts";

/** How the connection to Teams stands, put together from what its parts tell. */
export class TeamsHealth {
  readonly #clock: Clock;
  readonly #problems = new Map<string, string>();
  #isListening = false;
  #hasToken = false;
  #state: ChatHealth["state"] = "stopped";
  #since: Instant;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock.now();
  }

  listens(isListening: boolean): void {
    this.#isListening = isListening;
    this.#turn();
  }

  /** Whether the bot could sign in when it last had to. */
  signedIn(hasToken: boolean): void {
    this.#hasToken = hasToken;
    this.#turn();
  }

  /** Teams, or Entra, refuses something, until `accepted` with the same subject. */
  refused(subject: string, problem: string): void {
    this.#problems.set(subject, problem);
    this.#turn();
  }

  accepted(subject: string): void {
    this.#problems.delete(subject);
    this.#turn();
  }

  report(): ChatHealth {
    return { state: this.#state, since: this.#since, problems: [...this.#problems.values()] };
  }

  #turn(): void {
    const state = this.#present();
    if (state !== this.#state) {
      this.#state = state;
      this.#since = this.#clock.now();
    }
  }

  #present(): ChatHealth["state"] {
    if (!this.#isListening) {
      return "stopped";
    }
    if (this.#problems.size > 0) {
      return "refused";
    }
    return this.#hasToken ? "connected" : "connecting";
  }
}
