import { authorizationFor } from "./signing.ts";
import type { Forgery, TokenSubject } from "./signing.ts";

/** What the bot made of a delivery. */
export interface Delivered {
  readonly acknowledged: boolean;
  /** The answer's body, such as that of an invoke; null for nothing. */
  readonly answer: unknown;
  /** The HTTP status; null when the activity does not reach the bot, as without a mention. */
  readonly status: number | null;
}

/** What becomes of an activity that the bot does not hear of. */
export const UNHEARD: Delivered = { acknowledged: false, answer: null, status: null };

/** An activity as JSON. */
export type Activity = Readonly<Record<string, unknown>>;

/** An HTTP request as Teams sent it, to send it again. */
export interface SentRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Hands activities to the bot, signed, at its messaging endpoint. */
export class Deliveries {
  readonly #subject: () => TokenSubject;
  /** Where the bot listens, such as `http://127.0.0.1:3978/api/messages`; null until it does. */
  endpoint: string | null = null;
  /** Whether activities come without a token, as from the Agents Playground. */
  unsigned = false;
  /** The last request, as it went out. */
  lastRequest: SentRequest | null = null;
  #last: Activity | null = null;

  constructor(subject: () => TokenSubject) {
    this.#subject = subject;
  }

  async make(activity: Activity): Promise<Delivered> {
    this.#last = activity;
    return this.sendAs(activity, this.unsigned ? null : authorizationFor(this.#subject()));
  }

  /** Delivers the last one again, as Teams does when an acknowledgement did not arrive in time. */
  async redeliver(): Promise<Delivered> {
    if (this.#last === null) {
      throw new Error("Nothing was delivered yet.");
    }
    return this.make(this.#last);
  }

  /** Delivers an activity under a header that must not be believed. */
  async forge(activity: Activity, forgery: Forgery): Promise<Delivered> {
    return this.sendAs(activity, forgery.authorization(this.#subject()));
  }

  /** Delivers an activity under that `Authorization` header; null for none. */
  async sendAs(activity: Activity, authorization: string | null): Promise<Delivered> {
    if (this.endpoint === null) {
      throw new Error("The bot does not listen yet: set deliveries.endpoint.");
    }
    return this.send({
      url: this.endpoint,
      headers: {
        "content-type": "application/json; charset=utf-8",
        ...(authorization === null ? {} : { authorization }),
      },
      body: JSON.stringify(activity),
    });
  }

  /** Sends a request as it is: once more, or not an activity at all. */
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

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}
