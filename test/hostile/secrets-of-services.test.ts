import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeServerIdentity } from "../../src/sandbox/http/certificate.ts";
import { runProcess } from "../acceptance/program.ts";
import type { Run } from "../acceptance/program.ts";
import { TempFolder } from "../acceptance/exports.ts";
import { RunningProgram } from "../acceptance/running-program.ts";
import { WatchedTenant } from "../acceptance/watched-tenant.ts";
import { freePort } from "../adapters/slack/slack-sitting.ts";
import { FakeEventHub } from "../fakes/event-hubs/fake-event-hub.ts";
import { startFakeSlack } from "../fakes/slack/fake-slack.ts";
import { startFakeTeams } from "../fakes/teams/fake-teams.ts";
import { echoServer, leaks } from "./leaks.ts";

const GUID = "11111111-2222-4333-8444-555555555555";

/** A token of Entra, or an assertion that gets one. */
const BEARER = /\beyJ[\w-]{10,}\.[\w-]{10,}|Bearer [\w.~+/-]{12,}/;

const saidIn = (...runs: readonly Run[]): string =>
  runs.map(({ stdout, stderr }) => stdout + stderr).join("\n");

describe("no secret of an Event Hub stands", () => {
  const KEY = "c2VjcmV0LWtleQ==";

  test.each<readonly [string, (hub: FakeEventHub) => string]>([
    ["that refuses it and says it", ({ connectionString }) => connectionString],
    [
      "that is away",
      () =>
        `Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=listen;SharedAccessKey=${KEY};UseDevelopmentEmulator=true`,
    ],
    ["whose connection string is cut", () => `SharedAccessKeyName=listen;SharedAccessKey=${KEY}`],
    [
      "whose connection string names no host",
      () => `Endpoint=sb://;SharedAccessKeyName=listen;SharedAccessKey=${KEY}`,
    ],
  ])("in what is said of one %s", async (_, connectionString) => {
    const hub = await FakeEventHub.listen();
    hub.refusesTokens = {
      condition: "amqp:unauthorized-access",
      description: `The signature does not fit ${hub.connectionString}`,
    };
    const folder = new TempFolder();
    onTestFinished(async () => {
      folder.remove();
      await hub.close();
    });
    const port = await freePort();
    const HUB = connectionString(hub);
    folder.file(
      "doorbell.yaml",
      `
azure: { event-hubs: [{ namespace: "127.0.0.1:${hub.port}", hub: activity, connection-string: { env: HUB } }] }
log: { level: debug }
http: { port: ${port} }
store: { kind: sqlite, path: doorbell.db }
zone: UTC
`,
    );
    const options = { cwd: folder.path, environment: { HUB } };
    const doctor = await runProcess(["doctor"], options);
    const serve = new RunningProgram(["serve"], options);
    await Promise.race([
      serve.until("stderr", /Event Hub|event-hub|connection-string/),
      serve.ended(),
    ]);
    const status = await runProcess(["ask", "status"], options);
    const said = saidIn(doctor, await serve.end("SIGTERM"), status);
    expect(said).toMatch(/connection-string|Event Hub/);
    const signatures = hub.tokens.map(({ token }) => /sig=([^&]+)/.exec(token)?.[1] ?? token);
    expect(leaks(said, { key: KEY, "connection string": HUB })).toEqual([]);
    expect(signatures.filter((signature) => said.includes(signature))).toEqual([]);
  });
});

describe("no secret that signs in to Azure stands in what is said where a proxy echoes", () => {
  test.each<readonly [string, string, number]>([
    ["sign-ins", "authority-host", 400],
    ["sign-ins", "authority-host", 200],
    ["queries of Log Analytics", "log-analytics", 400],
    ["queries of Log Analytics", "log-analytics", 200],
    ["Azure Resource Manager", "resource-manager", 403],
  ])("%s (%s) with HTTP status %i", async (_, endpoint, status) => {
    const tenant = await WatchedTenant.start({
      logAnalytics: "30d",
      more: "log: { level: debug }",
    });
    const identity = makeServerIdentity("A careless proxy");
    const echo = await echoServer(status, identity);
    tenant.folder.file("ca.pem", `${tenant.sandbox.ca}\n${identity.certificate}`);
    const file = readFileSync(join(tenant.folder.path, "doorbell.yaml"), "utf8");
    tenant.folder.file(
      "doorbell.yaml",
      file.replace(new RegExp(`${endpoint}: "[^"]*"`), `${endpoint}: "${echo}"`),
    );
    const serve = tenant.serve();
    await serve.until("stderr", /Doorbell serves\./);
    const doctor = await tenant.run(["doctor"]);
    expect(doctor.stdout).toMatch(/^(?:FAILED|limited) /m);
    const pages = await tenant.health();
    const said = saidIn(doctor, await serve.end("SIGTERM")) + pages.text;
    expect(leaks(said, { "client secret": tenant.sandbox.clientSecret })).toEqual([]);
    expect(said).not.toMatch(BEARER);
  });
});

