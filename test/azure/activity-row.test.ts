import { describe, expect, test } from "vitest";
import { parseActivityRow } from "../../src/azure/activity-row.ts";
import { RuleInterner } from "../../src/azure/rule-interner.ts";
import type { ActivityEvent } from "../../src/domain/activity-event.ts";
import {
  NSG_ID,
  RULE_ID,
  apiForm,
  diagnosticForm,
  flatForm,
  logAnalyticsForm,
  nsgBody,
  rowContent,
  wireRule,
} from "./row-forms.ts";

function eventOf(json: unknown): ActivityEvent {
  const outcome = parseActivityRow(json, new RuleInterner());
  if (outcome.kind !== "event") {
    throw new Error(`not an event: ${JSON.stringify(outcome)}`);
  }
  return outcome.event;
}

const row = rowContent({ properties: { requestbody: nsgBody(wireRule("a")) } });

describe("the three shapes of a row", () => {
  test("the API's row gives every field", () => {
    const event = eventOf(apiForm(row));
    expect(event).toMatchObject({
      id: "e0000000-0000-0000-0000-000000000001",
      hasEventDataId: true,
      at: Date.UTC(2026, 10, 23, 3, 12, 45, 123),
      submittedAt: Date.UTC(2026, 10, 23, 3, 12, 45, 123),
      operation: "microsoft.network/networksecuritygroups/write",
      operationId: "c0000000-0000-0000-0000-000000000001",
      correlationId: "c0000000-0000-0000-0000-000000000001",
      resource: { text: NSG_ID },
      status: "succeeded",
      subStatus: "Created",
      principal: {
        caller: "alice@contoso.com",
        objectId: "aaaaaaaa-0000-0000-0000-000000000001",
        upn: "alice@contoso.com",
        displayName: "Alice",
        appId: "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
        kind: "user",
        clientAddress: "198.51.100.7",
      },
    });
  });

  test.each([
    ["the diagnostic-settings form", diagnosticForm],
    ["Log Analytics", logAnalyticsForm],
    ["a flat export of Log Analytics", flatForm],
  ])("%s says the same as the API", (_, form) => {
    const { resource, submittedAt, ...rest } = eventOf(form(row));
    expect({ ...eventOf(apiForm(row)), resource, submittedAt }).toEqual({
      ...rest,
      resource,
      submittedAt,
    });
  });

  test("a row without an identity is known by what it says, in every form", () => {
    const anonymous = { ...row, eventDataId: "" };
    const api = eventOf(apiForm(anonymous));
    const diagnostic = eventOf(diagnosticForm(anonymous));
    expect(api.id).toBe(`derived:${api.feedKey.slice(0, 32)}`);
    expect(api.hasEventDataId).toBe(false);
    expect(diagnostic.id).toBe(api.id);
  });

  test("a body as an object, in another key order, is the same row", () => {
    const rule = wireRule("a");
    const reversed = {
      properties: { securityRules: [Object.fromEntries(Object.entries(rule).reverse())] },
      location: "westeurope",
    };
    const diagnostic = { ...diagnosticForm(row), properties: { requestbody: reversed } };
    expect(eventOf(diagnostic).feedKey).toBe(eventOf(apiForm(row)).feedKey);
  });

  test.each([
    ["time", { time: "2026-11-23T03:12:45.124Z" }],
    ["status", { status: "Failed" as const }],
    ["correlation ID", { correlationId: "c2" }],
    ["resource", { resource: `${NSG_ID}2` }],
    ["body", { properties: { requestbody: nsgBody(wireRule("b")) } }],
  ])("another %s is another row", (_, changes) => {
    expect(eventOf(apiForm({ ...row, ...changes })).feedKey).not.toBe(
      eventOf(apiForm(row)).feedKey,
    );
  });

  test("the name of a written rule is told as the body has it, and its casing makes no other row", () => {
    const { properties } = wireRule("open-rdp");
    const write = rowContent({
      operation: "Microsoft.Network/networkSecurityGroups/securityRules/write",
      resource: RULE_ID,
      properties: { requestbody: JSON.stringify({ properties }) },
    });
    expect(eventOf(diagnosticForm(write)).feedKey).toBe(eventOf(apiForm(write)).feedKey);
  });

  test("the SDK's row, with dates for times, is the API's row", () => {
    const sdk = {
      ...apiForm(row),
      eventTimestamp: new Date("2026-11-23T03:12:45.123Z"),
      submissionTimestamp: new Date("2026-11-23T03:12:45.123Z"),
    };
    expect(eventOf(sdk)).toEqual(eventOf(apiForm(row)));
  });

  test("nulls, extra keys, plain names and other casings are taken", () => {
    const event = eventOf({
      EventTimestamp: "2026-11-23T03:12:45Z",
      OPERATIONNAME: "Microsoft.Network/networkSecurityGroups/delete",
      resourceUri: NSG_ID,
      claims: null,
      caller: null,
      httpRequest: null,
      properties: null,
      status: null,
      category: null,
      extra: [{ __proto__: 1 }],
    });
    expect(event).toMatchObject({
      status: "unknown",
      subStatus: null,
      operationId: "",
      correlationId: "",
      submittedAt: null,
      principal: { caller: null, objectId: null, clientAddress: null, kind: null },
      detail: { kind: "nsg-delete" },
    });
  });

  test("fields of a wrong type count as missing", () => {
    const event = eventOf({ ...apiForm(row), caller: 7, claims: "x", subStatus: [], status: 1 });
    expect(event.principal.caller).toBeNull();
    expect(event.subStatus).toBeNull();
    expect(event.status).toBe("unknown");
  });
});

