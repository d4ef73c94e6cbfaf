import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { buffer } from "node:stream/consumers";
import { makeServerIdentity } from "../../../src/sandbox/http/certificate.ts";
import { operationOf, performCall, threadOf } from "./connector.ts";
import { Deliveries } from "./deliveries.ts";
import { ConnectorFailure } from "./failure.ts";
import { failsAfter, failsBefore, PlannedFaults, POSTS } from "./faults.ts";
import type { Fault, Operation } from "./faults.ts";
import { Lifecycle } from "./lifecycle.ts";
import { Person } from "./person.ts";
import { RateLimits } from "./rate-limits.ts";
import { ISSUER, keySet, openIdMetadata } from "./signing.ts";
import { BOT_SCOPE, FakeTokens } from "./tokens.ts";
import { FakeTenant } from "./world.ts";
import type { FakeUser } from "./world.ts";

/**
 * The strictest size of a message that Teams has documented, in bytes of UTF-16: pages of 2025 say 100 KB,
 * others still 40 KB, the facts that Doorbell was built on too.
 * Source: https://learn.microsoft.com/en-gb/microsoftteams/platform/bots/how-to/format-your-bot-messages
 */
export const MOST_MESSAGE_BYTES = 40 * 1024;

/** How the fake is set up. */
export interface FakeTeamsOptions {
  /** The clock, in ms; the machine's by default. Tokens of activities always live by the machine's. */
  readonly now?: () => number;
  /** Whether calls are counted against Teams' limits; true by default. */
  readonly rateLimits?: boolean;
  /** Whether everything is served over HTTPS too, for sign-in as Entra's clients want it; false by default. */
  readonly https?: boolean;
  readonly mostMessageBytes?: number;
}

/** A call that reached the Connector, or Entra. */
export interface ConnectorCallRecord {
  readonly operation: Operation;
  readonly verb: string;
  readonly path: string;
  /** As it came. */
  readonly body: string;
  /** When, in ms. */
  readonly at: number;
  /** What was answered, or would have been; null where the call did not get so far. */
  readonly status: number | null;
}

const TENANT = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";
const APP = "5d1f8e2a-3c47-4b6e-9a01-7f2c4d8e6b90";
const SERVICE = "/amer/";

/**
 * Microsoft Teams on loopback, for one bot: the Bot Connector, the keys that sign what it delivers, and
 * Entra's tokens for the bot. It keeps what is posted and refuses what Teams refuses.
 */
export class FakeTeams {
  readonly appId = APP;
  readonly clientSecret = "client-secret-of-a-fake";
  readonly tenant: FakeTenant;
  readonly tokens: FakeTokens;
  readonly faults = new PlannedFaults();
  readonly deliveries: Deliveries;
  readonly calls: ConnectorCallRecord[] = [];
  /** The certificate, as PEM, that clients of `authority` must trust; null without HTTPS. */
  readonly ca: string | null;
  readonly #tenants = new Map<string, FakeTenant>();
  readonly #limits: RateLimits | null;
  readonly #mostBytes: number;
  readonly #now: () => number;
  readonly #server: Server;
  readonly #tlsServer: Server | null;
  #origin = "";
  #authority = "";

