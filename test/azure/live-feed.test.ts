import nock from "nock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ArmReader } from "../../src/azure/arm-reader.ts";
import { LiveFeed } from "../../src/azure/live-feed.ts";
import { HOUR, MINUTE } from "../../src/domain/instant.ts";
import type { FeedPage } from "../../src/domain/feed.ts";
import type { Sighting } from "../../src/domain/sighting.ts";
import { allowSignIn, ARM, connection } from "./azure-wire.ts";
import { LeapClock } from "./leap-clock.ts";
import { allPages, AZURE_SUBSCRIPTION, lastCursor, logParts, START } from "./log-feed.ts";
import { NSG_ID, POLICY_ID, SUBSCRIPTION, VM_ID, wireRule } from "./row-forms.ts";

const NIC_ID = `${SUBSCRIPTION}/resourceGroups/rg-a/providers/Microsoft.Network/networkInterfaces/nic-a`;
const LISTS = {
  nsgs: `${SUBSCRIPTION}/providers/Microsoft.Network/networkSecurityGroups`,
  policies: `${SUBSCRIPTION}/providers/Microsoft.Security/jitNetworkAccessPolicies`,
  interfaces: `${SUBSCRIPTION}/providers/Microsoft.Network/networkInterfaces`,
  machines: `${SUBSCRIPTION}/providers/Microsoft.Compute/virtualMachines`,
};

/** What a subscription holds; a number is the status of a refusal. */
type Estate = Record<keyof typeof LISTS, readonly unknown[] | number>;

const NOTHING: Estate = { nsgs: [], policies: [], interfaces: [], machines: [] };

const nsg = (...rules: readonly unknown[]) => ({
  id: NSG_ID,
  name: "nsg-a",
  properties: { securityRules: rules },
});
const nic = (vm: string | null, ...addresses: readonly string[]) => ({
  id: NIC_ID,
  properties: {
    ...(vm === null ? {} : { virtualMachine: { id: vm } }),
    ipConfigurations: addresses.map((privateIPAddress) => ({ properties: { privateIPAddress } })),
  },
});
const machine = (nicId = NIC_ID) => ({
  id: VM_ID,
  properties: { networkProfile: { networkInterfaces: [{ id: nicId.toUpperCase() }] } },
});
const policy = (...requests: readonly unknown[]) => ({ id: POLICY_ID, properties: { requests } });
const request = (changes: object = {}) => ({
  requestor: "barbara@contoso.com",
  startTimeUtc: "2026-11-23T11:00:00.5691611Z",
  justification: "a\u001b[2J\nreason",
  virtualMachines: [
    {
      id: VM_ID,
      ports: [
        {
          number: 3389,
          allowedSourceAddressPrefix: "198.51.100.7/32",
          endTimeUtc: "2026-11-23T14:00:00.5691611Z",
          status: "Initiated",
          statusReason: "UserRequested",
        },
      ],
    },
  ],
  ...changes,
});

beforeEach(() => {
  nock.disableNetConnect();
  allowSignIn();
});

afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

function serve(estate: Partial<Estate>): void {
  for (const [kind, path] of Object.entries(LISTS)) {
    const items = Object.entries({ ...NOTHING, ...estate }).find(([key]) => key === kind)?.[1];
    const list = nock(ARM).persist().get(path).query(true);
    if (typeof items === "number") {
      list.reply(items, { error: { code: "AuthorizationFailed", message: "no" } });
    } else {
      list.reply(200, { value: items });
    }
  }
}

function liveFeed(clock: LeapClock): LiveFeed {
  return new LiveFeed({
    ...logParts({ page: () => Promise.reject(new Error("not the log")) }, clock),
    reader: new ArmReader(connection(), clock),
    azureSubscription: AZURE_SUBSCRIPTION,
  });
}

/** What the feed tells in a minute, or in the time given. */
async function told(
  estate: Partial<Estate>,
  cursor: string | null = null,
  time: number = MINUTE,
): Promise<{
  readonly pages: FeedPage[];
  readonly sightings: Sighting[];
  readonly feed: LiveFeed;
}> {
  nock.cleanAll();
  allowSignIn();
  serve(estate);
  const clock = new LeapClock(START, START + time);
  const feed = liveFeed(clock);
  const pages = await allPages(feed, clock.signal, cursor);
  return { pages, sightings: pages.flatMap(({ sightings }) => sightings), feed };
}

