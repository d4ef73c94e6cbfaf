import { readFile } from "node:fs/promises";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isScalar, parseDocument, visit } from "yaml";
import type { Document, Scalar } from "yaml";
import { ConfigurationError } from "../../src/config/configuration-fault.ts";
import { faultsIn, GUID_A, GUID_B, parse } from "./configuration-texts.ts";

const EXAMPLE = await readFile(new URL("../../doorbell.example.yaml", import.meta.url), "utf8");

const tenant = (rest: string): string =>
  `azure: { tenants: [{ id: a.com, subscriptions: [${GUID_A}], ${rest} }] }`;
const secret = (reference: string): string =>
  tenant(`credential: { kind: client-secret, client-id: ${GUID_B}, client-secret: ${reference} }`);

/** How many faults the cases below have that have more than one. */
function severalIn(text: string): number {
  return text.includes("[{}]") || text.includes("id: x,") ? 2 : 1;
}

test("all faults are told at once, in the order of the file, each with line, column and key", async () => {
  const text = `azur: {}
azure:
  tenants:
    - idd: a.com
      credential: { kind: client-secrt }
      subscriptions: [${GUID_A}, ${GUID_A.toUpperCase()}, 7]
    - id: b.com
      credential:
        kind: client-secret
        clientId: x
        client-secret: { env: NOPE }
      subscriptions: []
  poll: 1 minute
  sweep:
poll: 1m
store: { kind: postgres }
log: debug
log: info
`;
  expect(await faultsIn(text)).toMatchInlineSnapshot(`
    [
      "doorbell.yaml:1:1: azur: is not a setting; did you mean azure?",
      "doorbell.yaml:4:7: azure.tenants[0].id: is missing: the tenant's ID or one of its domains; for example contoso.onmicrosoft.com",
      "doorbell.yaml:4:7: azure.tenants[0].idd: is not a setting; did you mean id?",
      "doorbell.yaml:5:27: azure.tenants[0].credential.kind: must be default, client-secret, client-certificate, managed-identity, workload-identity or azure-cli; did you mean client-secret?",
      "doorbell.yaml:6:61: azure.tenants[0].subscriptions[1]: stands here a second time: each Azure subscription is watched once",
      "doorbell.yaml:6:99: azure.tenants[0].subscriptions[2]: must be a GUID; for example aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
      "doorbell.yaml:9:9: azure.tenants[1].credential.client-id: is missing: application (client) ID of the app registration; for example 11111111-2222-3333-4444-555555555555",
      "doorbell.yaml:10:9: azure.tenants[1].credential.clientId: is not a setting; did you mean client-id?",
      "doorbell.yaml:11:24: azure.tenants[1].credential.client-secret: names the environment variable NOPE, which is not set",
      "doorbell.yaml:12:22: azure.tenants[1].subscriptions: must name at least one Azure subscription; for example [ aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee ]",
      "doorbell.yaml:13:9: azure.poll: must be a length of time: a number with s, m, h, d or w behind it; for example 1m",
      "doorbell.yaml:14:3: azure.sweep: has no value: give it one, or remove the key; for example 2h",
      "doorbell.yaml:15:1: poll: is not a setting here; it belongs to azure",
      "doorbell.yaml:16:8: store.url: is missing: connection URL, such as \`postgres://user:password@host:5432/doorbell\`; for example { env: DOORBELL_DATABASE_URL }",
      "doorbell.yaml:17:6: log: must be a mapping: keys with values, indented below it",
      "doorbell.yaml:18:1: the key stands here a second time: keep one of them",
    ]
  `);
});

