import { expect, test } from "vitest";
import { z } from "zod";
import { HOUR, MINUTE, isoUtc } from "../../../src/domain/instant.ts";
import type { Sandbox } from "../../../src/sandbox/http/start-sandbox.ts";
import { NOON, callArm, errorOf, firstSubscription, pageOf, running } from "./running.ts";

const reference = z.object({ id: z.string() });
const nsg = z.object({
  id: z.string(),
  name: z.string(),
  type: z.literal("Microsoft.Network/networkSecurityGroups"),
  location: z.string(),
  properties: z.object({
    provisioningState: z.literal("Succeeded"),
    securityRules: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        properties: z.object({ access: z.enum(["Allow", "Deny"]), priority: z.int() }),
      }),
    ),
    defaultSecurityRules: z.array(z.object({ name: z.string() })).length(6),
    networkInterfaces: z.array(reference),
    subnets: z.array(reference),
  }),
});
const networkInterface = z.object({
  id: z.string(),
  type: z.literal("Microsoft.Network/networkInterfaces"),
  properties: z.object({
    virtualMachine: reference,
    networkSecurityGroup: reference.optional(),
    ipConfigurations: z
      .array(
        z.object({
          properties: z.object({ privateIPAddress: z.ipv4(), subnet: reference }),
        }),
      )
      .length(1),
  }),
});
const vm = z.object({
  id: z.string(),
  name: z.string(),
  type: z.literal("Microsoft.Compute/virtualMachines"),
  properties: z.object({
    networkProfile: z.object({ networkInterfaces: z.array(reference).length(1) }),
  }),
});
const policy = z.object({
  id: z.string(),
  kind: z.literal("Basic"),
  name: z.literal("default"),
  type: z.literal("Microsoft.Security/locations/jitNetworkAccessPolicies"),
  properties: z.object({
    virtualMachines: z.array(
      z.object({
        id: z.string(),
        ports: z.array(z.object({ number: z.int(), maxRequestAccessDuration: z.literal("PT3H") })),
      }),
    ),
    requests: z.array(
      z.object({
        requestor: z.string(),
        startTimeUtc: z.iso.datetime(),
        justification: z.string().optional(),
        virtualMachines: z
          .array(
            z.object({
              id: z.string(),
              ports: z
                .array(
                  z.object({
                    number: z.int(),
                    allowedSourceAddressPrefix: z.string(),
                    endTimeUtc: z.iso.datetime(),
                    status: z.string(),
                    statusReason: z.string(),
                  }),
                )
                .min(1),
            }),
          )
          .min(1),
      }),
    ),
  }),
});

async function list<T>(sandbox: Sandbox, type: string, schema: z.ZodType<T>): Promise<T[]> {
  const items: T[] = [];
  const path = `/subscriptions/${firstSubscription(sandbox)}/providers/${type}?api-version=2023-09-01`;
  let next: string | null = path;
  while (next !== null) {
    const page = pageOf(await callArm(sandbox, next));
    items.push(...z.array(schema).parse(page.value));
    next = page.nextLink?.slice(sandbox.resourceManager.length) ?? null;
  }
  return items;
}

const NSGS = "Microsoft.Network/networkSecurityGroups";
const INTERFACES = "Microsoft.Network/networkInterfaces";
const VMS = "Microsoft.Compute/virtualMachines";
const POLICIES = "Microsoft.Security/jitNetworkAccessPolicies";

