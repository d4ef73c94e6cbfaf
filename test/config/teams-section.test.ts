import { describe, expect, expectTypeOf, test } from "vitest";
import type { TeamsSettings } from "../../adapters/teams/index.ts";
import type { TeamsConfiguration } from "../../src/config/configuration.ts";
import { ConfigurationError } from "../../src/config/configuration-fault.ts";
import { parseConfiguration } from "../../src/config/load-configuration.ts";
import { MACHINE } from "./configuration-texts.ts";

const APP = "11111111-2222-3333-4444-555555555555";
const TENANT = "66666666-7777-8888-9999-000000000000";
const CHANNEL = "19:0123456789abcdef@thread.tacv2";
const SECRETS = { ...MACHINE, environment: { BOT: "bot-secret" } };

async function teamsOf(teams: string): Promise<TeamsConfiguration | null> {
  return (await parseConfiguration(`teams: ${teams}`, "doorbell.yaml", SECRETS)).teams;
}

async function faultsOf(text: string): Promise<string> {
  try {
    await parseConfiguration(text, "doorbell.yaml", SECRETS);
    return "";
  } catch (error) {
    return error instanceof ConfigurationError ? error.message : String(error);
  }
}

test("four settings make a bot of one tenant, in the channels named, and nowhere else", async () => {
  const teams = await teamsOf(`
  app-id: ${APP.toUpperCase()}
  tenant: ${TENANT.toUpperCase()}
  credential: { kind: client-secret, client-secret: { env: BOT } }
  channels: ["${CHANNEL}"]
`);
  expect(teams).toMatchObject({
    appId: APP,
    tenant: TENANT,
    credential: { kind: "client-secret", clientId: APP },
    listen: { host: "127.0.0.1", port: 3978, path: "/api/messages" },
    publicUrl: null,
    tenants: [],
    channels: [CHANNEL],
    directMessages: false,
    guests: false,
    cloud: {
      authorityHost: "https://login.microsoftonline.com",
      openIdMetadataUrl: "https://login.botframework.com/v1/.well-known/openidconfiguration",
      issuer: "https://api.botframework.com",
      scope: "https://api.botframework.com/.default",
      serviceUrl: "https://smba.trafficmanager.net/teams/",
    },
  });
  const secret = teams?.credential?.kind === "client-secret" ? teams.credential.clientSecret : null;
  expect(secret?.reveal()).toBe("bot-secret");
  expectTypeOf<TeamsConfiguration>().toExtend<TeamsSettings>();
});

test("everything can be set", async () => {
  const teams = await teamsOf(`
  app-id: ${APP}
  tenant: ${TENANT}
  credential: { kind: managed-identity }
  http: { host: 0.0.0.0, port: 8443, path: /teams, public-url: https://doorbell.example/teams/ }
  tenants: [${APP}]
  channels: all
  personal-chats: on
  guests: on
  cloud: us-government
  endpoints: { issuer: http://127.0.0.1:1, openid-metadata: http://localhost:1/keys, service-url: http://127.0.0.1:1/teams/ }
`);
  expect(teams).toEqual({
    appId: APP,
    tenant: TENANT,
    credential: { kind: "managed-identity", clientId: APP },
    listen: { host: "0.0.0.0", port: 8443, path: "/teams" },
    publicUrl: "https://doorbell.example/teams",
    tenants: [APP],
    channels: "all",
    directMessages: true,
    guests: true,
    cloud: {
      authorityHost: "https://login.microsoftonline.us",
      openIdMetadataUrl: "http://localhost:1/keys",
      issuer: "http://127.0.0.1:1",
      scope: "https://api.botframework.us/.default",
      serviceUrl: "http://127.0.0.1:1/teams/",
    },
    callTimeout: 15_000,
  });
});

test.each([
  ["{ kind: managed-identity }", { kind: "managed-identity", clientId: APP }],
  ["{ kind: workload-identity }", { kind: "workload-identity", clientId: APP, tokenFile: null }],
  [
    "{ kind: workload-identity, token-file: token }",
    { kind: "workload-identity", clientId: APP, tokenFile: "/etc/doorbell/token" },
  ],
  [
    "{ kind: client-certificate, certificate: bot.pem }",
    {
      kind: "client-certificate",
      clientId: APP,
      certificate: "/etc/doorbell/bot.pem",
      password: null,
    },
  ],
])("the bot signs in with %s, as its app ID", async (credential, expected) => {
  const teams = await teamsOf(
    `{ app-id: ${APP}, tenant: ${TENANT}, credential: ${credential}, channels: all }`,
  );
  expect(teams?.credential).toEqual(expected);
});