describe("what the resources show", () => {
  test("an NSG shows its rules", async () => {
    const { sightings } = await told({ nsgs: [nsg(wireRule("a"), wireRule("b"))] });
    expect(sightings).toMatchObject([
      {
        at: START,
        resource: { text: NSG_ID },
        detail: {
          kind: "nsg-rules",
          ruleSet: { completeness: "complete", rules: [{ name: "a" }, { name: "b" }] },
        },
      },
    ]);
    expect(sightings[0]?.id).toMatch(/^sighting:[0-9a-f]{32}$/);
  });

  test("an NSG without rules shows that it has none", async () => {
    const { sightings } = await told({ nsgs: [nsg()] });
    expect(sightings[0]?.detail).toEqual({
      kind: "nsg-rules",
      ruleSet: { completeness: "complete", rules: [] },
    });
  });

  test("a JIT policy shows the requests that it remembers", async () => {
    const { sightings } = await told({ policies: [policy(request())] });
    expect(sightings.map(({ detail }) => detail)).toMatchObject([
      {
        kind: "policy-requests",
        requests: [
          {
            requestor: "barbara@contoso.com",
            startTime: Date.UTC(2026, 10, 23, 11, 0, 0, 569),
            justification: "a[2J reason",
            virtualMachines: [
              {
                vm: { text: VM_ID },
                ports: [
                  {
                    port: { from: 3389, to: 3389 },
                    sources: ["198.51.100.7"],
                    endTime: Date.UTC(2026, 10, 23, 14, 0, 0, 569),
                    status: "initiated",
                    statusReason: "user-requested",
                    mappedPort: null,
                  },
                ],
              },
            ],
          },
        ],
      },
    ]);
  });

  test.each([
    ["Revoked", "Expired", "revoked", "expired"],
    ["revoked", "newerrequestinitiated", "revoked", "newer-request-initiated"],
    ["Odd", "Odder", "unknown", "unknown"],
    [undefined, undefined, "unknown", null],
  ])("a port with status %s and reason %s", async (status, statusReason, known, reason) => {
    const port = {
      number: "22",
      allowedSourceAddressPrefixes: ["10.0.0.0/8"],
      status,
      statusReason,
    };
    const { sightings } = await told({
      policies: [policy(request({ virtualMachines: [{ id: VM_ID, ports: [port] }] }))],
    });
    expect(sightings[0]?.detail).toMatchObject({
      requests: [{ virtualMachines: [{ ports: [{ status: known, statusReason: reason }] }] }],
    });
  });

  test.each([
    [
      "a network interface that names its VM",
      [nic(VM_ID, "10.0.0.5", "10.0.0.4")],
      [machine("/x")],
    ],
    ["a VM that names its network interface", [nic(null, "10.0.0.5", "10.0.0.4")], [machine()]],
    [
      "a network interface alone",
      [nic(VM_ID.toUpperCase(), "10.0.0.4", "10.0.0.5", "10.0.0.4")],
      403,
    ],
  ])("%s tells the VM's addresses", async (_, interfaces, machines) => {
    const { sightings } = await told({ interfaces, machines });
    expect(sightings).toMatchObject([
      {
        resource: { key: VM_ID.toLowerCase() },
        detail: { kind: "vm-addresses", addresses: ["10.0.0.4", "10.0.0.5"] },
      },
    ]);
  });

  test("what cannot be understood is quarantined, and the rest is told", async () => {
    const { pages, sightings } = await told({
      nsgs: [
        { ...nsg(wireRule("good"), wireRule("bad", { access: "perhaps" })) },
        {
          id: "/subscriptions/other/resourceGroups/r/providers/Microsoft.Network/networkSecurityGroups/x",
        },
        "text",
      ],
      policies: [
        policy(request(), "no request", request({ virtualMachines: [{ id: "vm", ports: [] }] })),
      ],
      interfaces: [{ id: NIC_ID, properties: 5 }],
    });
    expect(sightings.map(({ detail }) => detail)).toMatchObject([
      { kind: "nsg-rules", ruleSet: { completeness: "partial", rules: [{ name: "good" }] } },
      { kind: "policy-requests", requests: [{}, { virtualMachines: [] }] },
    ]);
    expect(pages.flatMap(({ quarantined }) => quarantined.map(({ reason }) => reason))).toEqual([
      'rule "bad" was left out, because "perhaps" is not an access',
      "it has no resource ID of this Azure subscription",
      "it has no resource ID of this Azure subscription",
      'a request of the policy was left out, because it is not one; a VM of a request was left out, because "vm" is not a resource ID',
      "it is not a network interface",
    ]);
  });
});

