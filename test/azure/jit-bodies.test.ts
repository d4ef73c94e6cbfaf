import { describe, expect, test } from "vitest";
import { parseActivityRow } from "../../src/azure/activity-row.ts";
import { RuleInterner } from "../../src/azure/rule-interner.ts";
import type { EventDetail } from "../../src/domain/activity-event.ts";
import { parseResourceId } from "../../src/domain/resource-id.ts";
import { HOUR } from "../../src/domain/instant.ts";
import { JIT_INITIATE, POLICY_ID, SUBSCRIPTION, VM_ID, apiForm, rowContent } from "./row-forms.ts";

interface Said {
  readonly detail: EventDetail;
  readonly faults: readonly string[];
}

function saidBy(operation: string, resource: string, properties: unknown): Said {
  const json = { ...apiForm(rowContent({ operation, resource })), properties };
  const outcome = parseActivityRow(json, new RuleInterner());
  if (outcome.kind !== "event") {
    throw new Error(`not an event: ${JSON.stringify(outcome)}`);
  }
  return { detail: outcome.event.detail, faults: outcome.faults };
}

const VM_B = VM_ID.replace("vm-a", "vm-b");
const END = "2026-11-23T05:12:45.5691611Z";
const END_TIME = Date.UTC(2026, 10, 23, 5, 12, 45, 569);

