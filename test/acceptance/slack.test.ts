import { describe, expect, onTestFinished, test } from "vitest";
import { createSlackChat } from "../../adapters/slack/index.ts";
import type { SlackSettings } from "../../adapters/slack/index.ts";
import { startDemo } from "../../src/app/demo.ts";
import type { Demo } from "../../src/app/demo.ts";
import { Secret } from "../../src/config/secret.ts";
import type { ChatAdapter } from "../../src/ports.ts";
import { SYSTEM_CLOCK } from "../../src/system-clock.ts";
import { freePort } from "../adapters/slack/slack-sitting.ts";
import { ALL_SCOPES, startFakeSlack } from "../fakes/slack/fake-slack.ts";
import type { FakeSlack } from "../fakes/slack/fake-slack.ts";
import type { Person } from "../fakes/slack/person.ts";
import { pings, shownText } from "../fakes/slack/reading.ts";
import type { FakeChannel, FakeMessage } from "../fakes/slack/world.ts";
import { expectNoCrash } from "./program.ts";
import { QuietTenant } from "./quiet-tenant.ts";
import { WatchedTenant } from "./watched-tenant.ts";

/** So many times as fast as real time do the tenant and the program live. */
const SPEED = 300;

/** The whole program on a made-up tenant, with Slack as its chat. */
interface Room {
  readonly slack: FakeSlack;
  readonly demo: Demo;
  readonly alice: Person;
  readonly bob: Person;
  readonly ops: FakeChannel;
}

async function fakeSlack(): Promise<Pick<Room, "slack" | "alice" | "bob" | "ops">> {
  const slack = await startFakeSlack();
  onTestFinished(async () => slack.stop());
  const user = (name: string, realName: string): Person =>
    slack.person(slack.workspace.addUser({ name, realName, zone: "UTC" }));
  const [alice, bob] = [user("alice", "Alice Adams"), user("bob", "Bob Brown")];
  return { slack, alice, bob, ops: slack.workspace.addChannel({ name: "ops" }) };
}

async function chatAt(slack: FakeSlack, transport: "socket" | "http"): Promise<ChatAdapter> {
  return createSlackChat(await settingsFor(slack, transport), {
    clock: SYSTEM_CLOCK,
    random: { next: Math.random },
    log: () => {},
    installations: null,
  });
}

async function room(transport: "socket" | "http"): Promise<Room> {
  const there = await fakeSlack();
  const chat = await chatAt(there.slack, transport);
  const demo = await startDemo({
    speed: SPEED,
    seed: 1,
    wall: SYSTEM_CLOCK,
    random: { next: Math.random },
    zone: "UTC",
    chats: [chat],
    channel: null,
    onProblem: () => {},
  });
  onTestFinished(async () => demo.stop());
  await demo.service.caughtUp;
  await demo.service.listen();
  return { ...there, demo };
}

async function settingsFor(slack: FakeSlack, transport: "socket" | "http"): Promise<SlackSettings> {
  const port = await freePort();
  if (transport === "http") {
    slack.deliveries.requestUrl = `http://127.0.0.1:${port}/slack/events`;
  }
  return {
    identity: { kind: "token", botToken: new Secret(slack.botToken) },
    transport:
      transport === "socket"
        ? { kind: "socket", appToken: new Secret(slack.appToken) }
        : {
            kind: "http",
            signingSecret: new Secret(slack.signingSecret),
            host: "127.0.0.1",
            port,
            path: "/slack/events",
          },
    command: "/jit",
    publicAnswers: false,
    workspaces: [],
    channels: "all",
    directMessages: true,
    guests: false,
    users: [],
    groups: [],
    apiUrl: slack.apiUrl,
    callTimeout: 10_000,
  };
}

const text = (message: FakeMessage): string => shownText(message, "UTC");

/** What rang: messages of the channel that everybody sees, without what stands in threads. */
function rung(slack: FakeSlack, channel: FakeChannel): readonly FakeMessage[] {
  const { bot } = slack.workspace;
  return slack.workspace
    .messagesIn(channel)
    .filter((one) => one.user === bot.id && one.ephemeralFor === null && one.threadTs === null);
}

/** Answers that one person alone sees. */
function answers(person: Person, channel: FakeChannel): readonly string[] {
  return person
    .sees(channel)
    .filter(({ ephemeralFor }) => ephemeralFor === person.user.id)
    .map(text);
}

