import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeServerIdentity } from "../../src/sandbox/http/certificate.ts";
import { startSandbox } from "../../src/sandbox/http/start-sandbox.ts";
import { SYSTEM_CLOCK } from "../../src/system-clock.ts";
import { diagnosticForm, NSG_ID, rowContent, wireRule } from "../azure/row-forms.ts";
import { FakeEventHub } from "../fakes/event-hubs/fake-event-hub.ts";
import { TempFolder } from "./exports.ts";
import { expectNoCrash, runProcess } from "./program.ts";
import { RunningProgram } from "./running-program.ts";
import { freePort } from "./watched-tenant.ts";

/** A message that tells of a rule for RDP that somebody writes now. */
function opening(rule: string): unknown {
  const { properties } = wireRule(rule);
  const row = rowContent({
    eventDataId: `event-of-${rule}`,
    operation: "Microsoft.Network/networkSecurityGroups/securityRules/write",
    resource: `${NSG_ID}/securityRules/${rule}`,
    time: new Date().toISOString(),
    correlationId: `correlation-of-${rule}`,
    properties: { requestbody: JSON.stringify({ properties }) },
  });
  return { records: [diagnosticForm(row)] };
}

const POLLING = { timeout: 30_000, interval: 50 };

const rings = (text: string): readonly string[] =>
  [...text.matchAll(/^ring [\s\S]*?^rule: +(\S+) in /gm)].map(([, rule = ""]) => rule);

test("An Event Hub is served with a token: what it streams rings, a kill loses nothing and repeats nothing, and the doctor, the health page and the metrics tell how it stands", async () => {
  const { key, certificate } = makeServerIdentity("Event Hub on loopback");
  const hub = await FakeEventHub.listen({
    partitions: 2,
    consumerGroups: ["$Default", "doorbell"],
    tls: { key, cert: certificate },
  });
  const sandbox = await startSandbox({ clock: SYSTEM_CLOCK, seed: 1 });
  const folder = new TempFolder();
  onTestFinished(async () => {
    folder.remove();
    await hub.close();
    await sandbox.stop();
  });
  const port = await freePort();
  folder.file("ca.pem", `${sandbox.ca}\n${certificate}`);
  folder.file(
    "doorbell.yaml",
    `
azure:
  endpoints: { authority-host: "${sandbox.authority}" }
  event-hubs:
    - namespace: localhost:${hub.port}
      hub: activity
      consumer-group: doorbell
      tenant: ${sandbox.tenantId}
      credential: { kind: client-secret, client-id: ${sandbox.clientId}, client-secret: { env: SANDBOX_SECRET } }
store: { kind: sqlite, path: doorbell.db }
http: { port: ${port} }
zone: UTC
notifications:
  - channel: { platform: terminal, channel: main }
    filter: { kinds: [direct] }
`,
  );
  const options = {
    cwd: folder.path,
    environment: {
      NODE_EXTRA_CA_CERTS: join(folder.path, "ca.pem"),
      SANDBOX_SECRET: sandbox.clientSecret,
    },
  };

  const metrics = async (): Promise<string> =>
    (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const doctor = await runProcess(["doctor"], options);
  expect(doctor.stdout).toContain(
    `ok       Event Hub activity of localhost:${hub.port}, consumer group doorbell: 2 partitions\n`,
  );
  expect(doctor.status).toBe(0);

  const first = new RunningProgram(["serve"], options);
  await first.until("stderr", /Doorbell serves\./);
  hub.send("0", opening("rule-a"));
  await first.until("stdout", /RULE-A in NSG-A/);
  // A message that was posted and not yet written down would be posted again.
  await expect.poll(metrics, POLLING).toMatch(/^doorbell_deliveries\{state="posted"\} 1$/m);
  await first.end("SIGKILL");
  hub.send("1", opening("rule-b"));
  hub.send("0", "poison");

  const second = new RunningProgram(["serve"], options);
  await second.until("stdout", /RULE-B in NSG-A/);
  await expect
    .poll(metrics, POLLING)
    .toMatch(
      /^doorbell_stream_lag_events\{feed="event-hub\/localhost:\d+\/activity\/doorbell\/0"\} 0$/m,
    );
  expect(await (await fetch(`http://127.0.0.1:${port}/healthz`)).json()).toMatchObject({
    status: "ok",
    problems: [],
  });
  const status = await runProcess(["ask", "status"], options);
  const ended = await second.end("SIGTERM");
  expect(ended.status).toBe(0);
  expectNoCrash(ended);
  expect([rings(first.stdout), rings(second.stdout)]).toEqual([["RULE-A"], ["RULE-B"]]);
  expect(status.stdout).toContain("1 row or part of a row could not be understood");
  expect(hub.tokens.every(({ type }) => type === "jwt")).toBe(true);
  expect(hub.attached.every((reader) => reader.startsWith("doorbell/"))).toBe(true);
  const [token = { token: "" }] = hub.tokens;
  for (const run of [doctor, status, ended, first]) {
    expect(run.stdout + run.stderr).not.toContain(sandbox.clientSecret);
    expect(run.stdout + run.stderr).not.toContain(token.token);
  }
});