test("The way from a machine to the NSG that guards it can be walked.", async () => {
  const { sandbox } = await running();
  const nsgs = await list(sandbox, NSGS, nsg);
  const interfaces = await list(sandbox, INTERFACES, networkInterface);
  const vms = await list(sandbox, VMS, vm);
  expect(vms.map(({ name }) => name)).toEqual(sandbox.model.vms.map(({ name }) => name));
  for (const one of sandbox.model.vms) {
    const [nic] = interfaces.filter(({ properties }) => properties.virtualMachine.id === one.id);
    const [ip] = nic?.properties.ipConfigurations ?? [];
    expect(ip?.properties.privateIPAddress).toBe(one.address);
    const guards = nsgs.filter(
      ({ id, properties }) =>
        nic?.properties.networkSecurityGroup?.id === id ||
        properties.subnets.some((subnet) => subnet.id === ip?.properties.subnet.id),
    );
    expect(guards.map(({ id }) => id)).toContain(one.guards[0]?.id);
  }
});

test("An NSG shows the rules that stand right now.", async () => {
  const { sandbox, clock } = await running();
  const id = sandbox.model.containers.find(({ name }) => name === "vm-x-nsg")?.id ?? "";
  const open = async () => {
    const answer = await callArm(sandbox, `${id.toUpperCase()}?api-version=2023-09-01`);
    const { securityRules } = nsg.parse(JSON.parse(answer.text)).properties;
    return securityRules.filter(({ properties }) => properties.access === "Allow").length;
  };
  // Somebody opened vm-x 45 minutes before noon, for three hours.
  expect(await open()).toBe(1);
  clock.pass(2 * HOUR);
  const stillThere = sandbox
    .truth()
    .openings.filter(({ nsg, closedAt }) => nsg === id && closedAt === null);
  expect(await open()).toBe(stillThere.length);
});

test("A JIT policy remembers who asked, and how it ended.", async () => {
  const { sandbox, clock } = await running();
  const alice = async () => {
    const policies = await list(sandbox, POLICIES, policy);
    return policies
      .flatMap(({ properties }) => properties.requests)
      .filter(({ requestor }) => requestor === "alice@contoso.com")
      .at(-1);
  };
  const real = sandbox
    .truth()
    .requests.findLast(({ person }) => person.name === "alice@contoso.com");
  const [target] = real?.targets ?? [];
  const [port] = target?.ports ?? [];
  const entry = {
    justification: real?.justification,
    startTimeUtc: `${isoUtc(real?.at ?? 0).slice(0, -1)}0000Z`,
    virtualMachines: [
      {
        id: target?.vm,
        ports: [
          {
            number: port?.port,
            allowedSourceAddressPrefix: port?.sources[0],
            status: "Initiated",
            statusReason: "UserRequested",
          },
        ],
      },
    ],
  };
  expect(await alice()).toMatchObject(entry);
  clock.pass((port?.promisedEnd ?? 0) - NOON + 2 * MINUTE);
  const policies = await list(sandbox, POLICIES, policy);
  const ended = policies
    .flatMap(({ properties }) => properties.requests)
    .find(({ startTimeUtc }) => startTimeUtc === entry.startTimeUtc);
  expect(ended?.virtualMachines[0]?.ports[0]).toMatchObject({
    status: "Revoked",
    statusReason: "Expired",
  });
});

test("A refused request is not among those that the policy remembers.", async () => {
  const { sandbox } = await running();
  const policies = await list(sandbox, POLICIES, policy);
  const times = policies.flatMap(({ properties }) =>
    properties.requests.map(({ startTimeUtc }) => Date.parse(startTimeUtc)),
  );
  const { requests } = sandbox.truth();
  const granted = requests.filter(({ denied }) => !denied).map(({ at }) => at);
  expect(times.toSorted((a, b) => a - b)).toEqual(granted.toSorted((a, b) => a - b));
  expect(granted.length).toBeLessThan(requests.length);
});

