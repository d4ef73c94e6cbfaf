import { z } from "zod";
import { signedHeaders } from "./signing.ts";
import type { EnvelopeType, SocketHub } from "./socket-hub.ts";

/** What the app made of a delivery. */
export interface Delivered {
  readonly acknowledged: boolean;
  /** What the acknowledgement carried: a new view, options, a message; null for nothing. */
  readonly answer: unknown;
  /** The HTTP status; null over a socket. */
  readonly status: number | null;
}

/** An HTTP request as Slack sent it, to send it again. */
export interface SentRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Made {
  readonly type: EnvelopeType;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Slack waits so long for an acknowledgement. */
const RETRY_AFTER_MS = 3000;
const RETRY = { attempt: 1, reason: "timeout" } as const;

/** Hands events, commands and clicks to the app: over its socket, or signed to its request URL. */
export class Deliveries {
  readonly #hub: SocketHub;
  readonly #now: () => number;
  readonly #signingSecret: string;
  /** Where the app listens; null for Socket Mode. */
  requestUrl: string | null = null;
  /** The last request, as it went out. */
  lastRequest: SentRequest | null = null;
  #last: Made | null = null;

  constructor(hub: SocketHub, signingSecret: string, now: () => number) {
    this.#hub = hub;
    this.#signingSecret = signingSecret;
    this.#now = now;
  }

  async make(type: EnvelopeType, payload: Readonly<Record<string, unknown>>): Promise<Delivered> {
    this.#last = { type, payload };
    return this.#send({ type, payload }, null);
  }

  /** The same without it counting as the last delivery; nobody waits for it. */
  async quietly(type: EnvelopeType, payload: Readonly<Record<string, unknown>>): Promise<void> {
    const last = this.lastRequest;
    await this.#send({ type, payload }, null).catch(() => null);
    this.lastRequest = last;
  }

  /** Delivers the last one again, as Slack does when an acknowledgement did not arrive in time. */
  async redeliver(): Promise<Delivered> {
    if (this.#last === null) {
      throw new Error("Nothing was delivered yet.");
    }
    return this.#send(this.#last, RETRY);
  }

  async #send(made: Made, retry: typeof RETRY | null): Promise<Delivered> {
    if (this.requestUrl !== null) {
      return this.#post(this.requestUrl, made, retry);
    }
    const acknowledgement = await this.#hub.deliver(made.type, made.payload, retry);
    return {
      acknowledged: acknowledgement !== null,
      answer: nothingWhenEmpty(acknowledgement?.payload ?? null),
      status: null,
    };
  }

  async #post(url: string, made: Made, retry: typeof RETRY | null): Promise<Delivered> {
    const body = bodyOf(made);
    return this.send({
      url,
      body,
      headers: {
        "content-type":
          made.type === "events_api" ? "application/json" : "application/x-www-form-urlencoded",
        ...signedHeaders(
          this.#signingSecret,
          body,
          this.#now() + (retry === null ? 0 : RETRY_AFTER_MS),
        ),
        ...(retry === null
          ? {}
          : { "x-slack-retry-num": String(retry.attempt), "x-slack-retry-reason": retry.reason }),
      },
    });
  }

  /** Sends a request as it is: once more, or forged. */
  async send(request: SentRequest): Promise<Delivered> {
    this.lastRequest = request;
    const response = await fetch(request.url, {
      method: "POST",
      headers: request.headers,
      body: request.body,
    });
    const text = await response.text();
    return {
      acknowledged: response.ok,
      answer: text === "" ? null : parsed(text),
      status: response.status,
    };
  }
}

function bodyOf({ type, payload }: Made): string {
  switch (type) {
    case "events_api":
      return JSON.stringify(payload);
    case "interactive":
      return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    case "slash_commands":
      return new URLSearchParams(z.record(z.string(), z.string()).parse(payload)).toString();
  }
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

function nothingWhenEmpty(payload: unknown): unknown {
  return JSON.stringify(payload) === "{}" ? null : payload;
}
