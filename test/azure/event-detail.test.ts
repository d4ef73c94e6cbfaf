import { describe, expect, test } from "vitest";
import { parseActivityRow } from "../../src/azure/activity-row.ts";
import { RuleInterner } from "../../src/azure/rule-interner.ts";
import type { EventDetail } from "../../src/domain/activity-event.ts";
import {
  NSG_ID,
  NSG_WRITE,
  POLICY_ID,
  RULE_ID,
  apiForm,
  nsgBody,
  rowContent,
  wireRule,
} from "./row-forms.ts";

interface Said {
  readonly detail: EventDetail;
  readonly faults: readonly string[];
}

function saidBy(
  operation: string,
  resource: string,
  properties: unknown,
  rules: RuleInterner = new RuleInterner(),
): Said {
  const json = { ...apiForm(rowContent({ operation, resource })), properties };
  const outcome = parseActivityRow(json, rules);
  if (outcome.kind !== "event") {
    throw new Error(`not an event: ${JSON.stringify(outcome)}`);
  }
  return { detail: outcome.event.detail, faults: outcome.faults };
}

function nsgWrite(properties: unknown, rules?: RuleInterner): Said {
  return saidBy(NSG_WRITE, NSG_ID, properties, rules);
}

describe("writes of an NSG", () => {
  const body = nsgBody(wireRule("a"), wireRule("b", { access: "Deny", direction: "Outbound" }));

  test("all rules are told, allow and deny, inbound and outbound", () => {
    expect(nsgWrite({ requestbody: body })).toEqual({
      faults: [],
      detail: {
        kind: "nsg-write",
        source: "request",
        ruleSet: {
          completeness: "complete",
          rules: [
            {
              name: "a",
              access: "allow",
              direction: "inbound",
              protocol: "TCP",
              priority: 100,
              ports: [{ from: 3389, to: 3389 }],
              sources: ["198.51.100.7"],
              destinations: ["10.0.0.4"],
              description: "rule a",
              mappedPort: null,
            },
            expect.objectContaining({ name: "b", access: "deny", direction: "outbound" }),
          ],
        },
      },
    });
  });

  test("default rules are not told", () => {
    const properties = { securityRules: [], defaultSecurityRules: [wireRule("AllowVnetInBound")] };
    expect(nsgWrite({ responseBody: JSON.stringify({ properties }) }).detail).toMatchObject({
      ruleSet: { completeness: "complete", rules: [] },
    });
  });

  test.each([
    ["requestBody", "request"],
    ["REQUESTBODY", "request"],
    ["responsebody", "response"],
    ["responseBody", "response"],
  ])("the body stands under %s", (key, source) => {
    const forms: readonly unknown[] = [body, JSON.parse(body), JSON.stringify(body)];
    for (const value of forms) {
      expect(nsgWrite({ [key]: value }).detail).toMatchObject({
        source,
        ruleSet: { completeness: "complete" },
      });
      expect(nsgWrite({ properties: { [key]: value } }).detail).toMatchObject({ source });
    }
  });

  const cut = (text: string, at: string): string => text.slice(0, text.indexOf(at) + at.length);
  const three = nsgBody(wireRule("a"), wireRule("b"), wireRule("c"));
  const tags = JSON.stringify({ tags: { owner: "me" } });

  test.each([
    [
      "a complete response before a complete request",
      { requestbody: nsgBody(), responseBody: body },
      "complete",
      "response",
      2,
    ],
    [
      "a complete request before a cut response",
      { requestbody: body, responseBody: three.slice(0, -5) },
      "complete",
      "request",
      2,
    ],
    [
      "a cut response before a cut request",
      { requestbody: three.slice(0, -5), responseBody: cut(three, '"name":"b"') },
      "partial",
      "response",
      1,
    ],
    [
      "a cut request before a response cut before the rules",
      { requestbody: cut(three, '"name":"c"'), responseBody: '{"name":"nsg' },
      "partial",
      "request",
      2,
    ],
    ["a body cut behind its rules", { requestbody: three.slice(0, -2) }, "partial", "request", 3],
    [
      "a body cut inside a nested list of a rule",
      {
        requestbody: cut(
          nsgBody(
            wireRule("a"),
            wireRule("b", { sourceApplicationSecurityGroups: [{ id: "/x/y" }, { id: "/x/z" }] }),
          ),
          '"/x/y"},',
        ),
      },
      "partial",
      "request",
      1,
    ],
    ["a body that is no JSON", { requestbody: "(omitted)" }, "partial", "request", 0],
    ["an update of tags alone", { requestbody: tags }, "unchanged", "request", 0],
    [
      "an update of tags with a cut response",
      { requestbody: tags, responseBody: three.slice(0, -5) },
      "unchanged",
      "request",
      0,
    ],
    [
      "an update of tags with the whole result",
      { requestbody: tags, responseBody: body },
      "complete",
      "response",
      2,
    ],
    [
      "a body without a rule list",
      { requestbody: '{"location":"x","properties":{}}' },
      "absent",
      "none",
      0,
    ],
    ["no body", {}, "absent", "none", 0],
    ["an empty body", { requestbody: "", responseBody: null }, "absent", "none", 0],
    [
      "keys in other casings",
      {
        requestbody: body
          .replace("securityRules", "SecurityRules")
          .replace('"properties"', '"Properties"')
          .replace("sourceAddressPrefix", "SOURCEADDRESSPREFIX"),
      },
      "complete",
      "request",
      2,
    ],
  ])("%s", (_, properties, completeness, source, count) => {
    const { detail, faults } = nsgWrite(properties);
    expect(detail).toMatchObject({ kind: "nsg-write", source, ruleSet: { completeness } });
    expect(detail.kind === "nsg-write" && detail.ruleSet.rules).toHaveLength(count);
    expect(faults).toHaveLength(completeness === "partial" ? 1 : 0);
  });

  test("the properties of a flat row that were cut inside a body still give its whole rules", () => {
    const properties = JSON.stringify({ message: "x", requestbody: three });
    const { detail } = nsgWrite(properties.slice(0, properties.indexOf('name\\":\\"c') + 7));
    expect(detail).toMatchObject({
      ruleSet: { completeness: "partial", rules: [{ name: "a" }, { name: "b" }] },
    });
  });

  test("single and plural fields are combined, sorted and freed of repetitions", () => {
    const rule = wireRule("a", {
      destinationPortRange: "3389",
      destinationPortRanges: ["5985-5986", "22", "3389"],
      sourceAddressPrefix: "",
      sourceAddressPrefixes: ["10.0.0.9/8", "198.51.100.7/32", "Internet"],
      sourceApplicationSecurityGroups: [{ id: "/subscriptions/s/asg" }],
      destinationAddressPrefix: null,
      destinationAddressPrefixes: ["2001:DB8::1"],
    });
    expect(nsgWrite({ requestbody: nsgBody(rule) }).detail).toMatchObject({
      ruleSet: {
        rules: [
          {
            ports: [
              { from: 22, to: 22 },
              { from: 3389, to: 3389 },
              { from: 5985, to: 5986 },
            ],
            sources: ["/subscriptions/s/asg", "10.0.0.0/8", "198.51.100.7", "Internet"],
            destinations: ["2001:db8::1"],
          },
        ],
      },
    });
  });

  test.each([
    ["*", "*"],
    ["0-65535", "*"],
  ])("port %s is every port", (text) => {
    const rule = wireRule("a", { destinationPortRange: text });
    expect(nsgWrite({ requestbody: nsgBody(rule) }).detail).toMatchObject({
      ruleSet: { rules: [{ ports: [{ from: 0, to: 65535 }] }] },
    });
  });

  test.each([
    [{ destinationPortRange: "70000" }, '"70000" is not a port or a port range'],
    [{ destinationPortRange: "90-80" }, '"90-80" is not a port or a port range'],
    [{ destinationPortRange: null }, "it names no destination port"],
    [
      { sourceAddressPrefix: "10.0.0.0/99" },
      '"10.0.0.0/99" is not a source address prefix or a service tag',
    ],
    [{ sourceAddressPrefix: null }, "it names no source"],
    [{ sourceAddressPrefixes: [7] }, "it is not a security rule"],
    [
      { destinationAddressPrefix: "a b" },
      '"a b" is not a destination address prefix or a service tag',
    ],
    [{ access: "Maybe" }, '"Maybe" is not an access'],
    [{ direction: null }, '"" is not a direction'],
    [{ protocol: "Carrier\u001bPigeon" }, '"Carrier\uFFFDPigeon" is not a protocol'],
  ])("a rule with %j is left out, and the set is partial", (changes, reason) => {
    const { detail, faults } = nsgWrite({
      requestbody: nsgBody(wireRule("a", changes), wireRule("b")),
    });
    expect(detail).toMatchObject({ ruleSet: { completeness: "partial", rules: [{ name: "b" }] } });
    expect(faults).toEqual([`rule "a" was left out, because ${reason}`]);
  });

  test.each([[null], [7], ["x"], [{}], [{ name: "", properties: {} }]])("%j is no rule", (rule) => {
    const { detail, faults } = nsgWrite({ requestbody: nsgBody(rule, wireRule("b")) });
    expect(detail).toMatchObject({ ruleSet: { completeness: "partial", rules: [{ name: "b" }] } });
    expect(faults).toHaveLength(1);
  });

  test("equal rules are one object, even when the wire differs in what does not matter", () => {
    const rules = new RuleInterner();
    const first = nsgWrite({ requestbody: nsgBody(wireRule("a")) }, rules);
    const second = nsgWrite(
      { responseBody: nsgBody({ ...wireRule("a", { provisioningState: "Updating" }), etag: "2" }) },
      rules,
    );
    const ruleOf = ({ detail }: Said): unknown =>
      detail.kind === "nsg-write" ? detail.ruleSet.rules[0] : null;
    expect(ruleOf(first)).not.toBeNull();
    expect(ruleOf(second)).toBe(ruleOf(first));
  });

  test("a rule that nests without end is left out, and the others are read", () => {
    const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    const hostile = nsgBody(wireRule("a"), wireRule("b", { access: "DEEP" })).replace(
      '"DEEP"',
      deep,
    );
    const { detail, faults } = nsgWrite({ requestbody: hostile });
    expect(detail).toMatchObject({ ruleSet: { completeness: "partial", rules: [{ name: "a" }] } });
    expect(faults).toEqual(['rule "b" was left out, because it is not a security rule']);
  });

  test("rules of one name that differ in one field are told apart, however often they alternate", () => {
    const rules = new RuleInterner();
    const sources = ["198.51.100.7", "*", "Internet"];
    const seen = [...sources, ...sources].map((sourceAddressPrefix) => {
      const { detail } = nsgWrite(
        { requestbody: nsgBody(wireRule("a", { sourceAddressPrefix })) },
        rules,
      );
      return detail.kind === "nsg-write" ? detail.ruleSet.rules[0]?.sources[0] : null;
    });
    expect(seen).toEqual([...sources, ...sources]);
  });

  test("a full interner starts anew and says the same", () => {
    const rules = new RuleInterner(1);
    const write = { requestbody: body };
    expect(nsgWrite(write, rules)).toEqual(nsgWrite(write, rules));
  });
});

