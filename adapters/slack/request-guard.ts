import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { isValidSlackRequest } from "@slack/bolt";
import type { Secret } from "../../src/config/secret.ts";
import { MINUTE } from "../../src/domain/instant.ts";
import type { Instant } from "../../src/domain/instant.ts";
import type { Clock, Log } from "../../src/ports.ts";

/** How far a request's time may be from ours, either way. */
const MOST_SKEW = 5 * MINUTE;
/** Longer than a request can be valid. */
const REMEMBERED_FOR = 2 * MOST_SKEW + MINUTE;
const MOST_BYTES = 1024 * 1024;

/** What requests are judged by. */
export interface GuardParts {
  readonly signingSecret: Secret;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Judges requests before Bolt does, which takes a signed request again and again, and one that is dated
 * in the future: here each is taken once, and within five minutes of its time.
 */
export class RequestGuard {
  readonly #parts: GuardParts;
  readonly #seen = new Map<string, Instant>();

  constructor(parts: GuardParts) {
    this.#parts = parts;
  }

  /** The listener behind this guard; requests to other paths pass unjudged. */
  before(path: string, inner: RequestListener): RequestListener {
    return (request, response) => {
      const [target] = (request.url ?? "").split("?");
      if (request.method !== "POST" || target !== path) {
        inner(request, response);
        return;
      }
      this.#judge(request, response, inner).catch((error: unknown) => {
        this.#parts.log("warning", `Slack: a request broke off: ${String(error)}`);
        response.destroy();
      });
    };
  }

  async #judge(
    request: IncomingMessage,
    response: ServerResponse,
    inner: RequestListener,
  ): Promise<void> {
    const body = await bodyOf(request);
    if (body === null) {
      response.writeHead(413).end();
      return;
    }
    const fault = isSslCheck(request, body) ? null : this.#fault(request, body);
    if (fault !== null) {
      this.#parts.log("warning", `Slack: a request was refused: ${fault}.`);
      response.writeHead(401).end();
      return;
    }
    this.#forgetWhenRefused(request, response);
    // Bolt takes a body that is already read from here.
    inner(Object.assign(request, { rawBody: body }), response);
  }

  /** Slack may send again what failed here, within the same second and so with the same signature. */
  #forgetWhenRefused(request: IncomingMessage, response: ServerResponse): void {
    response.once("finish", () => {
      if (response.statusCode >= 300) {
        this.#seen.delete(String(request.headers["x-slack-signature"]));
      }
    });
  }

  /** Why the request is refused; null when it is taken. */
  #fault(request: IncomingMessage, body: Buffer): string | null {
    const stamp = request.headers["x-slack-request-timestamp"];
    const signature = request.headers["x-slack-signature"];
    if (typeof stamp !== "string" || typeof signature !== "string" || !/^\d{1,12}$/.test(stamp)) {
      return "it is not signed";
    }
    const now = this.#parts.clock.now();
    if (Math.abs(now - Number(stamp) * 1000) > MOST_SKEW) {
      return "it is dated more than five minutes from now; is this machine's clock right?";
    }
    const isValid = isValidSlackRequest({
      signingSecret: this.#parts.signingSecret.reveal(),
      body: body.toString(),
      headers: { "x-slack-signature": signature, "x-slack-request-timestamp": Number(stamp) },
      nowMilliseconds: now,
    });
    if (!isValid) {
      return "its signature is wrong; is `slack.http.signing-secret` the one of this app?";
    }
    return this.#isNew(signature, now) ? null : "it was taken before";
  }

  /** Remembers the signature; false when it is known. Only valid ones come here. */
  #isNew(signature: string, now: Instant): boolean {
    for (const [old, at] of this.#seen) {
      if (at >= now - REMEMBERED_FOR) {
        break;
      }
      this.#seen.delete(old);
    }
    if (this.#seen.has(signature)) {
      return false;
    }
    this.#seen.set(signature, now);
    return true;
  }
}

/** Slack's check of the certificate is unsigned, and Bolt takes nothing out of it. */
function isSslCheck(request: IncomingMessage, body: Buffer): boolean {
  return (
    request.headers["content-type"] === "application/x-www-form-urlencoded" &&
    new URLSearchParams(body.toString()).get("ssl_check") === "1"
  );
}

/** The whole body; null when it is too large. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request) {
    if (!(part instanceof Uint8Array)) {
      throw new TypeError("A request body came as text.");
    }
    length += part.byteLength;
    if (length > MOST_BYTES) {
      return null;
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}
