import { describe, expect, onTestFinished, test } from "vitest";
import { createTeamsChat } from "../../adapters/teams/index.ts";
import { freePort } from "../adapters/slack/slack-sitting.ts";
import { MemoryRecords, settingsFor } from "../adapters/teams/teams-sitting.ts";
import { startFakeTeams } from "../fakes/teams/fake-teams.ts";
import type { FakeTeams } from "../fakes/teams/fake-teams.ts";
import { POSTS } from "../fakes/teams/faults.ts";
import type { Person } from "../fakes/teams/person.ts";
import { effectsOf, shownText } from "../fakes/teams/reading.ts";
import type { FakeConversation, FakeMessage } from "../fakes/teams/world.ts";
import { SYSTEM_CLOCK, SYSTEM_RANDOM } from "../../src/system-clock.ts";
import { expectNoCrash } from "./program.ts";
import { QuietTenant } from "./quiet-tenant.ts";
import { WatchedTenant } from "./watched-tenant.ts";

/** A sandbox tenant, a fake Teams, and a configuration that joins them. */
interface Room {
  readonly teams: FakeTeams;
  readonly tenant: WatchedTenant;
  readonly alice: Person;
  readonly bob: Person;
  readonly ops: FakeConversation;
  /** Writes the configuration anew. */
  readonly configure: (changes?: TeamsChanges) => void;
}

/** What a test changes in the configuration: lines of the section `teams`, and further sections. */
interface TeamsChanges {
  /** `app-id` and `credential`. */
  readonly identity?: string;
  readonly host?: string;
  readonly audience?: string;
  readonly more?: string;
}

async function room(): Promise<Room> {
  const teams = await startFakeTeams({ https: true });
  onTestFinished(async () => teams.stop());
  const person = (name: string, realName: string): Person =>
    teams.person(teams.tenant.addUser({ name, realName, zone: "UTC" }));
  const [alice, bob] = [person("alice", "Alice Adams"), person("bob", "Bob Brown")];
  const ops = teams.tenant.addChannel({ name: "Ops" });
  const port = await freePort();
  teams.deliveries.endpoint = `http://127.0.0.1:${port}/api/messages`;
  const tenant = await WatchedTenant.start();
  tenant.folder.file("ca.pem", `${tenant.sandbox.ca}\n${teams.ca ?? ""}`);
  tenant.folder.file("bot-secret", teams.clientSecret);
  const { openIdMetadataUrl } = teams.cloud;
  const identity = `
  app-id: ${teams.appId}
  credential: { kind: client-secret, client-secret: { file: bot-secret } }`;
  const configure: Room["configure"] = (changes = {}) => {
    tenant.configure({
      more: `
teams:
  tenant: ${teams.tenant.id}${changes.identity ?? identity}
  http:
    host: ${changes.host ?? "127.0.0.1"}
    port: ${port}
    public-url: https://doorbell.example/api/messages
  endpoints:
    authority-host: ${teams.authority}
    openid-metadata: ${openIdMetadataUrl}
    service-url: ${teams.serviceUrl}
${changes.audience ?? "  channels: all\n  personal-chats: on"}
${changes.more ?? ""}
`,
    });
  };
  configure();
  return { teams, tenant, alice, bob, ops, configure };
}

const text = (message: FakeMessage): string => shownText(message);

/** What Doorbell began itself, outside of threads. */
function rung(teams: FakeTeams, channel: FakeConversation): readonly FakeMessage[] {
  return teams.tenant
    .messagesIn(channel)
    .filter(({ from, thread }) => from === teams.tenant.bot.id && thread === null);
}

/** Asks, and waits for what Doorbell says in the thread of the question, or in the chat. */
async function ask(at: Room, by: Person, where: FakeConversation, words: string): Promise<string> {
  const { tenant } = at.teams;
  const { message } = await by.says(where, words);
  const answer = await tenant.until(() => {
    const all = tenant.messagesIn(where);
    const later = all.slice(all.indexOf(message) + 1);
    return later.find(
      ({ from, thread }) =>
        from === tenant.bot.id && (where.kind === "personal" || thread === message.id),
    );
  });
  return text(answer);
}