test("Lists come in pages, of a resource group too.", async () => {
  const { sandbox } = await running({ pageSizes: { resources: 2 } });
  const group = `/subscriptions/${firstSubscription(sandbox)}/resourceGroups/RG-Test`;
  const path = `${group}/providers/${VMS}?api-version=2024-07-01`;
  const page = pageOf(await callArm(sandbox, path));
  expect(page.value.map((item) => item["name"])).toEqual(["vm-build", "vm-jump"]);
  expect(page.nextLink).toBeUndefined();
  expect(await list(sandbox, VMS, vm)).toHaveLength(6);
  const location = `/subscriptions/${firstSubscription(sandbox)}/providers/Microsoft.Security/locations/westeurope/jitNetworkAccessPolicies?api-version=2020-01-01`;
  expect(pageOf(await callArm(sandbox, location)).value).toHaveLength(2);
});

test("A policy can be read by its ID.", async () => {
  const { sandbox } = await running();
  const id = sandbox.model.vms[0]?.policy ?? "";
  const answer = await callArm(sandbox, `${id}?api-version=2020-01-01`);
  expect(policy.parse(JSON.parse(answer.text)).id).toBe(id);
});

test("An NSG that was deleted is not found, and in no list.", async () => {
  const { sandbox, clock } = await running({
    profile: { kind: "generated", size: "small", traps: { "nsg-deleted": 1 } },
  });
  clock.pass(72 * HOUR);
  sandbox.truth();
  const gone = sandbox.model.containers.filter(({ isDeleted }) => isDeleted);
  expect(gone.length).toBeGreaterThan(0);
  for (const { id } of gone) {
    const answer = await callArm(sandbox, `${id}?api-version=2023-09-01`);
    expect(answer.status).toBe(404);
    expect(errorOf(answer).code).toBe("ResourceNotFound");
  }
  const listed = await list(sandbox, NSGS, nsg);
  expect(listed.filter(({ id }) => gone.some((one) => one.id === id))).toEqual([]);
});

test("Without the permission for a type, only that type is refused.", async () => {
  const { sandbox } = await running();
  sandbox.refuse("Microsoft.Security/locations/jitNetworkAccessPolicies/read");
  const read = async (type: string) => {
    const path = `/subscriptions/${firstSubscription(sandbox)}/providers/${type}?api-version=2020-01-01`;
    return (await callArm(sandbox, path)).status;
  };
  expect([await read(POLICIES), await read(NSGS)]).toEqual([403, 200]);
});

test.each([
  ["/", 404, "MissingSubscription"],
  ["/subscriptions/SUB", 404, "NotFound"],
  ["/subscriptions/not-a-guid/providers/x/y", 400, "InvalidSubscriptionId"],
  ["/subscriptions/SUB/providers/Microsoft.Nothing/things", 404, "InvalidResourceNamespace"],
  ["/subscriptions/SUB/providers/Microsoft.Network/things", 404, "InvalidResourceType"],
  ["/subscriptions/SUB/providers/Microsoft.Insights/metrics", 404, "InvalidResourceType"],
  [
    "/subscriptions/SUB/resourceGroups/rg-prod/providers/Microsoft.Compute/virtualMachines/vm-y",
    404,
    "ResourceNotFound",
  ],
  [
    "/subscriptions/SUB/resourceGroups/rg-prod/providers/Microsoft.Compute/virtualMachines/vm-x/extensions",
    404,
    "InvalidResourceType",
  ],
  ["/subscriptions/SUB/providers/Microsoft.Network/%E0%A4%A", 400, "InvalidRequestUri"],
])("GET %s is refused with %i %s.", async (path, status, code) => {
  const { sandbox } = await running();
  const real = path.replace("SUB", firstSubscription(sandbox));
  const answer = await callArm(sandbox, `${real}?api-version=2024-07-01`);
  expect(answer.status).toBe(status);
  expect(errorOf(answer).code).toBe(code);
});

test.each(["PUT", "PATCH", "DELETE", "POST"])(
  "Nobody changes a resource with %s.",
  async (method) => {
    const { sandbox } = await running();
    const id = sandbox.model.containers[0]?.id ?? "";
    const answer = await callArm(sandbox, `${id}?api-version=2023-09-01`, { method, body: "{}" });
    expect(answer.status).toBe(405);
  },
);
