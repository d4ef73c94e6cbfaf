import { readFile } from "node:fs/promises";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findConfiguration, loadConfiguration } from "../../src/config/load-configuration.ts";
import { parseDuration } from "../../src/config/setting-forms.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/domain/instant.ts";
import { DoorbellError } from "../../src/errors.ts";
import { GUID_A, GUID_B, MACHINE, parse } from "./configuration-texts.ts";

const EXAMPLE = new URL("../../doorbell.example.yaml", import.meta.url);

describe("an empty configuration", () => {
  test.each(["", "# nothing yet\n", "{}", "---\n"])("%j has every default", async (text) => {
    expect(await parse(text)).toEqual({
      azure: {
        cloud: {
          authorityHost: "https://login.microsoftonline.com",
          resourceManager: "https://management.azure.com",
          audience: "https://management.azure.com",
          logAnalytics: "https://api.loganalytics.io",
        },
        tenants: [],
        eventHubs: [],
        poll: MINUTE,
        overlap: 30 * MINUTE,
        sweep: HOUR,
        backfill: 90 * DAY,
        liveState: true,
      },
      store: { kind: "sqlite", path: "/etc/doorbell/doorbell.db" },
      retention: null,
      auditRetention: 365 * DAY,
      eventsInMemory: 250_000,
      zone: "America/New_York",
      workingHours: null,
      notifications: [],
      slack: null,
      teams: null,
      http: { host: "127.0.0.1", port: 8080 },
      log: { level: "info" },
    });
  });
});

test("the example that comes with the project is read as it says", async () => {
  const read = await parse(await readFile(EXAMPLE, "utf8"));
  expect(read.azure.tenants.map(({ id, credential }) => [id, credential.kind])).toEqual([
    ["contoso.onmicrosoft.com", "client-secret"],
    ["66666666-7777-8888-9999-000000000000", "managed-identity"],
  ]);
  expect(read.retention).toBe(400 * DAY);
  expect(read.zone).toBe("Europe/Berlin");
  expect(read.notifications).toEqual([
    {
      channel: { platform: "terminal", workspace: "", channel: "main" },
      filter: {
        azureSubscriptions: [],
        resourceGroups: [],
        vms: ["vm-prod-*", "db-*"],
        ports: [
          { from: 3389, to: 3389 },
          { from: 22, to: 22 },
          { from: 5985, to: 5986 },
        ],
        kinds: ["jit"],
        verdicts: [],
        findings: ["any-source", "no-request", "open-past-end"],
      },
    },
  ]);
});

test("the same configuration as JSON is read alike, tabs and all", async () => {
  const text = JSON.stringify(
    { azure: { poll: "30s", backfill: 0 }, http: { port: "off" }, retention: "2w" },
    null,
    "\t",
  );
  const read = await parse(text);
  expect(read.azure.poll).toBe(30 * SECOND);
  expect(read.azure.backfill).toBe(0);
  expect(read.http.port).toBeNull();
  expect(read.retention).toBe(14 * DAY);
});

describe("credentials", () => {
  test.each<readonly [string, unknown]>([
    ["{ kind: default }", { kind: "default" }],
    ["{ kind: azure-cli }", { kind: "azure-cli" }],
    ["{ kind: managed-identity }", { kind: "managed-identity", clientId: null }],
    [
      `{ kind: managed-identity, client-id: ${GUID_B.toUpperCase()} }`,
      { kind: "managed-identity", clientId: GUID_B },
    ],
    ["{ kind: workload-identity }", { kind: "workload-identity", clientId: null, tokenFile: null }],
    [
      `{ kind: workload-identity, client-id: ${GUID_B}, token-file: token }`,
      { kind: "workload-identity", clientId: GUID_B, tokenFile: "/etc/doorbell/token" },
    ],
    [
      `{ kind: client-certificate, client-id: ${GUID_B}, certificate: /pem }`,
      { kind: "client-certificate", clientId: GUID_B, certificate: "/pem", password: null },
    ],
  ])("%s", async (credential, expected) => {
    const read = await parse(
      `azure: { tenants: [{ id: contoso.com, credential: ${credential}, subscriptions: [${GUID_A}] }] }`,
    );
    expect(read.azure.tenants).toEqual([
      { id: "contoso.com", credential: expected, subscriptions: [GUID_A], logAnalytics: null },
    ]);
  });

  test("a tenant without one takes the first that works", async () => {
    const read = await parse(`azure: { tenants: [{ id: A.B.Com, subscriptions: [${GUID_A}] }] }`);
    expect(read.azure.tenants[0]).toEqual({
      id: "a.b.com",
      credential: { kind: "default" },
      subscriptions: [GUID_A],
      logAnalytics: null,
    });
  });
});

