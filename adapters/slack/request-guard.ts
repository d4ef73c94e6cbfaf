import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { isValidSlackRequest } from "@slack/bolt";
import type { Secret } from "../../src/config/secret.ts";
import { MINUTE } from "../../src/domain/instant.ts";
import type { Instant } from "../../src/domain/instant.ts";
import type { Clock, Log } from "../../src/ports.ts";
import { bodyOf } from "../chat/request-body.ts";

/** How far a request's time may be from ours, either way. */
const MOST_SKEW = 5 * MINUTE;
/** Longer than a request can be valid. */
const REMEMBERED_FOR = 2 * MOST_SKEW + MINUTE;
const FORM = "application/x-www-form-urlencoded";
const MOST_BYTES = 1024 * 1024;
/** Slack's check of the certificate is shorter. */
const MOST_CHECK_BYTES = 4096;

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
    // What cannot be Slack's is not read; but Slack's check of the certificate is short and unsigned.
    const early = this.#headerFault(request);
    const body = await bodyOf(request, early === null ? MOST_BYTES : MOST_CHECK_BYTES);
    if (body === null) {
      this.#refuse(request, response, early === null ? 413 : 401, early ?? "it is too large");
      return;
    }
    if (isSslCheck(request, body)) {
      response.writeHead(200).end();
      return;
    }
    const fault = early ?? this.#fault(request, body);
    if (fault !== null) {
      this.#refuse(request, response, 401, fault);
      return;
    }
    this.#forgetWhenRefused(request, response);
    // Bolt would take the whole program down with a body that it cannot read.
    if (!holdsObject(request, body.toString())) {
      this.#refuse(request, response, 400, "its body makes no sense");
      return;
    }
    // Bolt takes a body that is already read from here.
    inner(Object.assign(request, { rawBody: body }), response);
  }

  #refuse(request: IncomingMessage, response: ServerResponse, status: number, why: string): void {
    this.#parts.log("warning", `Slack: a request was refused: ${why}.`);
    if (!request.complete) {
      // The rest of the body is not wanted.
      response.setHeader("connection", "close");
    }
    response.writeHead(status).end();
  }

  /** Slack may send again what failed here, within the same second and so with the same signature. */
  #forgetWhenRefused(request: IncomingMessage, response: ServerResponse): void {
    response.once("finish", () => {
      if (response.statusCode >= 300) {
        this.#seen.delete(String(request.headers["x-slack-signature"]));
      }
    });
  }

  /** What is wrong with a request that shows without its body; null when it may be taken. */
  #headerFault({ headers }: IncomingMessage): string | null {
    const stamp = headers["x-slack-request-timestamp"];
    const signature = headers["x-slack-signature"];
    if (
      typeof stamp !== "string" ||
      typeof signature !== "string" ||
      !/^\d{1,12}$/.test(stamp) ||
      !/^v0=[\da-f]{64}$/.test(signature)
    ) {
      return "it is not signed";
    }
    return Math.abs(this.#parts.clock.now() - Number(stamp) * 1000) > MOST_SKEW
      ? "it is dated more than five minutes from now; is this machine's clock right?"
      : null;
  }

  /** Why a request whose head is right is refused; null when it is taken. */
  #fault(request: IncomingMessage, body: Buffer): string | null {
    const stamp = String(request.headers["x-slack-request-timestamp"]);
    const signature = String(request.headers["x-slack-signature"]);
    const now = this.#parts.clock.now();
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

/** Whether Bolt will find an object in the body, which is JSON, or a form that may have JSON inside. */
function holdsObject(request: IncomingMessage, body: string): boolean {
  const isForm = request.headers["content-type"]?.startsWith(FORM) === true;
  const json = isForm ? new URLSearchParams(body).get("payload") : body;
  if (json === null) {
    return true;
  }
  try {
    const parsed: unknown = JSON.parse(json);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false;
  }
}

/** Slack's check of the certificate is unsigned, and asks for nothing. */
function isSslCheck(request: IncomingMessage, body: Buffer): boolean {
  return (
    request.headers["content-type"]?.startsWith(FORM) === true &&
    new URLSearchParams(body.toString()).get("ssl_check") === "1"
  );
}