test("a channel's ID may stand as it does in the channel's link", async () => {
  const teams = await teamsOf(
    `{ app-id: ${APP}, tenant: ${TENANT}, credential: { kind: managed-identity }, channels: ["19%3a0123456789abcdef%40thread.tacv2", "19:meeting_MjA@thread.v2"] }`,
  );
  expect(teams?.channels).toEqual([CHANNEL, "19:meeting_MjA@thread.v2"]);
});

test("no Teams without its section", async () => {
  expect((await parseConfiguration("{}", "doorbell.yaml", SECRETS)).teams).toBeNull();
});

const GOOD = `app-id: ${APP}, tenant: ${TENANT}, credential: { kind: managed-identity }`;
const DEVELOPMENT = `tenant: ${TENANT}, channels: all, development-without-authentication: on`;

test.each([
  [
    `{ tenant: ${TENANT}, credential: { kind: managed-identity }, channels: all }`,
    "without it nothing that arrives would be authenticated",
  ],
  [
    `{ app-id: "", tenant: ${TENANT}, credential: { kind: managed-identity }, channels: all }`,
    "teams.app-id: must be a GUID",
  ],
  [`{ app-id: ${APP}, tenant: ${TENANT}, channels: all }`, "teams.credential: is missing"],
  [`{ app-id: ${APP}, credential: { kind: managed-identity }, channels: all }`, "teams.tenant"],
  [`{ ${GOOD} }`, "teams.channels"],
  [`{ ${GOOD}, channels: ["General"] }`, "must be the ID of a channel or group chat"],
  [
    `{ app-id: ${APP}, tenant: common, credential: { kind: managed-identity }, channels: all }`,
    "bots of several tenants cannot be created since 2025-07-31",
  ],
  [
    `{ app-id: ${APP}, tenant: botframework.com, credential: { kind: managed-identity }, channels: all }`,
    "bots of several tenants cannot be created since 2025-07-31",
  ],
  [
    `{ app-id: ${APP}, tenant: contoso.com, credential: { kind: managed-identity }, channels: all }`,
    "teams.tenant: must be a GUID",
  ],
  [
    `{ ${GOOD}, channels: all, endpoints: { issuer: "http://api.example" } }`,
    "must be an https: URL",
  ],
  [
    `{ ${GOOD}, channels: all, development-without-authentication: on }`,
    "stands beside app-id or credential",
  ],
  [
    `{ ${DEVELOPMENT}, http: { host: 0.0.0.0 } }`,
    "teams.http.host: must be 127.0.0.1, ::1 or localhost",
  ],
  [
    `{ ${DEVELOPMENT}, http: { host: 127.0.0.1.example.com } }`,
    "teams.http.host: must be 127.0.0.1",
  ],
])("teams: %s is told: %s", async (teams, expected) => {
  expect(await faultsOf(`teams: ${teams}`)).toContain(expected);
});

describe("without authentication", () => {
  test.each(["127.0.0.1", "::1", "localhost"])("the bot may listen on %s", async (host) => {
    const teams = await teamsOf(`{ ${DEVELOPMENT}, http: { host: "${host}" } }`);
    expect(teams).toMatchObject({ appId: null, credential: null, listen: { host } });
  });
});

describe("a channel of Teams", () => {
  const notifications = (channel: string): string =>
    `{ teams: { ${GOOD}, channels: all }, notifications: [{ channel: { platform: teams, ${channel} } }] }`;

  test("is notified by its configuration", async () => {
    const text = notifications(
      `workspace: ${TENANT.toUpperCase()}, channel: "19%3A0123456789abcdef%40thread.tacv2"`,
    );
    const read = await parseConfiguration(text, "doorbell.yaml", SECRETS);
    expect(read.notifications.map(({ channel }) => channel)).toEqual([
      { platform: "teams", workspace: TENANT, channel: CHANNEL },
    ]);
  });

  test.each([
    [notifications(`channel: "${CHANNEL}"`), "notifications[0].channel.workspace"],
    [
      notifications(`workspace: ${TENANT}, channel: General`),
      "must be the ID of a channel or group chat",
    ],
    [
      `notifications: [{ channel: { platform: teams, workspace: ${TENANT}, channel: "${CHANNEL}" } }]`,
      "there is no section teams",
    ],
  ])("%s is told: %s", async (text, expected) => {
    expect(await faultsOf(text)).toContain(expected);
  });
});