describe("JIT requests", () => {
  const initiate = (properties: unknown): Said => saidBy(JIT_INITIATE, POLICY_ID, properties);
  const port = { number: 3389, endTimeUtc: END, allowedSourceAddressPrefix: "198.51.100.7" };
  const body = { virtualMachines: [{ id: VM_ID, ports: [port] }], justification: "patch night" };
  const read = {
    virtualMachines: [
      {
        vm: parseResourceId(VM_ID),
        ports: [
          {
            port: { from: 3389, to: 3389 },
            sources: ["198.51.100.7"],
            endTime: END_TIME,
            duration: null,
            mappedPort: null,
          },
        ],
      },
    ],
    justification: "patch night",
    requestor: null,
    startTime: null,
    complete: true,
  };

  test.each([
    ["as text under requestbody", { requestbody: JSON.stringify(body) }],
    ["as text under RequestBody", { RequestBody: JSON.stringify(body) }],
    ["as an object", { requestbody: body }],
    ["under responseBody", { responseBody: body }],
    ["directly in the properties", { ...body, eventCategory: "Administrative" }],
    [
      "directly, with the VMs as text",
      { ...body, virtualMachines: JSON.stringify(body.virtualMachines) },
    ],
    ["one properties deeper", { requestbody: { properties: body } }],
    ["one properties of the row deeper", { properties: { requestbody: JSON.stringify(body) } }],
    [
      "in other casings",
      {
        requestbody: JSON.stringify(body)
          .replace("virtualMachines", "VirtualMachines")
          .replace("endTimeUtc", "EndTimeUTC"),
      },
    ],
  ])("the body is found %s", (_, properties) => {
    expect(initiate(properties)).toEqual({
      detail: { kind: "jit-request", body: read },
      faults: [],
    });
  });

  test("a request on the VM's row is read alike", () => {
    expect(saidBy(JIT_INITIATE, VM_ID, { requestbody: body }).detail).toEqual({
      kind: "jit-request",
      body: read,
    });
  });

  test.each([[{}], [null], [{ eventCategory: "Administrative", message: "x" }]])(
    "the blank row %j has no body",
    (properties) => {
      expect(initiate(properties)).toEqual({
        detail: { kind: "jit-request", body: null },
        faults: [],
      });
    },
  );

  test("several VMs and ports, a duration, lists, numbers as text and a mapped port", () => {
    const ports = [
      { number: "22", duration: "PT3H", allowedSourceAddressPrefixes: ["10.0.0.0/8", "192.0.2.1"] },
      { number: 3389, duration: "PT1H", allowedSourceAddressPrefix: "*", mappedPort: 40001 },
    ];
    const { detail } = initiate({
      requestbody: {
        virtualMachines: [
          { id: VM_ID, ports },
          { id: VM_B, ports: [] },
        ],
      },
    });
    expect(detail).toMatchObject({
      body: {
        virtualMachines: [
          {
            vm: { name: "vm-a" },
            ports: [
              { port: { from: 22 }, sources: ["10.0.0.0/8", "192.0.2.1"], duration: 3 * HOUR },
              { port: { from: 3389 }, sources: ["*"], duration: HOUR, mappedPort: 40001 },
            ],
          },
          { vm: { name: "vm-b" }, ports: [] },
        ],
      },
    });
  });

  test("the response completes the request", () => {
    const asked = { number: 3389, duration: "PT1H", allowedSourceAddressPrefix: "198.51.100.7" };
    const granted = { number: 3389, endTimeUtc: END, status: "Initiated" };
    const { detail } = initiate({
      requestbody: { virtualMachines: [{ id: VM_ID, ports: [asked] }], justification: "j" },
      responseBody: {
        virtualMachines: [
          { id: VM_ID.toUpperCase(), ports: [granted] },
          { id: VM_B, ports: [granted] },
        ],
        requestor: "alice@contoso.com",
        startTimeUtc: "2026-11-23T03:12:45Z",
      },
    });
    expect(detail).toMatchObject({
      body: {
        virtualMachines: [
          {
            vm: { text: VM_ID },
            ports: [{ sources: ["198.51.100.7"], endTime: END_TIME, duration: null }],
          },
          { vm: { name: "vm-b" }, ports: [{ sources: [], endTime: END_TIME }] },
        ],
        justification: "j",
        requestor: "alice@contoso.com",
        startTime: Date.UTC(2026, 10, 23, 3, 12, 45),
        complete: true,
      },
    });
  });

  test("what a policy allows is not taken for what was asked", () => {
    const policyPort = {
      number: 22,
      maxRequestAccessDuration: "PT3H",
      allowedSourceAddressPrefix: "*",
    };
    const { detail } = initiate({
      properties: {
        virtualMachines: [
          { id: VM_ID, ports: [policyPort] },
          { id: VM_B, ports: [{ ...port, maxRequestAccessDuration: "PT3H" }, policyPort] },
        ],
      },
    });
    expect(detail).toMatchObject({
      body: { virtualMachines: [{ vm: { name: "vm-b" }, ports: [{ port: { from: 3389 } }] }] },
    });
    expect(detail.kind === "jit-request" && detail.body?.virtualMachines).toHaveLength(1);
  });

  test("a cut body keeps its whole ports", () => {
    const text = JSON.stringify({
      virtualMachines: [
        { id: VM_ID, ports: [port, { ...port, number: 22 }, { ...port, number: 23 }] },
      ],
    });
    const { detail, faults } = initiate({
      requestbody: text.slice(0, text.indexOf('"number":23') + 11),
    });
    expect(detail).toMatchObject({
      body: {
        complete: false,
        virtualMachines: [{ ports: [{ port: { from: 3389 } }, { port: { from: 22 } }] }],
      },
    });
    expect(faults).toEqual(["a body of the JIT request is cut off or unreadable"]);
  });

  test("a body that cannot be read is none, and that is reported", () => {
    expect(initiate({ requestbody: "<omitted>" })).toEqual({
      detail: { kind: "jit-request", body: null },
      faults: ["a body of the JIT request is cut off or unreadable"],
    });
  });

  test("faulty parts are left out and reported", () => {
    const { detail, faults } = initiate({
      requestbody: {
        virtualMachines: [
          { id: "vm-a", ports: [port] },
          {
            id: VM_ID,
            ports: [
              { ...port, number: 70000 },
              { ...port, allowedSourceAddressPrefix: "home,192.0.2.1/40" },
            ],
          },
        ],
      },
    });
    expect(detail).toMatchObject({
      body: { virtualMachines: [{ vm: { text: VM_ID }, ports: [{ sources: ["home"] }] }] },
    });
    expect(faults).toEqual([
      'a VM of the JIT request was left out, because "vm-a" is not a resource ID',
      'a port of the JIT request was left out, because "70000" is not a port or a port range',
      'a source of the JIT request was left out: "192.0.2.1/40" is not an address prefix',
    ]);
  });

  test.each([
    ["line one\r\nline two\u0007", "line one line two"],
    ["   ", null],
    ["x".repeat(3000), "x".repeat(2000)],
  ])("justification %j", (justification, expected) => {
    const { detail } = initiate({ requestbody: { ...body, justification } });
    expect(detail).toMatchObject({ body: { justification: expected } });
  });
});