describe("what is told again", () => {
  const estate: Estate = {
    nsgs: [nsg(wireRule("a"))],
    policies: [policy(request())],
    interfaces: [nic(VM_ID, "10.0.0.4")],
    machines: [machine()],
  };

  test("nothing, while nothing changes, not even after a restart or in another order", async () => {
    const first = await told(
      { ...estate, nsgs: [nsg(wireRule("a"), wireRule("b"))] },
      null,
      70 * MINUTE,
    );
    expect(first.sightings).toHaveLength(3);
    const turned = { ...estate, nsgs: [nsg(wireRule("b"), wireRule("a"))] };
    const again = await told(turned, lastCursor(first.pages), 70 * MINUTE);
    expect(again.pages).toEqual([]);
  });

  test.each<[string, Partial<Estate>, object]>([
    [
      "a rule that is gone",
      { nsgs: [nsg()] },
      { resource: { text: NSG_ID }, detail: { ruleSet: { rules: [] } } },
    ],
    [
      "an NSG that is gone",
      { nsgs: [] },
      { resource: { text: NSG_ID }, detail: { kind: "nsg-absent" } },
    ],
    [
      "a policy that is gone",
      { policies: [] },
      { resource: { text: POLICY_ID }, detail: { kind: "policy-requests", requests: [] } },
    ],
    [
      "a request that was made",
      { policies: [policy(request(), request({ requestor: "alice" }))] },
      { resource: { text: POLICY_ID } },
    ],
    [
      "a VM that has another address",
      { interfaces: [nic(VM_ID, "10.0.0.9")] },
      { resource: { text: VM_ID }, detail: { addresses: ["10.0.0.9"] } },
    ],
    [
      "a VM that is gone",
      { interfaces: [], machines: [] },
      { resource: { text: VM_ID }, detail: { addresses: [] } },
    ],
  ])("%s, once", async (_, change, sighting) => {
    const first = await told(estate);
    const second = await told({ ...estate, ...change }, lastCursor(first.pages), 70 * MINUTE);
    expect(second.sightings).toMatchObject([sighting]);
    const third = await told({ ...estate, ...change }, lastCursor(second.pages), HOUR);
    expect(third.sightings).toEqual([]);
  });

  test("an NSG is not called gone because its list could not be read whole", async () => {
    const first = await told(estate);
    nock.cleanAll();
    allowSignIn();
    for (const path of [LISTS.policies, LISTS.interfaces, LISTS.machines]) {
      nock(ARM).persist().get(path).query(true).reply(500);
    }
    nock(ARM)
      .persist()
      .get(LISTS.nsgs)
      .query(({ $skiptoken }) => $skiptoken === undefined)
      .reply(200, { value: [], nextLink: `${ARM}${LISTS.nsgs}?$skiptoken=2` });
    nock(ARM).persist().get(LISTS.nsgs).query({ $skiptoken: "2" }).reply(500);
    const clock = new LeapClock(START, START + HOUR);
    expect(await allPages(liveFeed(clock), clock.signal, lastCursor(first.pages))).toEqual([]);
  });
});

describe("what cannot be read", () => {
  test.each<[keyof typeof LISTS, string]>([
    ["nsgs", "Microsoft.Network/networkSecurityGroups/read"],
    ["policies", "Microsoft.Security/locations/jitNetworkAccessPolicies/read"],
    ["interfaces", "Microsoft.Network/networkInterfaces/read"],
    ["machines", "Microsoft.Compute/virtualMachines/read"],
  ])(
    "without the permission to read %s, that is told and the rest is read",
    async (kind, action) => {
      const estate: Estate = {
        nsgs: [nsg(wireRule("a"))],
        policies: [policy(request())],
        interfaces: [nic(VM_ID, "10.0.0.4")],
        machines: [machine()],
      };
      const { sightings, feed } = await told({ ...estate, [kind]: 403 }, null, 2 * HOUR);
      const { problem } = feed.health();
      expect(problem).toContain(`lacks ${action} at /subscriptions/${AZURE_SUBSCRIPTION}`);
      expect(problem?.match(/lacks/g)).toHaveLength(1);
      // A VM's addresses are known from its network interfaces alone.
      expect(sightings).toHaveLength(kind === "machines" ? 3 : 2);
    },
  );

  test("without any permission all are told in one line, and few calls are made", async () => {
    const { feed, pages } = await told(
      { nsgs: 403, policies: 403, interfaces: 403, machines: 403 },
      null,
      3 * HOUR,
    );
    const { problem, callsLastHour } = feed.health();
    expect(problem?.match(/lacks/g)).toHaveLength(4);
    expect(problem).not.toContain("\n");
    expect(pages).toEqual([]);
    expect(callsLastHour).toBeLessThan(80);
  });

  test("a list whose pages lead in a circle ends, and is told", async () => {
    nock(ARM)
      .persist()
      .get(/.*/)
      .query(true)
      .reply(200, { value: [], nextLink: `${ARM}${LISTS.nsgs}?$skiptoken=1` });
    const clock = new LeapClock(START, START + MINUTE);
    const feed = liveFeed(clock);
    await allPages(feed, clock.signal);
    expect(feed.health().problem).toContain(
      "The pages of network security groups lead in a circle.",
    );
  });
});