describe("a Log Analytics workspace", () => {
  test.each([
    [`{ workspace: ${GUID_B.toUpperCase()} }`, { workspace: GUID_B, backTo: 365 * DAY }],
    [`{ workspace: ${GUID_B}, back-to: 104w }`, { workspace: GUID_B, backTo: 728 * DAY }],
  ])("%s", async (workspace, expected) => {
    const { azure } = await parse(
      `azure: { tenants: [{ id: a.com, subscriptions: [${GUID_A}], log-analytics: ${workspace} }] }`,
    );
    expect(azure.tenants[0]?.logAnalytics).toEqual(expected);
  });
});

describe("Event Hubs", () => {
  const hub = (more: string): string =>
    `azure: { event-hubs: [{ namespace: Contoso.servicebus.windows.net, hub: activity, ${more} }] }`;

  test("one is read with a sign-in of its own, in the consumer group that every hub has", async () => {
    const read = await parse(hub("tenant: Contoso.com, credential: { kind: azure-cli }"));
    expect(read.azure.eventHubs).toEqual([
      {
        namespace: "contoso.servicebus.windows.net",
        hub: "activity",
        consumerGroup: "$Default",
        access: {
          kind: "sign-in",
          tenantId: "contoso.com",
          credential: { kind: "azure-cli" },
        },
      },
    ]);
  });

  test("or with a connection string, which is a secret", async () => {
    const read = await parse(
      hub("consumer-group: doorbell, connection-string: { env: DOORBELL_CLIENT_SECRET }"),
    );
    const access = read.azure.eventHubs[0]?.access;
    expect(access?.kind === "connection-string" && access.connectionString.reveal()).toBe(
      "from-the-environment",
    );
    expect(JSON.stringify(read)).not.toContain("from-the-environment");
  });

  test.each([
    [hub(""), "azure.event-hubs[0].tenant: is missing: the tenant to sign in to"],
    [
      hub("tenant: a.com, connection-string: { env: DOORBELL_CLIENT_SECRET }"),
      "azure.event-hubs[0].tenant: stands beside connection-string",
    ],
    [
      "azure: { event-hubs: [{ namespace: sb://contoso, hub: a, tenant: a.com }] }",
      "azure.event-hubs[0].namespace: must be a host name, without sb:// before it",
    ],
  ])("%s is refused", async (text, fault) => {
    await expect(parse(text)).rejects.toThrow(fault);
  });
});

describe("secrets", () => {
  const withSecret = (reference: string): string =>
    `azure: { tenants: [{ id: contoso.com, subscriptions: [${GUID_A}], credential: ` +
    `{ kind: client-secret, client-id: ${GUID_B}, client-secret: ${reference} } }] }`;

  test.each([
    ["{ env: DOORBELL_CLIENT_SECRET }", "from-the-environment"],
    ["{ file: beside }", "beside"],
  ])("%s", async (reference, expected) => {
    const read = await parse(withSecret(reference));
    const credential = read.azure.tenants[0]?.credential;
    expect(credential?.kind === "client-secret" && credential.clientSecret.reveal()).toBe(expected);
    expect(JSON.stringify(read)).not.toContain(expected);
  });

  test("a line break at the end of their file does not belong to them", async () => {
    const { store } = await parse("store: { kind: postgres, url: { file: /run/secrets/url } }");
    expect(store.kind === "postgres" && store.url.reveal()).toBe(
      "postgres://doorbell:from-the-file@db/doorbell",
    );
  });
});

describe("clouds", () => {
  test.each([
    [
      "us-government",
      "https://login.microsoftonline.us",
      "https://management.usgovcloudapi.net",
      "https://api.loganalytics.us",
    ],
    [
      "china",
      "https://login.chinacloudapi.cn",
      "https://management.chinacloudapi.cn",
      "https://api.loganalytics.azure.cn",
    ],
  ])("%s", async (cloud, authorityHost, resourceManager, logAnalytics) => {
    const { azure } = await parse(`azure: { cloud: ${cloud} }`);
    const audience = resourceManager;
    expect(azure.cloud).toEqual({ authorityHost, resourceManager, audience, logAnalytics });
  });

  test("endpoints of one's own take the place of the cloud's", async () => {
    const { azure } = await parse(
      "azure: { endpoints: { resource-manager: 'https://127.0.0.1:4000/', log-analytics: 'https://127.0.0.1:4001/' } }",
    );
    expect(azure.cloud).toEqual({
      authorityHost: "https://login.microsoftonline.com",
      resourceManager: "https://127.0.0.1:4000",
      audience: "https://127.0.0.1:4000",
      logAnalytics: "https://127.0.0.1:4001",
    });
  });
});