async function metric(tenant: WatchedTenant, wanted: RegExp): Promise<void> {
  for (;;) {
    const { text: told } = await tenant.health("/metrics");
    if (wanted.test(told)) {
      return;
    }
    await SYSTEM_CLOCK.sleep(200);
  }
}

describe("Teams and the program that serves", () => {
  test("a mention is answered, a channel subscribes, a card rings once, and an acknowledgement changes it for everybody", async () => {
    const at = await room();
    const { teams, tenant, alice, bob, ops } = at;
    expect((await tenant.run(["doctor"])).stdout).toMatch(/^ok +Teams: /m);
    const program = tenant.serve();
    await program.until("stderr", /Doorbell serves\./);
    await metric(tenant, /^doorbell_chat_connected\{platform="teams"\} 1$/m);

    expect(await ask(at, alice, ops, "@doorbell notify here")).toContain(
      "From now on this channel hears of every new JIT opening.",
    );
    await tenant.open("vm=vm-x&port=22&as=carol&why=ticket");
    const card = await teams.tenant.until(() =>
      rung(teams, ops).find((one) => /^carol@\S+ opened SSH \(22\) on vm-x/.test(text(one))),
    );
    expect(await ask(at, bob, ops, "@doorbell who opened ssh on vm-x today")).toMatch(
      /carol@\S+ opened SSH \(22\) on vm-x/,
    );
    expect(
      await ask(at, alice, teams.tenant.personalChat(alice.user), "what is open on vm-x"),
    ).toContain("vm-x");

    await bob.presses(card, "Acknowledge");
    await teams.tenant.until(() => text(card).includes("Acknowledged by Bob Brown at "));
    expect(shownText(card, { reader: alice.user.id })).toContain("Acknowledged by Bob Brown at ");
    expect(effectsOf(card)).toEqual([expect.stringMatching(/^mentions [0-9a-f-]{36}$/)]);
    await metric(tenant, /doorbell_deliveries\{state="posted"\} 1$/m);
    expect(rung(teams, ops)).toEqual([card]);

    const run = await program.end("SIGTERM");
    expect(run.status).toBe(0);
    expectNoCrash(run);
    for (const secret of [teams.clientSecret, ...teams.tokens.issued]) {
      expect(run.stdout + run.stderr).not.toContain(secret);
    }
  });

  test("an opening whose post is made and never answered is repeated, and the repeat says so", async () => {
    const teams = await startFakeTeams({ rateLimits: false });
    onTestFinished(async () => teams.stop());
    const ops = teams.tenant.addChannel({ name: "Ops" });
    const chat = createTeamsChat(await settingsFor(teams), {
      clock: SYSTEM_CLOCK,
      random: SYSTEM_RANDOM,
      log: () => {},
      references: new MemoryRecords(),
      accessToken: () => Promise.resolve(teams.tokens.issue()),
    });
    const tenant = await QuietTenant.start(chat, {
      platform: "teams",
      workspace: teams.tenant.id,
      channel: ops.id,
    });
    teams.faults.planOnce(POSTS, { kind: "drop-after" });
    await tenant.open(3389);
    await tenant.untilTold();
    const [lost, repeated, ...others] = rung(teams, ops).map(text);
    expect(others).toEqual([]);
    expect(lost).toMatch(/RDP \(3389\) on /);
    expect(lost).not.toContain("This may be a repeat");
    expect(repeated).toMatch(/RDP \(3389\) on /);
    expect(repeated).toContain("This may be a repeat");
  });

  test("a token that is refused makes messages wait until it is right", async () => {
    const at = await room();
    const { teams, tenant, ops } = at;
    at.configure({
      more: `
notifications:
  - channel: { platform: teams, workspace: ${teams.tenant.id}, channel: "${ops.id}" }
`,
    });
    const first = tenant.serve();
    await first.until("stderr", /Doorbell serves\./);

    tenant.folder.file("bot-secret", "another secret");
    teams.tokens.revokeAll();
    await tenant.open("vm=vm-x&port=3389&as=carol&why=ticket");
    await metric(tenant, /doorbell_deliveries\{state="waiting"\} [1-9]/m);
    const health = await tenant.health();
    expect(health.status).toBe(503);
    expect(health.text).toContain("teams: ");
    await first.until("stderr", /The chat refuses Doorbell: a person must act\./);
    expect((await first.end("SIGTERM")).status).toBe(0);
    const doctor = await tenant.run(["doctor"]);
    expect(doctor.status).toBe(1);
    expect(doctor.stdout).toMatch(/^FAILED +Teams: .*teams\.credential\.client-secret is wrong/m);

    tenant.folder.file("bot-secret", teams.clientSecret);
    const second = tenant.serve();
    await teams.tenant.until(() => rung(teams, ops).length === 1);
    await metric(tenant, /doorbell_deliveries\{state="waiting"\} 0$/m);
    expect(rung(teams, ops).map(text).at(-1)).toMatch(/RDP \(3389\) on vm-x/);
    expect((await second.end("SIGTERM")).status).toBe(0);
  });

  test("whoever may not ask is told so, and a channel that is not named is none", async () => {
    const at = await room();
    const { teams, tenant, alice, ops } = at;
    const named = teams.tenant.addChannel({ name: "Named" });
    at.configure({ audience: `  channels: ["${named.id}"]` });
    const program = tenant.serve();
    await program.until("stderr", /Doorbell serves\./);
    expect(await ask(at, alice, named, "@doorbell help")).toContain("who opened");
    expect(await ask(at, alice, ops, "@doorbell what is open")).toContain(
      "Doorbell does not answer in this channel.",
    );
    expect(await ask(at, alice, teams.tenant.personalChat(alice.user), "what is open")).toContain(
      "Doorbell does not answer direct messages here.",
    );
  });

  const credential = "credential: { kind: client-secret, client-secret: { file: bot-secret } }";
  const development = "development-without-authentication: on";

  test.each<readonly [string, (teams: FakeTeams) => string, string]>([
    ["app ID", ({ tenant }) => tenant.id, "teams.app-id in this tenant"],
    ["secret", ({ appId }) => appId, "teams.credential.client-secret is wrong"],
  ])("doctor names the setting that is wrong: the %s", async (what, appId, said) => {
    const { teams, tenant, configure } = await room();
    configure({ identity: `\n  app-id: ${appId(teams)}\n  ${credential}` });
    if (what === "secret") {
      tenant.folder.file("bot-secret", "another secret");
    }
    const { status, stdout } = await tenant.run(["doctor"]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^FAILED +Teams: /m);
    expect(stdout).toContain(said);
  });

  test.each<readonly [string, TeamsChanges, string]>([
    ["without an app ID", { identity: `\n  ${credential}` }, "teams.app-id: is missing"],
    [
      "with an empty app ID",
      { identity: `\n  app-id: ""\n  ${credential}` },
      "teams.app-id: must be a GUID",
    ],
    [
      "without authentication on an address that others reach",
      { identity: `\n  ${development}`, host: "0.0.0.0" },
      "teams.http.host: must be 127.0.0.1, ::1 or localhost",
    ],
  ])("it does not start %s", async (_, changes, said) => {
    const { tenant, configure } = await room();
    configure(changes);
    const run = await tenant.run(["serve"]);
    expect(run).toMatchObject({ status: 1, stdout: "" });
    expect(run.stderr).toContain(said);
    expectNoCrash(run);
  });
});