describe("a fault says what would be right", () => {
  test.each<readonly [string, string]>([
    ["just text", "1:1: must be a mapping"],
    ["- 1", "1:1: must be a mapping"],
    ["azure: [1]", "1:8: azure: must be a mapping"],
    ["azure: { poll: 1 }", "1:16: azure.poll: must be a length of time"],
    ["azure: { poll: 2h }", "1:16: azure.poll: must be from 1s to 1h"],
    ["azure: { overlap: 5m }", "1:19: azure.overlap: must be from 30m to 1d"],
    ["azure: { backfill: 91d }", "azure.backfill: must be a length of time from 1h to 90d, or 0"],
    ["azure: { backfill: off }", "azure.backfill: must be a length of time from 1h to 90d, or 0"],
    ["azure: { cloud: publik }", "must be public, us-government or china; did you mean public?"],
    ["azure: { live-state: yes }", "azure.live-state: must be on or off"],
    ["azure: { liveState: on }", "azure.liveState: is not a setting; did you mean live-state?"],
    ["azure: { endpoints: { authority-host: 'http://a.example.com' } }", "must be an https: URL"],
    ["azure: { endpoints: { authority-host: login } }", "must be an https: URL; for example"],
    [tenant("log-analytics: {}"), "log-analytics.workspace: is missing: the workspace's ID"],
    [tenant("log-analytics: { workspace: logs }"), "log-analytics.workspace: must be a GUID"],
    [
      tenant(`log-analytics: { workspace: ${GUID_B}, back-to: 13h }`),
      "log-analytics.back-to: must be from 1d to 4383d",
    ],
    ["azure: { tenants: x }", "azure.tenants: must be a list: lines that begin with -"],
    ["azure: { tenants: [{}] }", "azure.tenants[0].id: is missing: the tenant's ID"],
    ["azure: { tenants: [{ id: x, subscriptions: [] }] }", "must name at least one"],
    [tenant("credential: {}"), "credential.kind: is missing: give default, client-secret"],
    [secret("hunter2"), "must not stand in the file itself"],
    [secret("{ hunter2 }"), "must name where the secret is: { env: NAME } or { file: PATH }"],
    [secret("{ env: A, file: b }"), "must name where the secret is"],
    [secret("{ env: A-B }"), "must be the name of an environment variable"],
    [secret("{ env: NOPE }"), "names the environment variable NOPE, which is not set"],
    [secret("{ env: EMPTY }"), "names the environment variable EMPTY, which is empty"],
    [secret("{ file: nope }"), "names the file /etc/doorbell/nope, which cannot be read: there is"],
    [secret("{ file: /run/secrets/locked }"), "it may not be read by this user"],
    [secret("{ file: /run/secrets/empty }"), "names the file /run/secrets/empty, which is empty"],
    ["store: { kind: sqlit }", "store.kind: must be sqlite or postgres; did you mean sqlite?"],
    ["store: { path: a.db }", "store.kind: is missing: give sqlite or postgres"],
    ["retention: 1d", "retention: must be a length of time of at least 2d, or forever"],
    ["retention: for ever", "; did you mean forever?"],
    ["zone: Europe/Berln", "zone: is not a time zone: use a name such as Europe/Berlin"],
    ["working-hours: always", "must be days and hours, such as mon-fri 07:00-19:00"],
    ["workinghours: x", "workinghours: is not a setting; did you mean working-hours?"],
    ["poll: 1m", "1:1: poll: is not a setting here; it belongs to azure"],
    ["zzz: 1", "1:1: zzz: is not a setting; there are: azure, store, retention"],
    ["notifications: [{ filter: {} }]", "notifications[0].channel: is missing"],
    [
      "notifications: [{ channel: { platform: terminal, channel: x }, filter: { ports: [70000] } }]",
      'filter.ports[0]: must be a port, a range such as 5985-5986, or "*"',
    ],
    [
      "notifications: [{ channel: { platform: terminal, channel: x }, filter: { kinds: [jti] } }]",
      "filter.kinds[0]: must be jit or direct; did you mean jit?",
    ],
    ["http: { port: 0 }", "http.port: must be a port from 1 to 65535, or off"],
    ["http: { port: 80.5 }", "http.port: must be a port from 1 to 65535, or off"],
    [
      "log: { level: warn }",
      "log.level: must be error, warning, info or debug; did you mean warning?",
    ],
    ["log:", "1:1: log: has no value: give it one, or remove the key"],
    ['"a\\u001B[2Jb": 1', '["a\uFFFD[2Jb"]: is not a setting'],
    ["__proto__: { azure: 1 }", "__proto__: is not a setting"],
    ["toString: 1", "toString: is not a setting"],
  ])("%s", async (text, expected) => {
    const faults = await faultsIn(text);
    expect(faults).toHaveLength(severalIn(text));
    expect(faults.join("\n")).toContain(expected);
  });
});