  constructor(options: FakeTeamsOptions) {
    this.#now = options.now ?? Date.now;
    this.#mostBytes = options.mostMessageBytes ?? MOST_MESSAGE_BYTES;
    this.#limits = options.rateLimits === false ? null : new RateLimits(this.#now);
    this.tenant = this.addTenant(TENANT);
    this.tokens = new FakeTokens(
      { appId: APP, clientSecret: this.clientSecret, tenant: TENANT },
      this.#now,
    );
    this.deliveries = new Deliveries(() => ({ appId: APP, serviceUrl: this.serviceUrl }));
    const answer: RequestListener = (request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : new Error(String(error)));
      });
    };
    this.#server = createServer(answer);
    const identity = options.https === true ? makeServerIdentity("Fake Teams") : null;
    this.ca = identity?.certificate ?? null;
    this.#tlsServer =
      identity === null
        ? null
        : createTlsServer({ key: identity.key, cert: identity.certificate }, answer);
  }

  /** Where the fake listens, such as `http://127.0.0.1:41999`. */
  get origin(): string {
    return this.#origin;
  }

  /** What stands in activities, and where the bot answers: `…/amer/`. */
  get serviceUrl(): string {
    return this.#origin + SERVICE;
  }

  /** Base address of Entra over HTTPS: an `authorityHost`; empty without HTTPS. */
  get authority(): string {
    return this.#authority;
  }

  /** Where a bot's token is asked for, over plain HTTP. */
  get tokenUrl(): string {
    return `${this.#origin}/${TENANT}/oauth2/v2.0/token`;
  }

  /** What takes the place of Azure's public cloud. */
  get cloud(): {
    readonly openIdMetadataUrl: string;
    readonly issuer: string;
    readonly scope: string;
  } {
    return {
      openIdMetadataUrl: `${this.#origin}/v1/.well-known/openidconfiguration`,
      issuer: ISSUER,
      scope: BOT_SCOPE,
    };
  }

  /** Metadata for tokens of the Emulator: there are no keys that vouch for any. */
  get emulatorMetadataUrl(): string {
    return `${this.#origin}/emulator/openidconfiguration`;
  }

  async start(port = 0): Promise<void> {
    this.#origin = `http://127.0.0.1:${await listening(this.#server, port)}`;
    if (this.#tlsServer !== null && !this.#tlsServer.listening) {
      this.#authority = `https://127.0.0.1:${await listening(this.#tlsServer, 0)}`;
    }
  }

  /** Refuses connections until `comeBack`. */
  goAway(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async comeBack(): Promise<void> {
    await this.start(Number(new URL(this.#origin).port));
  }

  async stop(): Promise<void> {
    await Promise.all([this.#server, this.#tlsServer].map(closed));
  }

  /** Another tenant whose people may have the bot. */
  addTenant(id: string): FakeTenant {
    const tenant = new FakeTenant(id, { id: `28:${APP}`, name: "Doorbell" }, this.#now);
    this.#tenants.set(id, tenant);
    return tenant;
  }

  person(user: FakeUser, tenant = this.tenant): Person {
    return new Person(user, { ...this.#happenings(), tenant });
  }

  /** What that person does to teams, channels, chats and the app. */
  lifecycle(by: FakeUser, tenant = this.tenant): Lifecycle {
    return new Lifecycle(tenant, by, this.#happenings());
  }

  /** How often an operation was called. */
  countCalls(...operations: readonly Operation[]): number {
    return this.calls.filter(({ operation }) => operations.includes(operation)).length;
  }

  /** How many posts that Teams carried out hold that text, such as a message's key. */
  countPosts(text: string): number {
    return this.calls.filter(
      ({ operation, status, body }) =>
        POSTS.includes(operation) && status !== null && status < 300 && body.includes(text),
    ).length;
  }

  #happenings(): {
    readonly deliveries: Deliveries;
    readonly serviceUrl: () => string;
    readonly now: () => number;
  } {
    return { deliveries: this.deliveries, serviceUrl: () => this.serviceUrl, now: this.#now };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A connection for each call: then nobody hangs on to one that Teams has given up.
    response.setHeader("connection", "close");
    const url = new URL(request.url ?? "/", this.#origin);
    const body = (await buffer(request)).toString();
    const verb = request.method ?? "";
    const { operation, ids } = operationAt(verb, url.pathname);
    const fault = this.faults.next(operation);
    if (fault !== null && failsBefore(fault, response)) {
      this.#record(operation, verb, url, body, null);
      return;
    }
    const answer = this.#perform({ operation, ids, url, body, request, fault });
    this.#record(operation, verb, url, body, answer.status);
    if (fault !== null && failsAfter(fault, response)) {
      return;
    }
    response.writeHead(answer.status, {
      "content-type": "application/json; charset=utf-8",
      ...answer.headers,
    });
    response.end(answer.body === undefined ? "" : JSON.stringify(answer.body));
  }

  #perform(asked: Asked): Answer {
    const { operation, ids, url, fault } = asked;
    try {
      if (fault?.kind === "error") {
        throw new ConnectorFailure(fault.status, fault.code, "As planned.");
      }
      if (fault?.kind === "rate-limited") {
        return throttled(fault.seconds);
      }
      if (!url.pathname.startsWith(`${SERVICE}v3/`)) {
        return this.#outsideOfConnector(asked);
      }
      if (!this.tokens.isGood(asked.request.headers.authorization)) {
        return {
          status: 401,
          body: { message: "Authorization has been denied for this request." },
        };
      }
      const body = parsed(asked.body);
      const call = { operation, ids, query: url.searchParams, body };
      const wait = this.#limits?.refuse(operation, threadOf(call)) ?? null;
      if (wait !== null) {
        return throttled(wait);
      }
      return performCall(call, { tenants: this.#tenants, mostBytes: this.#mostBytes });
    } catch (error) {
      if (!(error instanceof ConnectorFailure)) {
        throw error;
      }
      return {
        status: error.status,
        body: { error: { code: error.code, message: error.message } },
      };
    }
  }

  /** Keys, tokens and what Entra's clients look up first. */
  #outsideOfConnector({ operation, url, body, request }: Asked): Answer {
    const ok = (content: unknown): Answer => ({ status: 200, body: content });
    const here = `${"encrypted" in request.socket ? "https" : "http"}://${request.headers.host ?? ""}`;
    if (operation === "openIdMetadata") {
      return ok(
        url.pathname.startsWith("/emulator/")
          ? { ...openIdMetadata(here), jwks_uri: `${here}/emulator/keys` }
          : openIdMetadata(here),
      );
    }
    const [, tenant = "", ...rest] = url.pathname.split("/");
    if (operation === "token") {
      return this.tokens.answer(tenant, new URLSearchParams(body));
    }
    switch (`${tenant}/${rest.join("/")}`) {
      case "v1/.well-known/keys":
        return ok(keySet());
      case "emulator/keys":
        return ok({ keys: [] });
      default:
        return rest.join("/") === "v2.0/.well-known/openid-configuration"
          ? ok(this.tokens.configuration(tenant, here))
          : { status: 404, body: { message: "No such address." } };
    }
  }

  #record(operation: Operation, verb: string, url: URL, body: string, status: number | null): void {
    this.calls.push({
      operation,
      verb,
      path: url.pathname + url.search,
      body,
      at: this.#now(),
      status,
    });
  }
}

interface Asked {
  readonly operation: Operation;
  readonly ids: readonly string[];
  readonly url: URL;
  readonly body: string;
  readonly request: IncomingMessage;
  readonly fault: Fault | null;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

function operationAt(
  verb: string,
  path: string,
): { readonly operation: Operation; readonly ids: readonly string[] } {
  if (path.startsWith(`${SERVICE}v3/`)) {
    return operationOf(verb, path.slice(`${SERVICE}v3/`.length));
  }
  if (verb === "POST" && /^\/[^/]+\/oauth2\/v2\.0\/token$/.test(path)) {
    return { operation: "token", ids: [] };
  }
  const isMetadata = path.endsWith("/openidconfiguration");
  return { operation: isMetadata ? "openIdMetadata" : "unknown", ids: [] };
}

function throttled(seconds: number): Answer {
  return {
    status: 429,
    headers: { "retry-after": String(seconds) },
    body: { error: { code: "Throttled", message: "Too many requests." } },
  };
}

function parsed(body: string): unknown {
  if (body === "") {
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(body);
    return value;
  } catch {
    throw new ConnectorFailure(400, "BadSyntax", "The request body is no JSON.");
  }
}

async function listening(server: Server, port: number): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.listen(port, "127.0.0.1", () => {
    resolve(undefined);
  });
  await promise;
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("The fake has no port.");
  }
  return address.port;
}

async function closed(server: Server | null): Promise<void> {
  if (server === null) {
    return;
  }
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.closeAllConnections();
  server.close(() => {
    resolve(undefined);
  });
  await promise;
}

/** Starts a fake Teams with one tenant. */
export async function startFakeTeams(options: FakeTeamsOptions = {}): Promise<FakeTeams> {
  const fake = new FakeTeams(options);
  await fake.start();
  return fake;
}