async function ask(at: Room, line: string): Promise<string> {
  const before = answers(at.alice, at.ops).length;
  await at.alice.types(at.ops, line);
  return at.slack.workspace.until(() =>
    answers(at.alice, at.ops)
      .slice(before)
      .find((one) => !one.startsWith("Looking it up")),
  );
}

async function open(demo: Demo, query: string): Promise<void> {
  const { status } = await fetch(`${demo.sandbox.frontDesk}/open?${query}`, { method: "POST" });
  expect(status).toBe(202);
}

/** Asks until the answer is one that fits. */
async function askUntil(at: Room, line: string, fits: RegExp): Promise<string> {
  for (;;) {
    const answer = await ask(at, line);
    if (fits.test(answer)) {
      return answer;
    }
    await SYSTEM_CLOCK.sleep(200);
  }
}

describe.each(["socket", "http"] as const)(
  "Slack over a %s, and the whole program",
  (transport) => {
    test("an opening rings once, and its message follows the person, the end and what people do", async () => {
      const at = await room(transport);
      const { slack, demo, alice, bob, ops } = at;
      expect(await ask(at, "/jit notify here")).toContain(
        "From now on this channel hears of every new JIT opening.",
      );
      await open(demo, "vm=vm-x&port=22&as=carol&minutes=60&why=ticket");
      const card = await slack.workspace.until(() =>
        rung(slack, ops).find((one) => /SSH \(22\) on vm-x/.test(text(one))),
      );
      await slack.workspace.until(() => /^carol@\S+ opened SSH \(22\) on vm-x/.test(text(card)));
      expect(pings(card)).toEqual([]);

      await bob.presses(card, "Acknowledge");
      await slack.workspace.until(() => text(card).includes("Acknowledged by Bob Brown at "));
      await bob.chooses(card, "Silence vm-x", "for 7 days");
      await slack.workspace.until(() => text(card).includes("vm-x is silenced in this channel"));
      expect(answers(bob, ops).join("\n")).toContain("you look after it");
      expect(answers(bob, ops).join("\n")).toContain("will not ring in this channel");

      await open(demo, "vm=vm-x&port=3389&as=alice&minutes=180&why=quiet");
      await askUntil(at, "/jit what is open on vm-x", /alice@\S+ .*3389|3389[^]*alice@/);
      const asked = await ask(at, "/jit who opened ssh on vm-x in the last 10 hours");
      expect(asked).toMatch(/carol@\S+ opened SSH \(22\) on vm-x/);
      expect(answers(bob, ops).join("\n")).not.toContain(asked);

      expect(await ask(at, "/jit timeline of vm-x")).toMatch(
        /^The timeline is posted here, where everybody sees it\.[^]*vm-x/,
      );
      const [picture, ...more] = [...slack.workspace.files.values()];
      expect(more).toEqual([]);
      expect(picture?.bytes?.subarray(1, 4).toString()).toBe("PNG");
      expect(picture?.alternativeText).toContain("vm-x");

      await slack.workspace.until(() => /closed|removed|gone/.test(text(card)));
      await slack.workspace.until(() =>
        alice.sees(ops).some(({ threadTs }) => threadTs === card.ts),
      );
      expect(text(card)).toContain("Acknowledged by Bob Brown at ");
      const others = rung(slack, ops).filter((one) => one !== card && one.files.length === 0);
      expect(rung(slack, ops)).toContain(card);
      expect(others.map(text).filter((one) => /on vm-x/.test(one))).toEqual([]);
    });

    test("a question that Slack delivers twice is answered once", async () => {
      const at = await room(transport);
      const { slack, alice, ops } = at;
      await ask(at, "/jit subscriptions");
      await slack.deliveries.redeliver();
      expect(await ask(at, "/jit silences")).toContain("Nothing is silenced in this channel.");
      expect(answers(alice, ops)).toHaveLength(2);
    });
  },
);