describe("a text that is no YAML", () => {
  test.each<readonly [string, string]>([
    ["azure:\n\tpoll: 1m", "2:1: a tab stands here: indent with spaces"],
    ["azure: { poll: 1m", "is wrong, or a bracket above is not closed"],
    ["zone: 'UTC", "1:11: a quote, comma, bracket or space is missing here"],
    ["zone: UTC: x", "1:7: two keys stand on one line"],
    ["zone: *x", "1:7: a value that begins with * is read as a YAML alias: put it in quotes"],
    ["notifications: [*]", "a value that begins with * is read as a YAML alias"],
    ["zone: !env X", "1:7: a value that begins with ! is read as a YAML tag"],
    ["zone: @x", "1:7: a value cannot begin with this character"],
    ["zone: UTC\n---\nzone: UTC", "2:1: a second document begins here"],
    ["? [1, 2]\n: 3", "a key must be a text"],
    [
      "a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c]",
      "aliases (*name) repeat too much",
    ],
  ])("%j", async (text, expected) => {
    expect((await faultsIn(text)).join("\n")).toContain(expected);
  });

  test("with a key that stands twice is told beside the other faults", async () => {
    expect(await faultsIn("zone: UTC\nzone: UTC\nlog: { level: x }")).toEqual([
      "doorbell.yaml:2:1: the key stands here a second time: keep one of them",
      "doorbell.yaml:3:15: log.level: must be error, warning, info or debug",
    ]);
  });

  test("never ends in anything but faults", async () => {
    const pieces = fc.constantFrom(
      ..."{}[]:,&*!|>'\"%@`#-? \n\t".split(""),
      "azure",
      "zone",
      "store",
      "kind",
      "sqlite",
      "\u0000",
      "\uFEFF",
      "__proto__",
      "<<",
      "1",
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join("")),
          fc.string({ unit: "binary" }),
        ),
        async (text) => {
          const faults = await faultsIn(text);
          expect(faults.every((line) => /^doorbell\.yaml:\d+:\d+: ./.test(line))).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** Every key of the example, with the scalar that holds it. */
function keysOf(document: Document): readonly Scalar<string>[] {
  const keys: Scalar<string>[] = [];
  visit(document, {
    Pair: (_, { key }) => {
      if (isScalar<string>(key)) {
        keys.push(key);
      }
    },
  });
  return keys;
}

describe("every key of the example, misspelt,", () => {
  const count = keysOf(parseDocument(EXAMPLE)).length;
  const cases = Array.from({ length: count }, (_, index) => {
    const document = parseDocument(EXAMPLE);
    const key = keysOf(document)[index];
    const name = key?.value ?? "";
    const line = EXAMPLE.slice(0, key?.range?.[0] ?? 0).split("\n").length;
    return {
      name,
      line,
      text:
        EXAMPLE.slice(0, key?.range?.[0] ?? 0) + name + "x" + EXAMPLE.slice(key?.range?.[1] ?? 0),
    };
  });

  test.each(cases)("is told where it stands: $name in line $line", async ({ name, line, text }) => {
    const faults = await faultsIn(text);
    const own = faults.filter((fault) => fault.startsWith(`doorbell.yaml:${line}:`));
    // Of a reference to a secret it is the reference that is wrong.
    expect(own.join("\n")).toContain(name === "env" ? "{ env: NAME }" : `did you mean ${name}?`);
  });
});

describe("what a file says is not repeated in a fault", () => {
  const token = "hunter2-hunter2";
  const values: { readonly from: number; readonly to: number }[] = [];
  visit(parseDocument(EXAMPLE), {
    Scalar: (key, { range }) => {
      if (key !== "key" && range !== undefined && range !== null) {
        values.push({ from: range[0], to: range[1] });
      }
    },
  });
  const forms = [
    token,
    `"${token}" ${token}`,
    `*${token}`,
    `!${token} x`,
    `{ ${token} }`,
    `[${token}`,
    `${token}: ${token}`,
    `@${token}`,
  ];

  test.each(forms)("%s in place of any value", async (form) => {
    for (const { from, to } of values) {
      const text = EXAMPLE.slice(0, from) + form + EXAMPLE.slice(to);
      const told = await parse(text).then(
        () => "",
        (error: unknown) => (error instanceof ConfigurationError ? error.message : String(error)),
      );
      // An unknown key is named, because it is what one looks for.
      expect(told.replaceAll(`.${token}: is not a setting`, "")).not.toContain(token);
    }
  });
});
