import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createPipelineFromOptions,
  createPipelineRequest,
} from "@azure/core-rest-pipeline";
import type { PipelineResponse } from "@azure/core-rest-pipeline";
import { expect, test } from "vitest";
import { DAY, HOUR, MINUTE } from "../../../src/domain/instant.ts";
import type { Sandbox } from "../../../src/sandbox/http/start-sandbox.ts";
import { generateTenant } from "../../../src/sandbox/generate-tenant.ts";
import { DEFAULT_TRAPS } from "../../../src/sandbox/traps.ts";
import {
  ALL,
  NOON,
  between,
  call,
  credentialFor,
  errorOf,
  firstSubscription,
  logPath,
  monitorFor,
  running,
} from "./running.ts";

const SCOPE = "https://management.azure.com/.default";

async function pagesOf(sandbox: Sandbox, filter: string) {
  const pages = [];
  for await (const page of monitorFor(sandbox).activityLogs.list(filter).byPage()) {
    pages.push(page);
  }
  return pages;
}

async function readArm(sandbox: Sandbox, path: string): Promise<PipelineResponse> {
  const pipeline = createPipelineFromOptions({
    tlsOptions: { ca: sandbox.ca },
    retryOptions: { maxRetries: 0 },
  });
  pipeline.addPolicy(
    bearerTokenAuthenticationPolicy({ credential: credentialFor(sandbox), scopes: SCOPE }),
  );
  const request = createPipelineRequest({ url: `${sandbox.resourceManager}${path}` });
  return pipeline.sendRequest(createDefaultHttpClient(), request);
}

test("The Activity Log client signs in and reads the whole log, page by page, newest first.", async () => {
  const { sandbox } = await running({ pageSizes: { rows: 60 } });
  const pages = await pagesOf(sandbox, ALL);
  const rows = pages.flat();
  expect(pages.slice(0, -1).map((page) => page.length)).toEqual(
    Array.from({ length: pages.length - 1 }, () => 60),
  );
  expect(pages.length).toBeGreaterThan(2);
  const times = rows.map((row) => row.eventTimestamp?.getTime() ?? 0);
  expect(times).toEqual(times.toSorted((a, b) => b - a));
  expect(new Set(rows.map((row) => row.eventDataId)).size).toBe(rows.length);
});

test("A page has 200 rows when nothing else is set.", async () => {
  const { sandbox } = await running();
  const [first] = await pagesOf(sandbox, ALL);
  expect(first).toHaveLength(200);
});

test("The client's rows are those of the tenant, with every trap that was set.", async () => {
  const size = "small";
  const traps = { ...DEFAULT_TRAPS, "log-cut": 0 };
  const { sandbox, clock } = await running({ profile: { kind: "generated", size, traps } });
  const { rows, truth } = generateTenant({ seed: 7, size, traps, start: NOON });
  expect(truth.traps.length).toBeGreaterThan(25);
  clock.pass(4 * DAY);
  const told: unknown[] = [];
  for (const subscription of sandbox.subscriptions) {
    const client = monitorFor(sandbox, subscription);
    for await (const row of client.activityLogs.list(between(0, 5 * DAY))) {
      told.push([row.eventDataId, row.resourceId, row.claims, row.properties]);
    }
  }
  const wanted = rows.map((row) => [row.eventDataId, row.resourceId, row.claims, row.properties]);
  expect(told).toHaveLength(wanted.length);
  expect(new Map(told.map((row) => [JSON.stringify(row), 1]))).toEqual(
    new Map(wanted.map((row) => [JSON.stringify(row), 1])),
  );
  expect(sandbox.truth()).toEqual(truth);
});

test("Resource Manager answers the bearer token policy of the SDK.", async () => {
  const { sandbox } = await running();
  const path = `/subscriptions/${firstSubscription(sandbox)}/providers/Microsoft.Network/networkSecurityGroups?api-version=2023-09-01`;
  const { status, headers, bodyAsText } = await readArm(sandbox, path);
  expect(status).toBe(200);
  expect(headers.get("x-ms-ratelimit-remaining-subscription-reads")).toBe("249");
  expect(bodyAsText).toContain("vm-x-nsg");
});

test("A wrong secret is refused in Entra's words.", async () => {
  const { sandbox } = await running();
  const credential = credentialFor(sandbox, "wrong");
  await expect(credential.getToken(SCOPE)).rejects.toThrow(/AADSTS7000215: Invalid client secret/);
});

test.each([
  ["client_id=someone&client_secret=x", 400, "AADSTS700016"],
  ["client_id=CLIENT", 401, "AADSTS7000218"],
  [
    "client_id=CLIENT&client_secret=SECRET&scope=https://graph.microsoft.com/User.Read",
    400,
    "AADSTS1002012",
  ],
  ["grant_type=password&client_id=CLIENT&client_secret=SECRET", 400, "AADSTS70003"],
])("Entra refuses %s with status %i and %s.", async (form, status, code) => {
  const { sandbox } = await running();
  const body = `grant_type=client_credentials&${form}`
    .replace("grant_type=client_credentials&grant_type", "grant_type")
    .replace("CLIENT", sandbox.clientId)
    .replace("SECRET", sandbox.clientSecret);
  const url = `${sandbox.authority}/${sandbox.tenantId}/oauth2/v2.0/token`;
  const answer = await call(sandbox, url, { method: "POST", body });
  expect(answer.status).toBe(status);
  expect(answer.text).toContain(code);
  expect(answer.text).not.toContain(sandbox.clientSecret);
});

