import type { IncomingMessage, ServerResponse } from "node:http";
import type { Log } from "../../src/ports.ts";
import { reasonOf } from "../chat/reason.ts";
import { bodyOf } from "../chat/request-body.ts";

/** Teams sends no activity that comes near. */
const MOST_BYTES = 256 * 1024;

/** What a request is answered with. */
export interface Answer {
  readonly status: number;
  /** Sent as JSON. */
  readonly body?: object;
}

/** What requests are judged by, and handed to. */
export interface GuardParts {
  readonly path: string;
  /** Why the request's header `authorization` is refused; null when it may be true. */
  readonly tokenFault: (authorization: string | undefined) => string | null;
  readonly take: (body: object, authorization: string) => Promise<Answer>;
  readonly log: Log;
}

/** Refuses what is no activity before anything costly is done about it; hands over the rest. */
export class RequestGuard {
  readonly #parts: GuardParts;

  constructor(parts: GuardParts) {
    this.#parts = parts;
  }

  /** Answers a request, whatever it is. Never throws: what fails is logged. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { status, body } = await this.#judged(request);
      if (!request.complete) {
        // The rest of the body is not wanted.
        response.setHeader("connection", "close");
      }
      if (body === undefined) {
        response.writeHead(status).end();
      } else {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(body));
      }
    } catch (error) {
      // Slow bodies and broken connections: the server has answered them, where it could.
      const reason = reasonOf(error);
      this.#parts.log("warning", `Teams: a request broke off: ${reason}`);
      response.destroy();
    }
  }

  async #judged(request: IncomingMessage): Promise<Answer> {
    const { path, tokenFault, take, log } = this.#parts;
    if (pathOf(request) !== path) {
      return { status: 404 };
    }
    if (request.method !== "POST") {
      return { status: 405 };
    }
    if (!/^application\/json\s*(?:;|$)/i.test(request.headers["content-type"] ?? "")) {
      return { status: 415 };
    }
    const { authorization } = request.headers;
    const fault = tokenFault(authorization);
    if (fault !== null) {
      log("warning", `Teams: a request was refused: ${fault}.`);
      return { status: 401 };
    }
    const bytes = await bodyOf(request, MOST_BYTES);
    if (bytes === null) {
      return { status: 413 };
    }
    const body = objectIn(bytes);
    return body === null ? { status: 400 } : take(body, authorization ?? "");
  }
}

/** The path that was asked for, without its query. */
export function pathOf({ url }: IncomingMessage): string {
  return (url ?? "").split("?", 1)[0] ?? "";
}

function objectIn(bytes: Buffer): object | null {
  try {
    const parsed: unknown = JSON.parse(bytes.toString());
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? parsed : null;
  } catch {
    return null;
  }
}