describe("writes and deletions of single resources", () => {
  const RULE_WRITE = "Microsoft.Network/networkSecurityGroups/securityRules/write";
  const rule = JSON.stringify(wireRule("open-rdp"));
  const open = JSON.stringify(wireRule("open-rdp", { sourceAddressPrefix: "*" }));
  const bad = JSON.stringify(wireRule("open-rdp", { destinationPortRange: "70000" }));

  test.each([
    ["the request's rule", { requestbody: rule }, "request", ["198.51.100.7"]],
    [
      "the response's rule before the request's",
      { requestbody: rule, responseBody: open },
      "response",
      ["*"],
    ],
    [
      "the request's rule where the response is cut",
      { requestbody: rule, responseBody: open.slice(0, -4) },
      "request",
      ["198.51.100.7"],
    ],
  ])("a rule write tells %s", (_, properties, source, sources) => {
    expect(saidBy(RULE_WRITE, RULE_ID, properties)).toMatchObject({
      detail: { kind: "rule-write", ruleName: "open-rdp", source, rule: { sources } },
      faults: [],
    });
  });

  test("a rule without a name of its own takes the resource's", () => {
    const { properties } = wireRule("x");
    const said = saidBy(RULE_WRITE, RULE_ID, { requestbody: { properties } });
    expect(said.detail).toMatchObject({ rule: { name: "open-rdp" } });
  });

  test.each([
    ["nothing", {}, []],
    [
      "a cut body",
      { requestbody: rule.slice(0, -4) },
      ["the request body is cut off or unreadable"],
    ],
    [
      "an unreadable rule",
      { requestbody: bad },
      ['rule "open-rdp" was left out, because "70000" is not a port or a port range'],
    ],
  ])("a rule write with %s tells no rule", (_, properties, faults) => {
    expect(saidBy(RULE_WRITE, RULE_ID, properties)).toEqual({
      detail: { kind: "rule-write", rule: null, ruleName: "open-rdp", source: "none" },
      faults,
    });
  });

  test.each([
    [
      "Microsoft.Network/networkSecurityGroups/securityRules/delete",
      RULE_ID,
      { kind: "rule-delete", ruleName: "open-rdp" },
    ],
    ["Microsoft.Network/networkSecurityGroups/delete", NSG_ID, { kind: "nsg-delete" }],
    ["Microsoft.Network/azureFirewalls/delete", NSG_ID, { kind: "firewall-delete" }],
    [
      "Microsoft.Network/firewallPolicies/ruleCollectionGroups/delete",
      NSG_ID,
      { kind: "firewall-delete" },
    ],
    [
      "Microsoft.Security/locations/jitNetworkAccessPolicies/write",
      POLICY_ID,
      { kind: "jit-policy-change", change: "write" },
    ],
    [
      "Microsoft.Security/locations/jitNetworkAccessPolicies/delete",
      POLICY_ID,
      { kind: "jit-policy-change", change: "delete" },
    ],
  ])("%s", (operation, resource, detail) => {
    expect(saidBy(operation, resource, null)).toEqual({ detail, faults: [] });
  });
});