describe("no private key stands, nor its password,", () => {
  const PASSWORD = "hunter2-hunter2-hunter2";
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const locked = privateKey
    .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: PASSWORD })
    .toString();
  const { certificate } = makeServerIdentity("A person of the program");
  /** A line out of the middle of the key, which stands nowhere else. */
  const lineOf = (pem: string): string => pem.split("\n")[5] ?? "";

  test.each([
    ["that fits", PASSWORD, locked],
    ["that is wrong", `${PASSWORD}!`, locked],
    ["for a key that is cut", PASSWORD, locked.slice(0, 900)],
  ])("in what is said of a certificate with a password %s", async (_, password, pem) => {
    const teams = await startFakeTeams({ https: true });
    onTestFinished(async () => teams.stop());
    const identity = makeServerIdentity("A careless proxy");
    const echo = await echoServer(400, identity);
    const tenant = await WatchedTenant.start();
    tenant.folder.file("ca.pem", `${tenant.sandbox.ca}\n${identity.certificate}\n${teams.ca}`);
    tenant.folder.file("key.pem", `${certificate}\n${pem}`);
    const said: string[] = [];
    for (const authority of [tenant.sandbox.authority, echo]) {
      tenant.folder.file(
        "doorbell.yaml",
        `
azure:
  endpoints: { authority-host: "${authority}", resource-manager: "${tenant.sandbox.resourceManager}" }
  tenants:
    - id: ${tenant.sandbox.tenantId}
      credential: { kind: client-certificate, client-id: ${GUID}, certificate: key.pem, password: { env: KEY_PASSWORD } }
      subscriptions: [${tenant.sandbox.subscriptions.join(", ")}]
teams:
  app-id: ${teams.appId}
  tenant: ${teams.tenant.id}
  credential: { kind: client-certificate, certificate: key.pem, password: { env: KEY_PASSWORD } }
  http: { port: ${await freePort()} }
  channels: all
  endpoints: { authority-host: "${authority}", openid-metadata: "${teams.cloud.openIdMetadataUrl}", service-url: "${teams.serviceUrl}" }
log: { level: debug }
http: { port: ${tenant.healthPort} }
store: { kind: sqlite, path: doorbell.db }
`,
      );
      const options = { environment: { KEY_PASSWORD: password } };
      const doctor = await tenant.run(["doctor"], options);
      expect(doctor.stdout).toMatch(/FAILED .*certificate|FAILED .*sign/i);
      const serve = tenant.serve(options);
      await Promise.race([serve.until("stderr", /certificate|sign/i), serve.ended()]);
      said.push(saidIn(doctor, await serve.end("SIGTERM")));
    }
    const secrets = {
      password,
      "locked key": lineOf(locked),
      key: lineOf(privateKey.export({ type: "pkcs8", format: "pem" }).toString()),
    };
    expect(leaks(said.join("\n"), secrets)).toEqual([]);
    expect(said.join("\n")).not.toMatch(BEARER);
  });
});

test("no secret of an installation in Slack stands in anything that is said: not the client's, not the state's, not a token that was kept", async () => {
  const slack = await startFakeSlack({ rateLimits: false });
  onTestFinished(async () => slack.stop());
  slack.oauth.rotates = true;
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  slack.deliveries.requestUrl = `${base}/slack/events`;
  const environment = {
    CLIENT_SECRET: slack.oauth.clientSecret,
    STATE_SECRET: "a state secret of forty characters, say.",
    SIGNING_SECRET: slack.signingSecret,
  };
  const { workspace } = slack;
  const ops = workspace.addChannel({ name: "ops" });
  const tenant = await WatchedTenant.start({
    more: `
log: { level: debug }
slack:
  oauth:
    client-id: "${slack.oauth.clientId}"
    client-secret: { env: CLIENT_SECRET }
    state-secret: { env: STATE_SECRET }
    redirect-uri: https://doorbell.example/slack/oauth_redirect
  http: { signing-secret: { env: SIGNING_SECRET }, port: ${port} }
  channels: all
  api-url: ${slack.apiUrl}
notifications:
  - channel: { platform: slack, workspace: ${workspace.team}, channel: ${ops.id} }
`,
  });
  const serve = tenant.serve({ environment });
  await serve.until("stderr", /Doorbell serves\./);
  const pages: string[] = [];
  const install = async (change: (code: string) => string): Promise<number> => {
    const start = await fetch(`${base}/slack/install`, { redirect: "manual" });
    const authorize = start.headers.get("location") ?? "";
    const back = new URL(slack.oauth.allow(authorize, workspace, "U0INSTALLER"));
    back.searchParams.set("code", change(back.searchParams.get("code") ?? ""));
    const cookie = (start.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    const done = await fetch(`${base}${back.pathname}${back.search}`, { headers: { cookie } });
    pages.push(await start.text(), await done.text());
    return done.status;
  };
  expect(await install(() => "a code of nobody")).toBeGreaterThanOrEqual(400);
  pages.push(await (await fetch(`${base}/slack/oauth_redirect?code=x&state=e30.e30.x`)).text());
  slack.faults.plan("oauth.v2.access", { kind: "http-error", status: 500 });
  expect(await install((code) => code)).toBeGreaterThanOrEqual(400);
  expect(await install((code) => code)).toBe(200);
  const alice = slack.person(workspace.addUser({ name: "alice", zone: "UTC" }));
  await alice.types(ops, "/jit status");
  await workspace.until(() => alice.sees(ops).length > 0);
  const tokens = slack.tokens.issued;
  expect(tokens.length).toBeGreaterThan(1);
  slack.tokens.revokeTeam(workspace.team);
  await tenant.open("vm=vm-x&port=22&as=carol&why=ticket");
  await serve.until("stderr", /The chat refuses Doorbell|chat\.postMessage|Slack/);
  const runs = await Promise.all(
    [["doctor"], ["ask", "status"], ["audit", "--format", "json"], ["manifest", "slack"]].map(
      async (words) => tenant.run(words, { environment }),
    ),
  );
  const health = [await tenant.health("/healthz"), await tenant.health("/metrics")];
  const said = [
    saidIn(...runs, await serve.end("SIGTERM")),
    ...health.map(({ text }) => text),
    ...pages,
    JSON.stringify(workspace.messagesIn(ops)),
  ].join("\n");
  const kept = Object.fromEntries(tokens.map((token, index) => [`token ${index}`, token]));
  expect(leaks(said, { ...environment, ...kept })).toEqual([]);
  expect(said).not.toMatch(/xox[abpe][.-]/);
});