test("working hours count in the configured zone", async () => {
  const { workingHours } = await parse("zone: Asia/Tokyo\nworking-hours: mon-fri 09:00-17:00");
  expect(workingHours?.(Date.parse("2026-11-23T00:30Z"))).toBe(true);
  expect(workingHours?.(Date.parse("2026-11-23T14:30Z"))).toBe(false);
});

test("without a zone, working hours count in the machine's", async () => {
  const { workingHours } = await parse("working-hours: mon-fri 09:00-17:00");
  expect(workingHours?.(Date.parse("2026-11-23T14:30Z"))).toBe(true);
});

test("anchors and aliases repeat a part", async () => {
  const text = `azure:
  tenants:
    - { id: a.com, credential: &who { kind: azure-cli }, subscriptions: [${GUID_A}] }
    - { id: b.com, credential: *who, subscriptions: [${GUID_B}] }`;
  const { azure } = await parse(text);
  expect(azure.tenants.map(({ credential }) => credential.kind)).toEqual([
    "azure-cli",
    "azure-cli",
  ]);
});

describe("lengths of time", () => {
  const units = [
    ["s", SECOND],
    ["m", MINUTE],
    ["h", HOUR],
    ["d", DAY],
    ["w", 7 * DAY],
  ] as const;

  test("are a number and a unit", () => {
    fc.assert(
      fc.property(fc.nat({ max: 999_999 }), fc.constantFrom(...units), (count, [unit, size]) => {
        expect(parseDuration(`${count}${unit}`)).toBe(count * size);
      }),
    );
  });

  test.each(["", "1", "m", "1 m", "-1m", "1.5h", "1M", "1m30s", "1e3s", "\n1m", "1m\n"])(
    "%j is none",
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );
});

describe("which file", () => {
  const find = async (
    option: string | null,
    environment: Record<string, string>,
    present: readonly string[],
  ): Promise<string | null> =>
    findConfiguration(option, environment, (path) => Promise.resolve(present.includes(path)));
  const own = "/home/me/.config/doorbell/doorbell.yaml";
  const everywhere = ["doorbell.yaml", own, "/xdg/doorbell/doorbell.yaml"];

  test.each<readonly [string, string | null, Record<string, string>, string[], string | null]>([
    ["--config", "a.yaml", { DOORBELL_CONFIG: "b.yaml" }, everywhere, "a.yaml"],
    ["DOORBELL_CONFIG", null, { DOORBELL_CONFIG: "b.yaml" }, everywhere, "b.yaml"],
    ["an empty DOORBELL_CONFIG", null, { DOORBELL_CONFIG: "" }, everywhere, "doorbell.yaml"],
    ["the working directory", null, { HOME: "/home/me" }, everywhere, "doorbell.yaml"],
    ["the user's folder", null, { HOME: "/home/me" }, [own], own],
    [
      "XDG_CONFIG_HOME",
      null,
      { HOME: "/home/me", XDG_CONFIG_HOME: "/xdg" },
      everywhere.slice(1),
      "/xdg/doorbell/doorbell.yaml",
    ],
    [
      "a relative XDG_CONFIG_HOME",
      null,
      { HOME: "/home/me", XDG_CONFIG_HOME: "xdg" },
      everywhere.slice(1),
      own,
    ],
    ["no home", null, {}, [own], null],
    ["nothing there", null, { HOME: "/home/me" }, [], null],
  ])("%s", async (_, option, environment, present, expected) => {
    expect(await find(option, environment, present)).toBe(expected);
  });
});

test("a configuration that is not there says so, with what names it", async () => {
  const failure = loadConfiguration("nowhere.yaml", MACHINE);
  await expect(failure).rejects.toThrow(DoorbellError);
  await expect(failure).rejects.toMatchObject({
    code: "configuration",
    message:
      "The configuration nowhere.yaml cannot be read: there is no such file; --config and DOORBELL_CONFIG say which file it is.",
  });
});

test("paths in a configuration start at its folder", async () => {
  const sources = {
    ...MACHINE,
    readFile: () => Promise.resolve("store: { kind: sqlite, path: a.db }"),
  };
  const { store } = await loadConfiguration("/srv/bell/doorbell.yaml", sources);
  expect(store).toEqual({ kind: "sqlite", path: "/srv/bell/a.db" });
});