describe("status", () => {
  test.each([
    ["BeginRequest", "", "", "started"],
    ["Begin request", "", "", "started"],
    ["EndRequest", "", "Created", "succeeded"],
    ["EndRequest", "", "Forbidden", "failed"],
    ["EndRequest", "", "", "unknown"],
    ["EndRequest", "", "Accepted", "accepted"],
    ["BeginRequest", "Succeeded", "", "succeeded"],
    ["", "Active", "", "unknown"],
  ])("event %j, status %j, sub-status %j is %s", (eventName, status, subStatus, expected) => {
    const event = eventOf({ ...apiForm(row), eventName, status, subStatus: { value: subStatus } });
    expect(event.status).toBe(expected);
  });

  test("the diagnostic signature tells the status where the type is missing", () => {
    const event = eventOf({
      ...diagnosticForm(row),
      resultType: null,
      resultSignature: "Failed.Forbidden",
    });
    expect(event).toMatchObject({ status: "failed", subStatus: "Forbidden" });
  });
});

describe("who and from where", () => {
  const withAddress = (clientIpAddress: string): string | null =>
    eventOf({ ...apiForm(row), httpRequest: { clientIpAddress }, claims: {} }).principal
      .clientAddress;

  test.each([
    ["198.51.100.7", "198.51.100.7"],
    ["198.51.100.7:51234", "198.51.100.7"],
    ["2001:DB8::1", "2001:db8::1"],
    ["[2001:db8::1]:443", "2001:db8::1"],
    ["::ffff:198.51.100.7", "198.51.100.7"],
    ["<Redacted>", null],
    ["300.1.1.1", null],
    ["", null],
  ])("address %j is told as %j", (text, expected) => {
    expect(withAddress(text)).toBe(expected);
  });

  test("the claim's address stands in where the row has none", () => {
    const event = eventOf({ ...apiForm(row), httpRequest: null });
    expect(event.principal.clientAddress).toBe("203.0.113.9");
  });

  test("a diagnostic row without claims still names the principal's object", () => {
    const identity = { authorization: { evidence: { principalId: "AAAA-1" } } };
    const event = eventOf({ ...diagnosticForm(row), identity });
    expect(event.principal).toMatchObject({ caller: null, objectId: "aaaa-1" });
  });

  test("a hostile caller is cleaned and capped", () => {
    const caller = `eve\u0000\u001b[31m\r\n${"x".repeat(1000)}`;
    const cleaned = eventOf({ ...apiForm(row), caller }).principal.caller;
    expect(cleaned).toBe(`eve[31m ${"x".repeat(248)}`);
  });
});

describe("which rows are relevant", () => {
  const outcomeOf = (changes: Readonly<Record<string, unknown>>): string =>
    parseActivityRow({ ...apiForm(row), ...changes }, new RuleInterner()).kind;

  test.each([
    "Microsoft.Network/networkSecurityGroups/join/action",
    "Microsoft.Network/networkSecurityGroups/securityRules/read",
    "Microsoft.Network/azureFirewalls/read",
    "Microsoft.Security/locations/jitNetworkAccessPolicies/read",
    "Microsoft.Authorization/policies/audit/action",
  ])("%s is not", (operationName) => {
    expect(outcomeOf({ operationName })).toBe("irrelevant");
  });

  test.each(["Policy", "Security", "Recommendation"])("category %s is not a write", (category) => {
    expect(outcomeOf({ category: { value: category } })).toBe("irrelevant");
    expect(outcomeOf({ category })).toBe("irrelevant");
  });

  test("something that is no object, or names no operation, is not a row", () => {
    expect(parseActivityRow([], new RuleInterner()).kind).toBe("not-a-row");
    expect(parseActivityRow(null, new RuleInterner()).kind).toBe("not-a-row");
    expect(outcomeOf({ operationName: "" })).toBe("not-a-row");
  });
});
