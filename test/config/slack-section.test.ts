import { expect, expectTypeOf, test } from "vitest";
import type { SlackSettings } from "../../adapters/slack/index.ts";
import type { SlackConfiguration } from "../../src/config/configuration.ts";
import { ConfigurationError } from "../../src/config/configuration-fault.ts";
import { parseConfiguration } from "../../src/config/load-configuration.ts";
import { MACHINE } from "./configuration-texts.ts";

const SECRETS = {
  ...MACHINE,
  environment: {
    BOT: "xoxb-1",
    APP: "xapp-1",
    SIGNING: "signing",
    CLIENT: "client",
    STATE: "0123456789abcdef0123456789abcdef",
  },
};

async function slackOf(slack: string): Promise<SlackConfiguration | null> {
  return (await parseConfiguration(`slack: ${slack}`, "doorbell.yaml", SECRETS)).slack;
}

async function faultsOf(text: string): Promise<string> {
  try {
    await parseConfiguration(text, "doorbell.yaml", SECRETS);
    return "";
  } catch (error) {
    return error instanceof ConfigurationError ? error.message : String(error);
  }
}

test("three settings make a Slack app that listens on a socket, in the channels named, and nowhere else", async () => {
  const slack = await slackOf(
    "{ bot-token: { env: BOT }, app-token: { env: APP }, channels: [C0123456789] }",
  );
  expect(slack).toMatchObject({
    identity: { kind: "token" },
    transport: { kind: "socket" },
    command: "/jit",
    publicAnswers: false,
    workspaces: [],
    channels: ["C0123456789"],
    directMessages: false,
    guests: false,
    users: [],
    groups: [],
    apiUrl: "https://slack.com/api/",
    callTimeout: 10_000,
  });
  expect(slack?.identity.kind === "token" && slack.identity.botToken.reveal()).toBe("xoxb-1");
  expect(slack?.transport.kind === "socket" && slack.transport.appToken.reveal()).toBe("xapp-1");
  expectTypeOf<SlackConfiguration>().toExtend<SlackSettings>();
});

test("an app of several workspaces that Slack posts to", async () => {
  const slack = await slackOf(`
  oauth:
    client-id: "1.2"
    client-secret: { env: CLIENT }
    state-secret: { env: STATE }
    redirect-uri: https://doorbell.example/slack/oauth_redirect
  http: { signing-secret: { env: SIGNING }, host: 0.0.0.0, port: 3001 }
  command: /doorbell
  public-answers: on
  workspaces: [T0123456789]
  channels: all
  direct-messages: on
  guests: on
  users: [U0123456789, W0123456789]
  groups: [S0123456789]
  api-url: https://slack-gov.com/api/
`);
  expect(slack).toMatchObject({
    identity: {
      kind: "oauth",
      clientId: "1.2",
      redirectUri: "https://doorbell.example/slack/oauth_redirect",
      host: "127.0.0.1",
      port: 3000,
    },
    transport: {
      kind: "http",
      host: "0.0.0.0",
      port: 3001,
      path: "/slack/events",
      publicUrl: null,
    },
    command: "/doorbell",
    publicAnswers: true,
    workspaces: ["T0123456789"],
    channels: "all",
    directMessages: true,
    guests: true,
    users: ["U0123456789", "W0123456789"],
    groups: ["S0123456789"],
    apiUrl: "https://slack-gov.com/api/",
  });
});

test("no Slack without its section", async () => {
  expect((await parseConfiguration("{}", "doorbell.yaml", SECRETS)).slack).toBeNull();
});

const GOOD = "bot-token: { env: BOT }, app-token: { env: APP }";

test.each([
  ["slack: { app-token: { env: APP }, channels: all }", "slack.bot-token: is missing"],
  ["slack: { bot-token: { env: BOT }, channels: all }", "slack.app-token: is missing"],
  [
    `slack: { ${GOOD}, http: { signing-secret: { env: SIGNING } }, channels: all }`,
    "stands beside the other: name app-token or http",
  ],
  [
    "slack: { oauth: { client-id: x, client-secret: { env: CLIENT }, state-secret: { env: CLIENT }, redirect-uri: https://a.example }, app-token: { env: APP }, channels: all }",
    "names a secret that is too short",
  ],
  [`slack: { ${GOOD} }`, "slack.channels"],
  [`slack: { ${GOOD}, channels: ["#ops"] }`, "must be the ID of a channel"],
  [`slack: { ${GOOD}, channels: all, users: [alice] }`, "must be the ID of a person"],
  [`slack: { ${GOOD}, channels: all, groups: ["@ops"] }`, "must be the ID of a user group"],
  [`slack: { ${GOOD}, channels: all, users: [] }`, "slack.users: is empty: name somebody"],
  [`slack: { ${GOOD}, channels: all, groups: [] }`, "slack.groups: is empty: name somebody"],
  [`slack: { ${GOOD}, channels: all, command: jit }`, "must begin with /"],
  [`slack: { ${GOOD}, channels: all, api-url: http://slack.com/api }`, "must be an https: URL"],
  [
    "slack: { bot-token: { env: APP }, app-token: { env: APP }, channels: all }",
    "names a secret that is no Bot User OAuth Token: those begin with xoxb-",
  ],
  [
    "slack: { bot-token: { env: BOT }, app-token: { env: BOT }, channels: all }",
    "names a secret that is no app-level token: those begin with xapp-",
  ],
  [
    "notifications: [{ channel: { platform: slack, workspace: T0123456789, channel: C0123456789 } }]",
    "there is no section slack",
  ],
  [
    `{ slack: { ${GOOD}, channels: all }, notifications: [{ channel: { platform: slack, channel: C0123456789 } }] }`,
    "notifications[0].channel.workspace: is missing",
  ],
  [
    `{ slack: { ${GOOD}, channels: all }, notifications: [{ channel: { platform: slack, workspace: T0123456789, channel: "#ops" } }] }`,
    "must be the ID of a channel",
  ],
])("%s is told: %s", async (text, expected) => {
  const said = await faultsOf(text);
  expect(said).toContain(expected);
  expect(said).not.toContain("xoxb-1");
});

test("a channel of Slack is notified by its configuration", async () => {
  const read = await parseConfiguration(
    `{ slack: { ${GOOD}, channels: all }, notifications: [{ channel: { platform: slack, workspace: T0123456789, channel: C0123456789 } }] }`,
    "doorbell.yaml",
    SECRETS,
  );
  expect(read.notifications.map(({ channel }) => channel)).toEqual([
    { platform: "slack", workspace: "T0123456789", channel: "C0123456789" },
  ]);
});
