import type { IncomingMessage, ServerResponse } from "node:http";
import { SlackFailure } from "./failure.ts";
import type { Fault, PlannedFaults } from "./faults.ts";
import type { Method } from "./method.ts";
import type { FakeOAuth } from "./oauth.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { FakeToken, FakeTokens } from "./tokens.ts";
import type { FakeWorkspace } from "./world.ts";

/** A call that reached the Web API. */
export interface ApiCall {
  readonly method: string;
  readonly args: Readonly<Record<string, string>>;
  /** `ok`, or the code of the refusal. */
  readonly outcome: string;
}

/** What the Web API works with. */
export interface WebApiParts {
  readonly workspaces: ReadonlyMap<string, FakeWorkspace>;
  readonly tokens: FakeTokens;
  readonly limits: RateLimits | null;
  readonly faults: PlannedFaults;
  readonly oauth: FakeOAuth;
  readonly methods: Readonly<Record<string, Method>>;
  readonly origin: string;
  readonly onCall: (call: ApiCall, workspace: FakeWorkspace | null) => void;
}

/** Answers `POST /api/<method>` as Slack does. */
export async function answerApiCall(
  method: string,
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
  parts: WebApiParts,
): Promise<void> {
  const args = argumentsOf(request, body);
  const fault = parts.faults.next(method);
  if (fault !== null && failsBefore(fault, response)) {
    return;
  }
  const { status, headers, answer } = perform(method, tokenOf(request, args), args, parts, fault);
  if (fault !== null && failsAfter(fault, response)) {
    return;
  }
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
  response.end(JSON.stringify(answer));
}

interface Performed {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly answer: Readonly<Record<string, unknown>>;
}

function perform(
  method: string,
  tokenText: string | null,
  args: Readonly<Record<string, string>>,
  parts: WebApiParts,
  fault: Fault | null,
): Performed {
  let token: FakeToken | null = null;
  try {
    if (fault?.kind === "error") {
      throw new SlackFailure(fault.code);
    }
    if (method === "oauth.v2.access") {
      return done(method, args, parts, null, parts.oauth.access(args));
    }
    const known = parts.methods[method];
    if (known === undefined) {
      throw new SlackFailure("unknown_method");
    }
    token = parts.tokens.check(tokenText);
    if (token.kind !== known.kind) {
      throw new SlackFailure("not_allowed_token_type");
    }
    const workspace = parts.workspaces.get(token.team);
    if (workspace === undefined) {
      throw new SlackFailure("invalid_auth");
    }
    const wait = parts.limits?.refuse(method, token.team, args["channel"] ?? null) ?? null;
    if (wait !== null || fault?.kind === "rate-limited") {
      parts.onCall({ method, args, outcome: "ratelimited" }, workspace);
      return {
        status: 429,
        headers: {
          "retry-after": String(fault?.kind === "rate-limited" ? fault.seconds : wait),
        },
        answer: { ok: false, error: "ratelimited" },
      };
    }
    const call = { workspace, token, tokens: parts.tokens, args, origin: parts.origin };
    const missing = known.scopes(call).filter((scope) => token?.scopes.has(scope) !== true);
    if (missing.length > 0) {
      throw new SlackFailure("missing_scope", {
        needed: missing.join(","),
        provided: [...token.scopes].join(","),
      });
    }
    return done(method, args, parts, { workspace, token }, known.run(call));
  } catch (error) {
    if (!(error instanceof SlackFailure)) {
      throw error;
    }
    parts.onCall({ method, args, outcome: error.code }, null);
    return {
      status: 200,
      headers: scopeHeaders(token),
      answer: { ok: false, error: error.code, ...error.extra },
    };
  }
}

function done(
  method: string,
  args: Readonly<Record<string, string>>,
  parts: WebApiParts,
  caller: { readonly workspace: FakeWorkspace; readonly token: FakeToken } | null,
  fields: Readonly<Record<string, unknown>>,
): Performed {
  parts.onCall({ method, args, outcome: "ok" }, caller?.workspace ?? null);
  return {
    status: 200,
    headers: scopeHeaders(caller?.token ?? null),
    answer: { ok: true, ...fields },
  };
}

function scopeHeaders(token: FakeToken | null): Readonly<Record<string, string>> {
  return token === null ? {} : { "x-oauth-scopes": [...token.scopes].join(",") };
}

/** Lets the call fail before anything is done; true when it is over with that. */
function failsBefore(fault: Fault, response: ServerResponse): boolean {
  switch (fault.kind) {
    case "drop-before":
      response.socket?.destroy();
      return true;
    case "stall-before":
      return true;
    case "http-error":
      response.writeHead(fault.status, { "content-type": "text/html" });
      response.end("<html>Something is wrong.</html>");
      return true;
    default:
      return false;
  }
}

function failsAfter(fault: Fault, response: ServerResponse): boolean {
  switch (fault.kind) {
    case "drop-after":
      response.socket?.destroy();
      return true;
    case "stall-after":
      return true;
    case "http-500-after":
      response.writeHead(500, { "content-type": "text/html" });
      response.end("<html>Server error.</html>");
      return true;
    default:
      return false;
  }
}

function argumentsOf(request: IncomingMessage, body: string): Readonly<Record<string, string>> {
  if (!(request.headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded")) {
    return {};
  }
  return Object.fromEntries(new URLSearchParams(body));
}

function tokenOf(request: IncomingMessage, args: Readonly<Record<string, string>>): string | null {
  const header = request.headers.authorization ?? "";
  return header.startsWith("Bearer ") ? header.slice("Bearer ".length) : (args["token"] ?? null);
}
