import { fork, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { z } from "zod";
import { DAY } from "../src/domain/instant.ts";
import { startSandbox } from "../src/sandbox/http/start-sandbox.ts";
import { REVEALING_TRAPS } from "../src/sandbox/profiles.ts";
import { SYSTEM_CLOCK } from "../src/system-clock.ts";
import { startFakeSlack } from "../test/fakes/slack/fake-slack.ts";
import { machineLine } from "./report.ts";

const HELP = `Measures how long Slack waits for an acknowledgement while a backfill runs.

node bench/slack-acknowledgement.ts [OPTIONS]

  --commands N   slash commands (default 400)
  --every MS     pause between them (default 250)
`;

const SELF = fileURLToPath(import.meta.url);
const BIN = fileURLToPath(new URL("../bin/doorbell.js", import.meta.url));
const HISTORY_DAYS = 30;
const AIM_MS = 200;
const QUESTIONS = ["what is open", "who opened rdp since last week", "what never closed", "status"];

const tenantSchema = z.object({
  resourceManager: z.string(),
  authority: z.string(),
  ca: z.string(),
  tenantId: z.string(),
  clientId: z.string(),
  clientSecret: z.string(),
  subscriptions: z.array(z.string()),
});

/** The tenant lives in a process of its own, so that serving its log does not hold up the clock. */
async function beTenant(): Promise<void> {
  const sandbox = await startSandbox({
    clock: SYSTEM_CLOCK,
    seed: 1,
    start: SYSTEM_CLOCK.now() - HISTORY_DAYS * DAY,
    delays: { from: 0, to: 0 },
    profile: {
      kind: "generated",
      size: {
        subscriptions: 2,
        vms: 40,
        people: 20,
        requests: 3_000,
        acts: 300,
        noise: 3_000,
        days: HISTORY_DAYS,
        rules: 20,
        groups: 4,
      },
      traps: REVEALING_TRAPS,
    },
  });
  process.send?.(tenantSchema.parse(sandbox));
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return address === null || typeof address === "string" ? 0 : address.port;
}

async function backfillCalls(healthPort: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${healthPort}/metrics`)).text();
  const calls = text.matchAll(/azure_calls_last_hour\{feed="activity-log-backfill[^}]*\} (\d+)/g);
  return [...calls].reduce((sum, [, count]) => sum + Number(count), 0);
}

async function saying(child: ChildProcess, words: string): Promise<void> {
  let text = "";
  for await (const chunk of child.stderr ?? []) {
    text += String(chunk);
    if (text.includes(words)) {
      // What it says from now on is read, so that it never waits for its reader.
      child.stderr?.resume();
      return;
    }
  }
  throw new Error(text);
}

async function main(commands: number, every: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "doorbell-bench-"));
  const tenantProcess = fork(SELF, ["--tenant"]);
  const slack = await startFakeSlack({ rateLimits: false });
  let program: ChildProcess | null = null;
  try {
    const said: readonly unknown[] = await once(tenantProcess, "message");
    const tenant = tenantSchema.parse(said[0]);
    const [port, healthPort] = [await freePort(), await freePort()];
    slack.deliveries.requestUrl = `http://127.0.0.1:${port}/slack/events`;
    const person = slack.person(slack.workspace.addUser({ name: "alice" }));
    const ops = slack.workspace.addChannel({ name: "ops" });
    const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
    write("ca.pem", tenant.ca);
    write("azure-secret", tenant.clientSecret);
    write("bot-token", slack.botToken);
    write("signing-secret", slack.signingSecret);
    write(
      "doorbell.yaml",
      `
azure:
  endpoints: { authority-host: "${tenant.authority}", resource-manager: "${tenant.resourceManager}" }
  tenants:
    - id: ${tenant.tenantId}
      credential: { kind: client-secret, client-id: ${tenant.clientId}, client-secret: { file: azure-secret } }
      subscriptions: [${tenant.subscriptions.join(", ")}]
  poll: 10s
  backfill: 90d
store: { kind: sqlite, path: doorbell.db }
http: { port: ${healthPort} }
slack:
  bot-token: { file: bot-token }
  http: { signing-secret: { file: signing-secret }, port: ${port} }
  channels: all
  api-url: ${slack.apiUrl}
`,
    );
    program = spawn(process.execPath, [BIN, "serve"], {
      cwd: folder,
      env: { PATH: process.env["PATH"], NODE_EXTRA_CA_CERTS: join(folder, "ca.pem") },
      stdio: ["ignore", "ignore", "pipe"],
    });
    await saying(program, "Doorbell serves.");
    const before = await backfillCalls(healthPort);
    const times: number[] = [];
    for (let index = 0; index < commands; index += 1) {
      const start = performance.now();
      const { status } = await person.types(ops, `/jit ${QUESTIONS[index % QUESTIONS.length]}`);
      times.push(performance.now() - start);
      if (status !== 200) {
        throw new Error(`A command was not acknowledged: ${status}`);
      }
      await delay(every);
    }
    const after = await backfillCalls(healthPort);
    report(times, after - before);
  } finally {
    program?.kill();
    tenantProcess.kill();
    await slack.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(times: readonly number[], calls: number): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] ?? 0).toFixed(1);
  process.stdout.write(
    `${machineLine()}\n${times.length} slash commands while the backfill made ${calls} calls\n` +
      `acknowledged after: median ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms (aim: p99 under ${AIM_MS} ms)\n`,
  );
}

const { values } = parseArgs({
  options: {
    commands: { type: "string", default: "400" },
    every: { type: "string", default: "250" },
    tenant: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
} else if (values.tenant) {
  await beTenant();
} else {
  await main(Number(values.commands), Number(values.every));
}
