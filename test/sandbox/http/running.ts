import { request as httpsRequest } from "node:https";
import { request as httpRequest } from "node:http";
import { MonitorClient } from "@azure/arm-monitor";
import { ClientSecretCredential } from "@azure/identity";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { DAY, HOUR } from "../../../src/domain/instant.ts";
import { startSandbox } from "../../../src/sandbox/http/start-sandbox.ts";
import type { Sandbox, SandboxOptions } from "../../../src/sandbox/http/start-sandbox.ts";

/** Noon of the day on which all sandboxes of these tests are started. */
export const NOON = Date.UTC(2026, 10, 23, 12);

/** A clock that a test moves by hand. */
export class HandClock {
  #now = NOON;

  now(): number {
    return this.#now;
  }

  sleep(duration: number): Promise<void> {
    this.pass(duration);
    return Promise.resolve();
  }

  pass(duration: number): void {
    this.#now += duration;
  }
}

/** A sandbox that stops with the test, at noon, and the clock that it lives by. */
export async function running(
  options: Partial<SandboxOptions> = {},
): Promise<{ readonly sandbox: Sandbox; readonly clock: HandClock }> {
  const clock = new HandClock();
  const sandbox = await startSandbox({ clock, seed: 7, ...options });
  onTestFinished(async () => {
    await sandbox.stop();
  });
  return { sandbox, clock };
}

/** The real credential of the Azure SDK, as Doorbell would make it. */
export function credentialFor(
  sandbox: Sandbox,
  secret = sandbox.clientSecret,
): ClientSecretCredential {
  return new ClientSecretCredential(sandbox.tenantId, sandbox.clientId, secret, {
    authorityHost: sandbox.authority,
    disableInstanceDiscovery: true,
    tlsOptions: { ca: sandbox.ca },
  });
}

/** The real client of the Activity Log, without retries of its own. */
export function monitorFor(sandbox: Sandbox, subscription = firstSubscription(sandbox)) {
  return new MonitorClient(credentialFor(sandbox), subscription, {
    endpoint: sandbox.resourceManager,
    tlsOptions: { ca: sandbox.ca },
    retryOptions: { maxRetries: 0 },
  });
}

export function firstSubscription(sandbox: Sandbox): string {
  return sandbox.subscriptions[0] ?? "";
}

/** A filter for the time around noon. */
export function between(before: number, after = HOUR): string {
  const [from, to] = [NOON - before, NOON + after].map((at) => new Date(at).toISOString());
  return `eventTimestamp ge '${from}' and eventTimestamp le '${to}'`;
}

/** A week before noon, and a day after. */
export const ALL = between(7 * DAY, DAY);

/** What came back for a request. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Sends one request as curl would, trusting the sandbox's certificate. */
export async function call(
  sandbox: Sandbox,
  url: string,
  init: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  } = {},
): Promise<Answer> {
  const send = url.startsWith("https:") ? httpsRequest : httpRequest;
  const length = init.body === undefined ? {} : { "content-length": Buffer.byteLength(init.body) };
  return new Promise((resolve, reject) => {
    const request = send(
      url,
      {
        method: init.method ?? "GET",
        headers: { ...length, ...init.headers },
        ca: sandbox.ca,
        agent: false,
        servername: "localhost",
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("error", reject);
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      },
    );
    request.on("error", reject);
    request.end(init.body);
  });
}

/** Calls Azure Resource Manager as somebody who may. */
export async function callArm(
  sandbox: Sandbox,
  path: string,
  init: { readonly method?: string; readonly body?: string } = {},
): Promise<Answer> {
  const headers = { authorization: `Bearer ${sandbox.tokenFor("alice")}` };
  return call(sandbox, `${sandbox.resourceManager}${path}`, { ...init, headers });
}

/** The Activity Log's path with that filter, and whatever else the query has. */
export function logPath(sandbox: Sandbox, filter: string, more = ""): string {
  return (
    `/subscriptions/${firstSubscription(sandbox)}/providers/Microsoft.Insights/eventtypes/management/values` +
    `?api-version=2015-04-01&$filter=${encodeURIComponent(filter)}${more}`
  );
}

const errorBody = z.union([
  z.object({ error: z.object({ code: z.string(), message: z.string() }) }),
  z.object({ code: z.string(), message: z.string() }).transform((error) => ({ error })),
]);

/** The code and message of an error in either of Azure's forms. */
export function errorOf(answer: Answer): { readonly code: string; readonly message: string } {
  return errorBody.parse(JSON.parse(answer.text)).error;
}

const rowsBody = z.object({
  value: z.array(z.record(z.string(), z.unknown())),
  nextLink: z.url().optional(),
});

/** A page of a list. */
export function pageOf(answer: Answer): z.infer<typeof rowsBody> {
  return rowsBody.parse(JSON.parse(answer.text));
}