describe("JIT on Azure Firewall", () => {
  const FIREWALL = `${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/azureFirewalls/fw`;
  const GROUP = `${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/firewallPolicies/p/ruleCollectionGroups/g`;
  const natRule = {
    name: "rule-1",
    description: "MDC JIT rule",
    sourceAddresses: ["198.51.100.7"],
    destinationAddresses: ["20.0.0.1"],
    destinationPorts: ["40001"],
    translatedAddress: "10.0.0.4",
    translatedPort: "3389",
  };
  const opened = {
    name: "MDC-JIT-nat/rule-1",
    access: "allow",
    direction: "inbound",
    protocol: "TCP",
    priority: 200,
    ports: [{ from: 3389, to: 3389 }],
    sources: ["198.51.100.7"],
    destinations: ["10.0.0.4"],
    description: "MDC JIT rule",
    mappedPort: 40001,
  };

  test("classic rules: those of JIT's collections alone", () => {
    const settings = {
      priority: 200,
      action: { type: "Dnat" },
      rules: [{ ...natRule, protocols: ["TCP"] }],
    };
    const body = {
      properties: {
        natRuleCollections: [
          { name: "MDC-JIT-nat", properties: settings },
          { name: "own", properties: settings },
        ],
        networkRuleCollections: [
          {
            name: "asc-jit-net",
            properties: {
              action: { type: "Allow" },
              rules: [
                {
                  ...natRule,
                  translatedPort: null,
                  protocols: ["TCP", "UDP"],
                  destinationPorts: ["22", "23"],
                },
              ],
            },
          },
        ],
      },
    };
    const { detail, faults } = saidBy("Microsoft.Network/azureFirewalls/write", FIREWALL, {
      requestbody: JSON.stringify(body),
    });
    expect(faults).toEqual([]);
    expect(detail).toEqual({
      kind: "firewall-write",
      source: "request",
      ruleSet: {
        completeness: "complete",
        rules: [
          opened,
          {
            ...opened,
            name: "asc-jit-net/rule-1",
            protocol: "*",
            priority: null,
            ports: [
              { from: 22, to: 22 },
              { from: 23, to: 23 },
            ],
            destinations: ["20.0.0.1"],
            mappedPort: null,
          },
        ],
      },
    });
  });

  const groupWrite = (requestbody: unknown): Said =>
    saidBy("Microsoft.Network/firewallPolicies/ruleCollectionGroups/write", GROUP, { requestbody });

  test("policy rules: also single JIT rules in a collection of another name", () => {
    const { detail } = groupWrite({
      properties: {
        priority: 100,
        ruleCollections: [
          {
            ruleCollectionType: "FirewallPolicyNatRuleCollection",
            name: "shared",
            priority: 200,
            action: { type: "DNAT" },
            rules: [
              { ...natRule, name: "ASC-JIT-1", ipProtocols: ["tcp"] },
              { ...natRule, name: "own", ipProtocols: ["TCP"] },
            ],
          },
        ],
      },
    });
    expect(detail).toEqual({
      kind: "firewall-write",
      source: "request",
      ruleSet: { completeness: "complete", rules: [{ ...opened, name: "shared/ASC-JIT-1" }] },
    });
  });

  test("a faulty JIT rule is reported, a faulty rule of others is not", () => {
    const rules = [{ ...natRule, translatedPort: "70000" }];
    const { detail, faults } = groupWrite({
      properties: {
        ruleCollections: [
          { name: "mdc-jit-x", rules },
          { name: "own", rules },
        ],
      },
    });
    expect(detail).toMatchObject({ ruleSet: { completeness: "partial", rules: [] } });
    expect(faults).toEqual([
      'rule "mdc-jit-x/rule-1" was left out, because "70000" is not a port or a port range',
    ]);
  });

  test.each([
    ["a body without collections", { properties: { sku: {} } }, "absent"],
    ["an update of tags", { tags: {} }, "unchanged"],
    ["empty collections", { properties: { ruleCollections: [] } }, "complete"],
  ])("%s", (_, body, completeness) => {
    expect(groupWrite(body).detail).toMatchObject({ ruleSet: { completeness, rules: [] } });
  });
});
