import { expect, test } from "vitest";
import { HOUR, MINUTE, isoUtc } from "../../../src/domain/instant.ts";
import type { Sandbox } from "../../../src/sandbox/http/start-sandbox.ts";
import {
  NOON,
  between,
  call,
  callArm,
  credentialFor,
  errorOf,
  logPath,
  pageOf,
  running,
} from "./running.ts";

const VERSION = "?api-version=2020-01-01";

function vmX(sandbox: Sandbox) {
  const vm = sandbox.model.vms.find(({ name }) => name === "vm-x");
  return { id: vm?.id ?? "", policy: vm?.policy ?? "", nsg: vm?.guards[0]?.id ?? "" };
}

function bodyFor(sandbox: Sandbox, port: object, more: object = {}): string {
  const ports = [{ number: 22, allowedSourceAddressPrefix: "203.0.113.9", ...port }];
  return JSON.stringify({ virtualMachines: [{ id: vmX(sandbox).id, ports }], ...more });
}

async function operationsSince(sandbox: Sandbox, at: number): Promise<string[]> {
  const filter = `eventTimestamp ge '${isoUtc(at)}' and eventTimestamp le '${isoUtc(at + 12 * HOUR)}'`;
  const { value } = pageOf(await callArm(sandbox, logPath(sandbox, filter)));
  return value
    .filter((row) =>
      new RegExp(`${vmX(sandbox).id}|vm-x-nsg|rg-prod.*Policies`).test(String(row["resourceId"])),
    )
    .map((row) => JSON.stringify([row["caller"], row["operationName"], row["properties"]]));
}

test("What somebody asks for by token opens a port, and the log tells it after a while.", async () => {
  const { sandbox, clock } = await running();
  const { policy, nsg, id } = vmX(sandbox);
  const answer = await callArm(sandbox, `${policy}/initiate${VERSION}`, {
    method: "POST",
    body: bodyFor(sandbox, { duration: "PT2H" }, { justification: "INC-1: look & see" }),
  });
  expect(answer.status).toBe(202);
  expect(JSON.parse(answer.text)).toEqual({
    virtualMachines: [
      {
        id,
        ports: [
          {
            number: 22,
            allowedSourceAddressPrefix: "203.0.113.9",
            endTimeUtc: "2026-11-23T14:00:00.0000000Z",
            status: "Initiating",
            statusReason: "UserRequested",
          },
        ],
      },
    ],
    startTimeUtc: "2026-11-23T12:00:00.0000000Z",
    requestor: "alice@contoso.com",
    justification: "INC-1: look & see",
  });
  expect(await operationsSince(sandbox, NOON)).toEqual([]);
  clock.pass(24 * MINUTE);
  const told = (await operationsSince(sandbox, NOON)).join("\n");
  expect(told).toMatch(/alice@contoso.com.*initiate\/action.*INC-1: look & see/);
  expect(told).toMatch(/Security Resource Provider.*networkSecurityGroups\/write.*203\.0\.113\.9/);
  const opening = sandbox.truth().openings.find(({ request }) => request?.at === NOON);
  expect(opening).toMatchObject({
    nsg,
    port: "22",
    kind: "jit",
    sources: ["203.0.113.9"],
    person: { name: "alice@contoso.com" },
    promisedEnd: NOON + 2 * HOUR,
    closedAt: null,
  });
  clock.pass(2 * HOUR);
  const closed = sandbox.truth().openings.find(({ request }) => request?.at === NOON);
  expect(closed).toMatchObject({ closedBy: "provider" });
  expect(closed?.closedAt).toBeGreaterThanOrEqual(NOON + 2 * HOUR);
});

test("The reading application may not ask for access.", async () => {
  const { sandbox } = await running();
  const { token } = await credentialFor(sandbox).getToken("https://management.azure.com/.default");
  const url = `${sandbox.resourceManager}${vmX(sandbox).policy}/initiate${VERSION}`;
  const body = bodyFor(sandbox, { duration: "PT1H" });
  const headers = { authorization: `Bearer ${token}` };
  const answer = await call(sandbox, url, { method: "POST", body, headers });
  expect(answer.status).toBe(403);
  expect(errorOf(answer).message).toContain("jitNetworkAccessPolicies/initiate/action");
  expect(sandbox.truth().requests.filter(({ at }) => at === NOON)).toEqual([]);
});