test("an opening whose post is made and never answered rings once in Slack", async () => {
  const { slack, ops } = await fakeSlack();
  const { team } = slack.workspace;
  const tenant = await QuietTenant.start(await chatAt(slack, "http"), {
    platform: "slack",
    workspace: team,
    channel: ops.id,
  });
  slack.faults.plan("chat.postMessage", { kind: "drop-after" });
  await tenant.open(3389);
  await tenant.untilTold();
  expect(slack.faults.next("chat.postMessage")).toBeNull();
  expect(rung(slack, ops).map(text)).toEqual([expect.stringMatching(/RDP \(3389\) on /)]);
});

describe("Slack and the program that serves", () => {
  test("a revoked token makes messages wait, and with a new one they are posted", async () => {
    const { slack, ops } = await fakeSlack();
    const port = await freePort();
    slack.deliveries.requestUrl = `http://127.0.0.1:${port}/slack/events`;
    const tenant = await WatchedTenant.start({
      more: `
slack:
  bot-token: { file: bot-token }
  http: { signing-secret: { file: signing-secret }, port: ${port} }
  channels: [${ops.id}]
  api-url: ${slack.apiUrl}
notifications:
  - channel: { platform: slack, workspace: ${slack.workspace.team}, channel: ${ops.id} }
`,
    });
    tenant.folder.file("bot-token", slack.botToken);
    tenant.folder.file("signing-secret", slack.signingSecret);
    const doctor = await tenant.run(["doctor"]);
    expect(doctor.stdout).toMatch(/^ok +Slack: bot token of .*T0CONTOSO/m);

    const first = tenant.serve();
    await first.until("stderr", /Doorbell serves\./);
    expect(await tenant.health()).toMatchObject({ status: 200 });

    slack.tokens.revokeTeam(slack.workspace.team);
    await tenant.open("vm=vm-x&port=3389&as=carol&why=ticket");
    await metric(tenant, /doorbell_deliveries\{state="waiting"\} [1-9]/m);
    const health = await tenant.health();
    expect(health.status).toBe(503);
    expect(health.text).toContain("slack: ");
    expect((await tenant.health("/metrics")).text).toMatch(
      /^doorbell_chat_connected\{platform="slack"\} 0$/m,
    );
    await first.until("stderr", /The chat refuses Doorbell: a person must act\./);
    const ended = await first.end("SIGTERM");
    expect(ended.status).toBe(0);
    expectNoCrash(ended);
    expect((await tenant.run(["doctor"])).stdout).toMatch(/^FAILED +Slack: bot token/m);
    const refused = await tenant.run(["serve"]);
    expect(refused).toMatchObject({ status: 1 });
    expect(refused.stderr).toContain("slack.bot-token");

    const renewed = slack.tokens.issue("bot", slack.workspace.team, ALL_SCOPES).token;
    tenant.folder.file("bot-token", renewed);
    const second = tenant.serve();
    await slack.workspace.until(() => rung(slack, ops).length === 1);
    await metric(tenant, /doorbell_deliveries\{state="waiting"\} 0$/m);
    expect(rung(slack, ops).map(text).at(-1)).toMatch(/RDP \(3389\) on vm-x/);
    const run = await second.end("SIGTERM");
    expect(run.status).toBe(0);
    for (const { stdout, stderr } of [ended, refused, run]) {
      for (const secret of [slack.botToken, renewed, slack.signingSecret]) {
        expect(stdout + stderr).not.toContain(secret);
      }
    }
  });

  test("the manifest is printed as configured, before there is a configuration too", async () => {
    const tenant = await WatchedTenant.start();
    expect((await tenant.run(["manifest", "slack"])).stdout).toContain("command: /jit\n");
    tenant.folder.file("secret", "xoxb-1");
    tenant.configure({
      more: `
slack:
  bot-token: { file: secret }
  http: { signing-secret: { file: secret }, public-url: "https://doorbell.example/slack/events" }
  command: /doorbell
  channels: all
`,
    });
    const { stdout } = await tenant.run(["manifest", "slack"]);
    expect(stdout).toContain("command: /doorbell\n");
    expect(stdout).toContain("request_url: https://doorbell.example/slack/events\n");
    expect(await tenant.run(["manifest", "irc"])).toMatchObject({ status: 2, stdout: "" });
  });
});

async function metric(tenant: WatchedTenant, wanted: RegExp): Promise<void> {
  for (;;) {
    const { text: told } = await tenant.health("/metrics");
    if (wanted.test(told)) {
      return;
    }
    await SYSTEM_CLOCK.sleep(200);
  }
}
