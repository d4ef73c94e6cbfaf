import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { HOUR } from "../../domain/instant.ts";
import type { Duration, Instant } from "../../domain/instant.ts";
import { DoorbellError } from "../../errors.ts";
import type { Clock } from "../../ports.ts";
import { LOG_KEPT } from "../activity-log.ts";
import { LiveTenant } from "../live-tenant.ts";
import { historyOf } from "../profiles.ts";
import type { TenantProfile } from "../profiles.ts";
import { Random } from "../random.ts";
import { AZURE_DELAYS } from "../simulation.ts";
import type { LogDelays } from "../simulation.ts";
import type { TenantModel } from "../tenant-model.ts";
import type { Truth } from "../truth.ts";
import { AzureError, armError, tooLarge } from "./azure-error.ts";
import { makeServerIdentity } from "./certificate.ts";
import { Entra } from "./entra.ts";
import { Faults } from "./faults.ts";
import type { Fault, FaultRule } from "./faults.ts";
import { answerAtDesk } from "./front-desk.ts";
import { bodyOf, listen, urlOf } from "./listener.ts";
import type { Listener } from "./listener.ts";
import { AZURE_READS } from "./read-bucket.ts";
import type { ReadLimit } from "./read-bucket.ts";
import { AZURE_ANSWERS, LogAnalyticsApi } from "./log-analytics-api.ts";
import type { AnswerLimits } from "./log-analytics-api.ts";
import { RequestRecord } from "./request-record.ts";
import type { SeenRequest } from "./request-record.ts";
import { AzureApi } from "./azure-api.ts";
import type { PageSizes, Reply } from "./azure-api.ts";

/** How to set a sandbox up. All but `clock` and `seed` may be left out. */
export interface SandboxOptions {
  readonly clock: Clock;
  /** Equal seeds (and starts) give equal stories, to the byte. */
  readonly seed: number;
  /** The demo when left out. */
  readonly profile?: TenantProfile;
  /** When the tenant's story begins; such that the profile's history lies behind when left out. */
  readonly start?: Instant;
  /** When rows become readable: 3 to 20 minutes after they happened when left out. */
  readonly delays?: LogDelays;
  /** The port of Azure's services; any free one when left out or 0. */
  readonly port?: number;
  /** The port of the front desk; likewise. */
  readonly deskPort?: number;
  /** 200 rows of the log and 100 resources when left out. */
  readonly pageSizes?: Partial<PageSizes>;
  readonly readLimit?: ReadLimit;
  /** How long the Log Analytics workspace keeps rows: 91 days when left out. */
  readonly workspaceKeeps?: Duration;
  /** How large an answer of the workspace is: as Azure has it when left out. */
  readonly answerLimits?: Partial<AnswerLimits>;
  /** How many times faster than its clients' the clock runs: 1 when left out. */
  readonly speed?: number;
  /** Of a token, in the clock's time: an hour of its clients' time when left out; may be infinite. */
  readonly tokenLifetime?: Duration;
}

/** A tenant of Azure on loopback. */
export interface Sandbox {
  /** Base address of Azure Resource Manager, `https://127.0.0.1:<port>`; a client's `endpoint`. */
  readonly resourceManager: string;
  /** Base address of Entra: a credential's `authorityHost`. */
  readonly authority: string;
  /** The certificate, as PEM, that clients must trust: `tlsOptions: { ca }`. */
  readonly ca: string;
  /** `http://127.0.0.1:<port>`: takes `POST /open?vm=…&port=…` without a token. */
  readonly frontDesk: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** ID of the Log Analytics workspace, queried at the address of `resourceManager`. */
  readonly workspace: string;
  /** Azure subscription IDs, lower-cased. */
  readonly subscriptions: readonly string[];
  readonly model: TenantModel;
  /** A token with which that person (UPN, or its first part) may call Azure, `initiate` included. */
  tokenFor(person: string): string;
  /** What really happened up to now. */
  truth(): Truth;
  /** Puts a fault in the way of requests; returns what takes it away. */
  inject(rule: FaultRule): () => void;
  /** Takes a permission away, in one Azure subscription or all; returns what gives it back. */
  refuse(action: string, subscription?: string): () => void;
  /** The newest requests to Azure's services, oldest first, at most 10,000. */
  requestsSeen(): readonly Readonly<SeenRequest>[];
  stop(): Promise<void>;
}

