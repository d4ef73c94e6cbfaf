import nock from "nock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ArmReader } from "../../src/azure/arm-reader.ts";
import { AzureLiveState } from "../../src/azure/live-state.ts";
import { ReadBudget } from "../../src/azure/read-budget.ts";
import { RuleInterner } from "../../src/azure/rule-interner.ts";
import { SECOND } from "../../src/domain/instant.ts";
import { parseResourceId } from "../../src/domain/resource-id.ts";
import type { Clock, NsgState } from "../../src/ports.ts";
import { allowSignIn, ARM, connection, networkError, WALL } from "./azure-wire.ts";
import { LeapClock } from "./leap-clock.ts";
import { AZURE_SUBSCRIPTION, START } from "./log-feed.ts";
import { NSG_ID, VM_ID, wireRule } from "./row-forms.ts";

beforeEach(() => {
  nock.disableNetConnect();
  allowSignIn();
});

afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

async function stateOf(
  id: string = NSG_ID,
  parts: {
    readonly wall?: Clock;
    readonly budget?: ReadBudget;
    readonly signal?: AbortSignal;
  } = {},
): Promise<NsgState> {
  const clock = new LeapClock(START);
  const { wall = WALL, budget = new ReadBudget(), signal } = parts;
  const live = new AzureLiveState(
    new Map([
      [AZURE_SUBSCRIPTION, { reader: new ArmReader(connection(), clock), clock, wall, budget }],
    ]),
    new RuleInterner(),
  );
  const nsg = parseResourceId(id);
  if (nsg === null) {
    throw new Error(`${id} is no resource ID`);
  }
  return live.nsg(nsg, 2 * SECOND, signal);
}

const get = () => nock(ARM).get(NSG_ID).query({ "api-version": "2024-05-01" });

describe("whether a rule stands right now", () => {
  test("an NSG that is there shows its rules", async () => {
    get().reply(200, { id: NSG_ID, properties: { securityRules: [wireRule("a")] } });
    expect(await stateOf()).toMatchObject({ kind: "rules", rules: [{ name: "a" }], at: START });
  });

  test.each(["ResourceNotFound", "ResourceGroupNotFound", "NotFound"])(
    "an NSG of which Azure says %s is not there",
    async (code) => {
      get().reply(404, { error: { code, message: "gone" } });
      expect(await stateOf()).toEqual({ kind: "absent", at: START });
    },
  );

  test.each<[string, number, string | object, string]>([
    [
      "an Azure subscription that is not found says nothing of the NSG",
      404,
      { error: { code: "SubscriptionNotFound", message: "" } },
      `There is no Azure subscription ${AZURE_SUBSCRIPTION} in this tenant (HTTP 404, SubscriptionNotFound): check azure.tenants[0].subscriptions and azure.tenants[0].id.`,
    ],
    [
      "a refused permission is named",
      403,
      { error: { code: "AuthorizationFailed", message: "" } },
      `Doorbell may not read the network security group nsg-a (HTTP 403, AuthorizationFailed): its identity lacks Microsoft.Network/networkSecurityGroups/read at /subscriptions/${AZURE_SUBSCRIPTION}; the role Reader has it.`,
    ],
    [
      "a rule that cannot be read may be the one that is asked for",
      200,
      {
        properties: {
          securityRules: [wireRule("a"), wireRule("b", { protocol: "carrier pigeon" })],
        },
      },
      'nsg-a was read, but not understood: rule "b" was left out, because "carrier pigeon" is not a protocol.',
    ],
    [
      "an answer without rules tells nothing",
      200,
      { properties: {} },
      "nsg-a was read, but not understood: it shows no rules.",
    ],
  ])("%s", async (_, status, body, reason) => {
    get().reply(status, body);
    expect(await stateOf()).toEqual({ kind: "unread", reason });
  });

  test("a network that fails is told", async () => {
    get().replyWithError(networkError("ECONNREFUSED"));
    expect(await stateOf()).toEqual({
      kind: "unread",
      reason:
        "management.example.test cannot be reached (ECONNREFUSED): check the network, its proxy settings, and azure.cloud.",
    });
  });

  test("an answer that takes too long is not waited for", async () => {
    get().delay(60_000).reply(200, {});
    expect(await stateOf(NSG_ID, { wall: new LeapClock(START) })).toEqual({
      kind: "unread",
      reason:
        "Azure did not let Doorbell read the network security group nsg-a within 2 s; check the network and azure.cloud if that goes on.",
    });
  });

  test("it is given up with the question", async () => {
    const stop = new AbortController();
    const state = stateOf(NSG_ID, { signal: stop.signal });
    stop.abort();
    expect(await state).toEqual({ kind: "unread", reason: "The reading was given up." });
  });

  test("nothing is asked while Azure throttles, and a throttled answer is heeded by the feeds", async () => {
    const budget = new ReadBudget();
    get().reply(429, {}, { "Retry-After": "30" });
    expect(await stateOf(NSG_ID, { budget })).toMatchObject({ kind: "unread" });
    expect(budget.notBefore("new")).toBe(START + 30 * SECOND);
    expect(await stateOf(NSG_ID, { budget })).toEqual({
      kind: "unread",
      reason: "Azure asks for fewer calls just now.",
    });
  });

  test.each([
    [
      "another Azure subscription",
      NSG_ID.replace("11111111", "22222222"),
      "Azure subscription 22222222-2222-3333-4444-555555555555 is not in the configuration.",
    ],
    ["a resource that is no NSG", VM_ID, "Only network security groups are read live."],
    [
      "an ID that leads elsewhere",
      NSG_ID.replace("rg-a", ".."),
      "Only network security groups are read live.",
    ],
  ])("%s is never asked for", async (_, id, reason) => {
    const asked = nock(ARM).persist().get(/.*/).query(true).reply(200, {});
    expect(await stateOf(id)).toEqual({ kind: "unread", reason });
    expect(asked.isDone()).toBe(false);
  });

  test("odd characters of a name stay in the name", async () => {
    const odd = NSG_ID.replace("nsg-a", "nsg%2f..%2fa");
    nock(ARM)
      .get(NSG_ID.replace("nsg-a", "nsg%252f..%252fa"))
      .query(true)
      .reply(404, { error: { code: "ResourceNotFound", message: "" } });
    expect(await stateOf(odd)).toEqual({ kind: "absent", at: START });
  });
});
