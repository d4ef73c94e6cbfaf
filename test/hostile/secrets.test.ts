import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Secret } from "../../src/config/secret.ts";
import { WatchedTenant } from "../acceptance/watched-tenant.ts";
import { runProcess } from "../acceptance/program.ts";
import { freePort } from "../adapters/slack/slack-sitting.ts";
import { startFakeSlack } from "../fakes/slack/fake-slack.ts";
import { signedHeaders } from "../fakes/slack/signing.ts";
import { startFakeTeams } from "../fakes/teams/fake-teams.ts";
import { echoServer, leaks } from "./leaks.ts";

/** A tenant with both chats, whose secrets can be told wherever they turn up. */
async function seeded() {
  const slack = await startFakeSlack({ rateLimits: false });
  const teams = await startFakeTeams({ https: true });
  onTestFinished(async () => {
    await slack.stop();
    await teams.stop();
  });
  const [slackPort, teamsPort] = [await freePort(), await freePort()];
  slack.deliveries.requestUrl = `http://127.0.0.1:${slackPort}/slack/events`;
  teams.deliveries.endpoint = `http://127.0.0.1:${teamsPort}/api/messages`;
  const tenant = await WatchedTenant.start();
  tenant.folder.file("ca.pem", `${tenant.sandbox.ca}\n${teams.ca ?? ""}`);
  tenant.folder.file("signing-secret", slack.signingSecret);
  const environment = { SLACK_TOKEN: slack.botToken, TEAMS_SECRET: teams.clientSecret };
  const configure = (change: { slackApi?: string; teamsApi?: string; store?: string } = {}) => {
    tenant.configure({
      more: `
log: { level: debug }
slack:
  bot-token: { env: SLACK_TOKEN }
  http: { signing-secret: { file: signing-secret }, port: ${slackPort} }
  channels: all
  api-url: ${change.slackApi ?? slack.apiUrl}
teams:
  app-id: ${teams.appId}
  tenant: ${teams.tenant.id}
  credential: { kind: client-secret, client-secret: { env: TEAMS_SECRET } }
  http: { port: ${teamsPort} }
  channels: all
  endpoints:
    authority-host: ${teams.authority}
    openid-metadata: ${teams.cloud.openIdMetadataUrl}
    service-url: ${change.teamsApi ?? teams.serviceUrl}
`,
    });
  };
  configure();
  const secrets = {
    "azure client secret": tenant.sandbox.clientSecret,
    "slack bot token": slack.botToken,
    "slack signing secret": slack.signingSecret,
    "teams client secret": teams.clientSecret,
  };
  return { slack, teams, tenant, environment, configure, secrets };
}

/** Every file in the folder of the configuration but those that hold a secret on purpose. */
function kept(folder: string): string {
  return readdirSync(folder)
    .filter((name) => name !== "signing-secret")
    .map((name) => readFileSync(join(folder, name)).toString("latin1"))
    .join("\n");
}