test.each([
  ["no JSON", () => "{"],
  ["a list", () => "[]"],
  ["no machines", () => '{"virtualMachines":[]}'],
  [
    "a machine of nobody",
    () =>
      '{"virtualMachines":[{"id":"/x","ports":[{"number":22,"duration":"PT1H","allowedSourceAddressPrefix":"*"}]}]}',
  ],
  ["no end", (sandbox: Sandbox) => bodyFor(sandbox, {})],
  ["too long a time", (sandbox: Sandbox) => bodyFor(sandbox, { duration: "PT3H1M" })],
  ["no time at all", (sandbox: Sandbox) => bodyFor(sandbox, { duration: "PT0M" })],
  ["an end that is past", (sandbox: Sandbox) => bodyFor(sandbox, { endTimeUtc: isoUtc(NOON - 1) })],
  ["an end that is none", (sandbox: Sandbox) => bodyFor(sandbox, { endTimeUtc: "soon" })],
  [
    "a port that the policy has not",
    (sandbox: Sandbox) => bodyFor(sandbox, { number: 80, duration: "PT1H" }),
  ],
  [
    "a port that is none",
    (sandbox: Sandbox) => bodyFor(sandbox, { number: 22.5, duration: "PT1H" }),
  ],
  [
    "a source that is none",
    (sandbox: Sandbox) =>
      bodyFor(sandbox, { allowedSourceAddressPrefix: "1.2.3", duration: "PT1H" }),
  ],
  [
    "an endless justification",
    (sandbox: Sandbox) =>
      bodyFor(sandbox, { duration: "PT1H" }, { justification: "x".repeat(5000) }),
  ],
] as const)("A request with %s is refused and opens nothing.", async (_, body) => {
  const { sandbox, clock } = await running();
  const answer = await callArm(sandbox, `${vmX(sandbox).policy}/initiate${VERSION}`, {
    method: "POST",
    body: body(sandbox),
  });
  expect(answer.status).toBe(400);
  expect(errorOf(answer).message).not.toBe("");
  clock.pass(30 * MINUTE);
  expect(sandbox.truth().requests.filter(({ at }) => at === NOON)).toEqual([]);
});

test("An end time and a list of sources are understood as well.", async () => {
  const { sandbox } = await running();
  const sources = ["203.0.113.9", "198.51.100.0/24"];
  const answer = await callArm(sandbox, `${vmX(sandbox).policy}/initiate${VERSION}`, {
    method: "POST",
    body: bodyFor(sandbox, {
      endTimeUtc: isoUtc(NOON + HOUR),
      allowedSourceAddressPrefix: undefined,
      allowedSourceAddressPrefixes: sources,
    }),
  });
  expect(answer.status).toBe(202);
  const [request] = sandbox.truth().requests.filter(({ at }) => at === NOON);
  expect(request?.targets[0]?.ports).toEqual([{ port: 22, sources, promisedEnd: NOON + HOUR }]);
});

test("The front desk takes a request without a token.", async () => {
  const { sandbox, clock } = await running();
  const url = `${sandbox.frontDesk}/open?vm=vm-x&port=3389`;
  const answer = await call(sandbox, url, { method: "POST" });
  expect(answer.status).toBe(202);
  expect(answer.text).toMatch(
    /^you@contoso\.com asked for port 3389 on vm-x from [\d.]+ for 1 h\./,
  );
  clock.pass(5 * MINUTE);
  const opening = sandbox.truth().openings.find(({ request }) => request?.at === NOON);
  expect(opening).toMatchObject({
    vm: vmX(sandbox).id,
    port: "3389",
    person: { name: "you@contoso.com" },
  });
});

test("At the front desk one may say who, how long, from where and why.", async () => {
  const { sandbox } = await running();
  const url = `${sandbox.frontDesk}/open?vm=VM-SQL&port=1433&as=bob&minutes=30&from=198.51.100.7&why=a%20look`;
  await call(sandbox, url, { method: "POST" });
  const [request] = sandbox.truth().requests.filter(({ at }) => at === NOON);
  expect(request).toMatchObject({
    person: { name: "bob@contoso.com" },
    justification: "a look",
    targets: [
      { ports: [{ port: 1433, sources: ["198.51.100.7"], promisedEnd: NOON + 30 * MINUTE }] },
    ],
  });
});

test.each([
  ["GET", "/open?vm=vm-x&port=22", 405, "POST /open?vm=vm-x"],
  ["POST", "/", 404, "POST /open?vm=vm-x"],
  ["POST", "/open", 404, "vm must be one of vm-x, vm-web"],
  ["POST", "/open?vm=vm-y&port=22", 404, "vm must be one of"],
  ["POST", "/open?vm=vm-x", 400, "port must be one of 22, 3389"],
  ["POST", "/open?vm=vm-x&port=80", 400, "port must be one of"],
  ["POST", "/open?vm=vm-x&port=22&as=mallory", 404, "as must be one of alice@contoso.com"],
  ["POST", "/open?vm=vm-x&port=22&minutes=0", 400, "minutes must be 1 to 180"],
  ["POST", "/open?vm=vm-x&port=22&minutes=1e9", 400, "minutes must be 1 to 180"],
  ["POST", "/open?vm=vm-x&port=22&from=here%0A", 400, "from must be"],
  ["POST", `/open?vm=vm-x&port=22&why=${"x".repeat(4001)}`, 400, "why must have at most"],
])("The front desk answers %s %s with %i.", async (method, path, status, text) => {
  const { sandbox } = await running();
  const answer = await call(sandbox, `${sandbox.frontDesk}${path}`, { method });
  expect(answer.status).toBe(status);
  expect(answer.text).toContain(text);
  expect(sandbox.truth().requests.filter(({ at }) => at === NOON)).toEqual([]);
});

test("Nobody gets a token for a person who is not there.", async () => {
  const { sandbox } = await running();
  expect(() => sandbox.tokenFor("mallory")).toThrow("Nobody in the sandbox is called mallory.");
  expect(await callArm(sandbox, logPath(sandbox, between(HOUR)))).toMatchObject({ status: 200 });
});
