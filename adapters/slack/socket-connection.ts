import { webApi } from "@slack/bolt";
import type { SocketModeReceiver } from "@slack/bolt";
import { MINUTE, SECOND } from "../../src/domain/instant.ts";
import type { Duration } from "../../src/domain/instant.ts";
import { DoorbellError } from "../../src/errors.ts";
import type { Clock, Log, RandomSource } from "../../src/ports.ts";
import { reasonOf } from "../chat/reason.ts";
import { codeOf } from "./delivery-error.ts";
import type { SlackHealth } from "./health.ts";

/** A connection that has not said hello by then is given up. */
const CONNECT_TIMEOUT = 20 * SECOND;
/** How long a socket may take to close in order. */
const CLOSE_TIMEOUT = 2 * SECOND;
const SHORTEST_PAUSE = SECOND;
const LONGEST_PAUSE = MINUTE;
/** A connection that held so long makes earlier failures forgotten. */
const STABLE_AFTER = 30 * SECOND;

/** Slack's refusals that a person must mend. */
const REFUSALS = new Set([
  "not_authed",
  "invalid_auth",
  "account_inactive",
  "token_revoked",
  "token_expired",
  "not_allowed_token_type",
  "missing_scope",
  "forbidden_team",
  "team_disabled",
  "user_removed_from_team",
]);
const SUBJECT = "socket";

/** What the connection is kept up with. */
export interface SocketParts {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  readonly health: SlackHealth;
}

/**
 * Keeps the Socket Mode connection up. The library notices a silent socket by its missing pongs and closes
 * it; its own way to connect again ends the process when Slack cannot be reached at that moment
 * (slackapi/node-slack-sdk issues 2656 and 1495), so it is off, and this goes on for ever instead.
 */
export class SocketConnection {
  readonly #client: SocketModeReceiver["client"];
  readonly #parts: SocketParts;
  #stopping = new AbortController();
  #kept: Promise<void> = Promise.resolve();

  constructor(client: SocketModeReceiver["client"], parts: SocketParts) {
    this.#client = client;
    this.#parts = parts;
  }

  /**
   * Connects. Where Slack cannot be reached it goes on trying in the background.
   *
   * @throws DoorbellError (`credentials`) when Slack refuses the app token.
   */
  async start(): Promise<void> {
    this.#stopping = new AbortController();
    this.#parts.health.turn("connecting");
    let failure: unknown = null;
    try {
      await this.#connect();
    } catch (error) {
      if (isRefusal(error)) {
        throw new DoorbellError(
          "credentials",
          `Slack refuses the app token (${codeOrReason(error)}). Make one with the scope connections:write under "Basic Information" of the app, and set \`slack.app-token\`.`,
          { cause: error },
        );
      }
      failure = error;
    }
    this.#kept = this.#keepUp(failure);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    const done = new AbortController();
    await Promise.race([
      this.#client.disconnect(),
      this.#parts.clock.sleep(CLOSE_TIMEOUT, done.signal),
    ]);
    done.abort();
    this.#drop();
    await this.#kept;
  }

  async #dropAfter(connected: Promise<unknown>): Promise<void> {
    if (await connected.then(Boolean, () => false)) {
      this.#drop();
    }
  }

  /** Closes without waiting for Slack: the second call of the two does not wait any more. */
  #drop(): void {
    void this.#client.disconnect();
    void this.#client.disconnect();
  }

  async #keepUp(failure: unknown): Promise<void> {
    const { clock, random, log, health } = this.#parts;
    const { signal } = this.#stopping;
    let failures = 0;
    let error = failure;
    while (!signal.aborted) {
      if (error === null) {
        const since = clock.now();
        await this.#untilClosed(signal);
        failures = clock.now() - since >= STABLE_AFTER ? 0 : failures + 1;
        if (!signal.aborted) {
          log("info", "Slack: the socket closed; opening another.");
        }
      } else {
        failures += 1;
        log("warning", `Slack: no connection: ${codeOrReason(error)}`);
      }
      if (signal.aborted) {
        return;
      }
      health.turn("connecting");
      await clock.sleep(pauseAfter(failures, random), signal);
      error = await this.#tryToConnect(signal);
    }
  }

  /** The failure; null when it is connected, or stops. */
  async #tryToConnect(signal: AbortSignal): Promise<unknown> {
    if (signal.aborted) {
      return null;
    }
    try {
      await this.#connect();
      return null;
    } catch (error) {
      if (isRefusal(error)) {
        this.#parts.health.refused(
          SUBJECT,
          `Slack refuses the app token (${codeOrReason(error)}): set \`slack.app-token\`.`,
        );
      }
      return error ?? new Error("the connection closed before Slack said hello");
    }
  }

  async #connect(): Promise<void> {
    const { clock, health } = this.#parts;
    const done = new AbortController();
    const connected = this.#client.start().then(() => true);
    // The loser of the race fails on its own later, when its socket is closed.
    connected.catch(() => null);
    const signal = AbortSignal.any([done.signal, this.#stopping.signal]);
    const timedOut = clock.sleep(CONNECT_TIMEOUT, signal).then(() => false);
    try {
      if (!(await Promise.race([connected, timedOut]))) {
        this.#drop();
        // Its address may arrive, and its socket open, only after this.
        void this.#dropAfter(connected);
        throw new Error("Slack did not say hello");
      }
    } finally {
      done.abort();
    }
    health.accepted(SUBJECT);
    health.turn("connected");
  }

  async #untilClosed(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const closed = (): void => {
      resolve(undefined);
    };
    this.#client.once("disconnected", closed);
    signal.addEventListener("abort", closed);
    await promise;
    this.#client.off("disconnected", closed);
    signal.removeEventListener("abort", closed);
  }
}

/** None for a socket that Slack asked to renew; ever longer ones, never quite alike, after failures. */
function pauseAfter(failures: number, random: RandomSource): Duration {
  if (failures === 0) {
    return 0;
  }
  const most = Math.min(LONGEST_PAUSE, SHORTEST_PAUSE * 2 ** (failures - 1));
  return most * (0.5 + random.next() / 2);
}

function isRefusal(error: unknown): boolean {
  return error instanceof webApi.WebAPIPlatformError && REFUSALS.has(error.data.error);
}

/** Slack's own code where it gave one. */
function codeOrReason(error: unknown): string {
  if (error instanceof webApi.WebAPIPlatformError) {
    return codeOf(error);
  }
  return reasonOf(error);
}