test("Entra knows one tenant.", async () => {
  const { sandbox } = await running();
  const url = `${sandbox.authority}/elsewhere.example/oauth2/v2.0/token`;
  const answer = await call(sandbox, url, { method: "POST", body: "" });
  expect(answer.status).toBe(400);
  expect(answer.text).toContain("AADSTS90002");
});

test("A token lives as long as its sign-in said, and then is refused with a challenge.", async () => {
  const { sandbox, clock } = await running({ speed: 60 });
  const token = await credentialFor(sandbox).getToken(SCOPE);
  // Its lifetime is an hour of the client's time, whatever the sandbox's clock does.
  expect(Math.round((token.expiresOnTimestamp - Date.now()) / MINUTE)).toBe(60);
  const read = async () =>
    call(sandbox, `${sandbox.resourceManager}${logPath(sandbox, between(HOUR, 5 * DAY))}`, {
      headers: { authorization: `Bearer ${token.token}` },
    });
  clock.pass(59 * HOUR);
  expect(await read()).toMatchObject({ status: 200 });
  clock.pass(2 * HOUR);
  const late = await read();
  expect(late.status).toBe(401);
  expect(errorOf(late).code).toBe("ExpiredAuthenticationToken");
  expect(late.headers["www-authenticate"]).toContain('error="invalid_token"');
});

test.each([
  [{}, "AuthenticationFailed"],
  [{ authorization: "Basic YTpi" }, "AuthenticationFailed"],
  [{ authorization: "Bearer made-up" }, "InvalidAuthenticationToken"],
])("A request with %o is refused with 401 and %s.", async (headers, code) => {
  const { sandbox } = await running();
  const url = `${sandbox.resourceManager}${logPath(sandbox, ALL)}`;
  const answer = await call(sandbox, url, { headers });
  expect(answer.status).toBe(401);
  expect(errorOf(answer).code).toBe(code);
  expect(answer.headers["www-authenticate"]).toContain("Bearer authorization_uri=");
});

test("Whoever reads too much gets 429 until the bucket fills again.", async () => {
  const { sandbox, clock } = await running({ readLimit: { size: 2, perSecond: 0.1 } });
  const client = monitorFor(sandbox);
  const read = async () => client.activityLogs.list(between(HOUR)).byPage().next();
  await read();
  await read();
  await expect(read()).rejects.toMatchObject({
    statusCode: 429,
    code: "SubscriptionRequestsThrottled",
  });
  expect(await readArm(sandbox, logPath(sandbox, ALL))).toMatchObject({ status: 429 });
  clock.pass(10_000);
  await expect(read()).resolves.toMatchObject({ done: false });
});

test("Retry-After says when the next read is granted.", async () => {
  const { sandbox, clock } = await running({ readLimit: { size: 1, perSecond: 0.1 } });
  const token = await credentialFor(sandbox).getToken(SCOPE);
  const url = `${sandbox.resourceManager}${logPath(sandbox, ALL)}`;
  const read = async () =>
    call(sandbox, url, { headers: { authorization: `Bearer ${token.token}` } });
  await read();
  const { headers } = await read();
  expect(headers).toMatchObject({
    "retry-after": "10",
    "x-ms-ratelimit-remaining-subscription-reads": "0",
  });
  clock.pass(9_999);
  expect(await read()).toMatchObject({ status: 429 });
  clock.pass(1);
  expect(await read()).toMatchObject({ status: 200 });
});

test("An Azure subscription that is not there is not found.", async () => {
  const { sandbox } = await running();
  const client = monitorFor(sandbox, "00000000-0000-4000-8000-000000000000");
  await expect(client.activityLogs.list(ALL).byPage().next()).rejects.toMatchObject({
    statusCode: 404,
    code: "SubscriptionNotFound",
  });
});

test("A permission that was taken away is named, and comes back.", async () => {
  const { sandbox } = await running();
  const action = "Microsoft.Insights/eventtypes/management/values/read";
  const giveBack = sandbox.refuse(action, firstSubscription(sandbox));
  const read = async () => monitorFor(sandbox).activityLogs.list(ALL).byPage().next();
  await expect(read()).rejects.toMatchObject({ statusCode: 403, code: "AuthorizationFailed" });
  const { bodyAsText } = await readArm(sandbox, logPath(sandbox, ALL));
  expect(bodyAsText).toContain(`The client '${sandbox.clientId}'`);
  expect(bodyAsText).toContain(`perform action '${action}' over scope '/subscriptions/`);
  giveBack();
  await expect(read()).resolves.toMatchObject({ done: false });
});

test("Every request is taken down with its method, path, time and status.", async () => {
  const { sandbox, clock } = await running();
  await pagesOf(sandbox, between(HOUR));
  clock.pass(MINUTE);
  await expect(readArm(sandbox, "/nowhere")).resolves.toMatchObject({ status: 404 });
  const seen = sandbox.requestsSeen();
  expect(seen.map(({ method, status }) => `${method} ${status}`)).toEqual([
    "GET 200",
    "POST 200",
    "GET 200",
    "GET 200",
    "POST 200",
    "GET 404",
  ]);
  expect(seen[2]?.at).toBe(NOON);
  expect(seen[2]?.path).toMatch(/^\/subscriptions\/.*eventTimestamp/);
  expect(seen.at(-1)).toMatchObject({ at: NOON + MINUTE, path: "/nowhere" });
});