/**
 * Starts a sandbox: a tenant that lives by the clock, and servers on 127.0.0.1 that answer as Azure does.
 *
 * @throws DoorbellError `port-in-use`.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clock, seed, speed = 1, profile = { kind: "demo" } } = options;
  const tenant = new LiveTenant({
    profile,
    seed,
    start: options.start ?? clock.now() - historyOf(profile),
    delays: options.delays ?? AZURE_DELAYS,
    kept: options.workspaceKeeps ?? LOG_KEPT,
  });
  const present = (): Instant => {
    const now = clock.now();
    tenant.advance(now);
    return now;
  };
  const { model } = tenant;
  const ids = new Random(-1 - seed);
  const application = {
    clientId: ids.guid(),
    clientSecret: randomBytes(30).toString("base64url"),
    objectId: ids.guid(),
  };
  const entra = new Entra(
    model.tenantId,
    application,
    options.tokenLifetime ?? HOUR * speed,
    speed,
  );
  const azure = new AzureApi(
    tenant,
    entra,
    { rows: 200, resources: 100, ...options.pageSizes },
    options.readLimit ?? AZURE_READS,
  );
  const workspace = ids.guid();
  const logAnalytics = new LogAnalyticsApi(workspace, tenant, entra, azure.permissions, {
    ...AZURE_ANSWERS,
    ...options.answerLimits,
  });
  const faults = new Faults();
  const record = new RequestRecord();
  const identity = makeServerIdentity();

  const answer = async (request: IncomingMessage, url: URL): Promise<Reply> => {
    const body = await bodyOf(request);
    const now = present();
    const method = request.method ?? "";
    const asked = { method, url, authorization: request.headers.authorization, body };
    return (
      answerAsEntra(entra, method, url, body, now) ??
      logAnalytics.answer(asked, now) ??
      azure.answer(asked, now)
    );
  };
  const services = await listen(options.port ?? 0, identity, (request, response) => {
    const seen = record.add(request.method ?? "", request.url ?? "", clock.now());
    response.setHeader("date", new Date(clock.now()).toUTCString());
    const url = urlOf(request, services);
    if (typeof url === "string") {
      const refusal = armError(403, "Forbidden", url);
      seen.status = sendJson(response, refusal, null);
      return;
    }
    const fault = faults.meet(`${url.pathname}${url.search}`);
    void reply(() => answer(request, url), fault, response, seen);
  });
  let desk: Listener;
  try {
    desk = await listen(options.deskPort ?? 0, null, (request, response) => {
      const url = urlOf(request, desk);
      const { status, text } =
        typeof url === "string"
          ? { status: 403, text: url }
          : answerAtDesk(tenant, request.method ?? "", url, present());
      send(response, status, { "content-type": "text/plain; charset=utf-8" }, `${text}\n`);
    });
  } catch (error) {
    await services.close();
    throw error;
  }
  return {
    resourceManager: services.origin,
    authority: services.origin,
    ca: identity.certificate,
    frontDesk: desk.origin,
    tenantId: model.tenantId,
    clientId: application.clientId,
    clientSecret: application.clientSecret,
    workspace,
    subscriptions: model.subscriptions,
    model,
    tokenFor: (name) => {
      const person = model.people.find(
        ({ caller }) => caller === name || caller.startsWith(`${name}@`),
      );
      if (person === undefined) {
        throw new DoorbellError("not-found", `Nobody in the sandbox is called ${name}.`);
      }
      return entra.issue({ kind: "person", identity: person }, clock.now());
    },
    truth: () => {
      present();
      return tenant.truth();
    },
    inject: (rule) => faults.add(rule),
    refuse: (action, subscription) => azure.permissions.refuse(action, subscription ?? null),
    requestsSeen: () => record.newest(),
    stop: async () => {
      await Promise.all([services.close(), desk.close()]);
    },
  };
}

const TOKEN_PATH = /^\/([^/]+)\/oauth2\/v2\.0\/token\/?$/i;
const CONFIGURATION_PATH = /^\/([^/]+)\/v2\.0\/\.well-known\/openid-configuration\/?$/i;
const INSTANCE_PATH = /^\/common\/discovery\/instance\/?$/i;

/** The answer to a request for Entra; null when it is for somebody else. */
function answerAsEntra(
  entra: Entra,
  method: string,
  url: URL,
  body: string | null,
  now: Instant,
): Reply | null {
  const ok = (content: object): Reply => ({ status: 200, headers: {}, body: content });
  const tenantOfToken = TOKEN_PATH.exec(url.pathname)?.[1];
  if (tenantOfToken !== undefined && method === "POST") {
    if (body === null) {
      throw tooLarge();
    }
    return ok(entra.token(tenantOfToken, new URLSearchParams(body), now));
  }
  const tenantOfConfiguration = CONFIGURATION_PATH.exec(url.pathname)?.[1];
  if (tenantOfConfiguration !== undefined) {
    return ok(entra.configuration(tenantOfConfiguration, url.origin));
  }
  return INSTANCE_PATH.test(url.pathname) ? ok(entra.instances(url.origin)) : null;
}

/** Sends what the answer is, or what a fault makes of it. */
async function reply(
  answer: () => Promise<Reply>,
  fault: Fault | null,
  response: ServerResponse,
  seen: SeenRequest,
): Promise<void> {
  if (fault?.kind === "stall") {
    return;
  }
  if (fault?.kind === "close") {
    response.destroy();
    return;
  }
  if (fault?.kind === "html") {
    const page = "<!doctype html><title>Welcome</title><p>Sign in to this network.";
    seen.status = send(response, 200, { "content-type": "text/html" }, page);
    return;
  }
  const answered = await replyOf(async () => {
    if (fault?.kind === "status") {
      const wait = fault.retryAfter;
      throw armError(
        fault.status,
        fault.status === 429 ? "SubscriptionRequestsThrottled" : "InternalServerError",
        "The server encountered an error. Please try again.",
        wait === undefined ? {} : { "retry-after": String(wait) },
      );
    }
    return answer();
  });
  seen.status = sendJson(response, answered, fault);
}

function sendJson(response: ServerResponse, answer: Reply, fault: Fault | null): number {
  const { status, body } = answer;
  const headers = { "content-type": "application/json; charset=utf-8", ...answer.headers };
  const text = JSON.stringify(body);
  if (fault?.kind === "cut-off") {
    response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(text) });
    response.write(text.slice(0, text.length / 2), () => {
      response.destroy();
    });
    return status;
  }
  return send(
    response,
    status,
    headers,
    fault?.kind === "half-json" ? text.slice(0, text.length / 2) : text,
  );
}

async function replyOf(answer: () => Promise<Reply>): Promise<Reply> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof AzureError) {
      return error;
    }
    const message = error instanceof Error ? error.message : "unknown";
    return armError(500, "InternalServerError", `The sandbox itself failed: ${message}`);
  }
}

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  text: string,
): number {
  response.writeHead(status, { "cache-control": "no-cache", ...headers });
  response.end(text);
  return status;
}