describe("no secret stands", () => {
  test("in anything that the program says, posts or keeps, through questions, failures and attacks", async () => {
    const { slack, teams, tenant, environment, secrets } = await seeded();
    const alice = slack.person(slack.workspace.addUser({ name: "alice", zone: "UTC" }));
    const ops = slack.workspace.addChannel({ name: "ops" });
    const bob = teams.person(teams.tenant.addUser({ name: "bob" }));
    const channel = teams.tenant.addChannel({ name: "Ops" });
    const serve = tenant.serve({ environment });
    await serve.until("stderr", /Doorbell serves\./);
    for (const line of ["/jit status", "/jit notify here", "/jit what is open"]) {
      await alice.types(ops, line);
    }
    slack.faults.plan(
      "chat.postMessage",
      { kind: "http-500-after" },
      { kind: "error", code: "invalid_auth" },
    );
    teams.faults.plan("sendToConversation", { kind: "error", status: 401, code: "Unauthorized" });
    await bob.says(channel, "@doorbell status");
    await tenant.open("vm=vm-x&port=22&as=carol&why=ticket");
    await serve.until("stderr", /Teams/);
    await teams.deliveries.sendAs({ type: "message" }, "Bearer eyJhbGciOiJub25lIn0.e30.x");
    const body = "command=%2Fjit&text=help";
    const url = slack.deliveries.requestUrl ?? "";
    const headers = signedHeaders("another secret", body, Date.now());
    await slack.deliveries.send({ url, body, headers });
    const pages = [await tenant.health("/healthz"), await tenant.health("/metrics")];
    const runs = await Promise.all(
      [["doctor"], ["audit", "--format", "json"], ["ask", "status"]].map(async (words) =>
        tenant.run(words, { environment }),
      ),
    );
    await slack.workspace.until(() => alice.sees(ops).length > 2);
    const last = await serve.end("SIGTERM");
    const said = [
      ...pages.map(({ text }) => text),
      ...[...runs, last].flatMap(({ stdout, stderr }) => [stdout, stderr]),
      JSON.stringify(slack.workspace.messagesIn(ops)),
      JSON.stringify(teams.tenant.messagesIn(channel)),
      kept(tenant.folder.path),
    ].join("\n");
    expect(said.length).toBeGreaterThan(1000);
    expect(leaks(said, secrets)).toEqual([]);
    expect(said).not.toMatch(/\beyJ[\w-]{10,}\.[\w-]{10,}\.|xox[bap]-\d/);
    expect(said).not.toMatch(/\/respond\/|secret-part/);
  });

  test.each([200, 400, 401, 500])(
    "in what the program says where a proxy echoes them with HTTP status %i",
    async (status) => {
      const { tenant, environment, configure, secrets } = await seeded();
      const echo = await echoServer(status);
      configure({ slackApi: `${echo}/api`, teamsApi: `${echo}/teams/` });
      const doctor = await tenant.run(["doctor"], { environment });
      expect(doctor.stdout + doctor.stderr).toContain("Slack");
      expect(leaks(doctor.stdout + doctor.stderr, secrets)).toEqual([]);
    },
  );

  test("in what is said of a database that is away, and of a configuration that holds secrets itself", async () => {
    const { tenant } = await seeded();
    const url = "postgresql://doorbell:hunter2-hunter2-hunter2@127.0.0.1:1/doorbell";
    const secrets = { "database password": "hunter2-hunter2-hunter2" };
    tenant.folder.file("doorbell.yaml", "store: { kind: postgres, url: { env: DB } }\n");
    const away = await tenant.run(["ask", "status"], { environment: { DB: url } });
    expect(away.status).toBe(1);
    tenant.folder.file("doorbell.yaml", `store: { kind: postgres, url: "${url}" }\n`);
    const literal = await tenant.run(["ask", "status"]);
    expect(literal.status).not.toBe(0);
    for (const { stdout, stderr } of [away, literal]) {
      expect(stderr).not.toBe("");
      expect(leaks(stdout + stderr, secrets)).toEqual([]);
    }
  });

  test("in a crash: not in its trace, and not in Node's report of it but where the environment is", async () => {
    const secret = "hunter2-hunter2-hunter2";
    const script = `
      import { Secret } from "./src/config/secret.ts";
      const token = new Secret(process.env.TOKEN);
      const settings = { token, nested: [{ token }] };
      console.error(settings, String(token), JSON.stringify(settings), \`\${token}\`);
      throw Object.assign(new Error("crash of " + token), { settings });
    `;
    const folder = (await seeded()).tenant.folder.path;
    const run = await runProcess([], {
      environment: { TOKEN: secret },
      nodeArguments: [
        "--report-uncaught-exception",
        "--report-exclude-env",
        `--report-directory=${folder}`,
        "--report-filename=report.json",
        "--input-type=module-typescript",
        "--eval",
        script,
      ],
    });
    expect(run.stderr).toContain("crash of <secret>");
    const report = readFileSync(join(folder, "report.json"), "utf8");
    expect(report).toContain("crash of <secret>");
    expect(leaks(run.stdout + run.stderr + report, { secret })).toEqual([]);
    expect(new Secret(secret).reveal()).toBe(secret);
  });
});
