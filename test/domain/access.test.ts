import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { refusalOf, refusalText, REFUSALS } from "../../src/domain/access.ts";
import type { AccessRules, Approach, Refusal } from "../../src/domain/access.ts";

const CLOSED: AccessRules = {
  workspaces: [],
  channels: [],
  directMessages: false,
  guests: false,
  users: [],
  groups: [],
};

const OPS: AccessRules = { ...CLOSED, channels: ["C1"] };

const ALICE: Approach = {
  workspace: "T1",
  channel: "C1",
  isDirect: false,
  person: { id: "U1", standing: "member" },
  inGroup: false,
};

const GUEST = { id: "U1", standing: "guest" } as const;
const STRANGER = { id: "U1", standing: "foreign" } as const;

describe("who may use Doorbell", () => {
  test.each<[string, Partial<AccessRules>, Partial<Approach>, Refusal | null]>([
    ["a member in a channel that is named", {}, {}, null],
    ["nobody where nothing is allowed", { channels: [] }, {}, "channel"],
    ["a channel that is not named", {}, { channel: "C2" }, "channel"],
    ["a channel in other casing", {}, { channel: "c1" }, "channel"],
    ["any channel where all are", { channels: "all" }, { channel: "C2" }, null],
    ["a workspace that is named", { workspaces: ["T1"] }, {}, null],
    ["a workspace that is not named", { workspaces: ["T2"] }, {}, "workspace"],
    ["direct messages", {}, { isDirect: true }, "direct-messages"],
    [
      "direct messages, though all channels",
      { channels: "all" },
      { isDirect: true },
      "direct-messages",
    ],
    [
      "direct messages where they are on",
      { directMessages: true },
      { isDirect: true, channel: "D" },
      null,
    ],
    ["somebody of whom nothing is told", {}, { person: null }, "unknown-person"],
    ["a guest", {}, { person: GUEST }, "guest"],
    ["a guest where guests may", { guests: true }, { person: GUEST }, null],
    ["a stranger of a shared channel", {}, { person: STRANGER }, "foreign"],
    ["a stranger where guests may", { guests: true }, { person: STRANGER }, "foreign"],
    ["a stranger who is named", { users: ["U1"] }, { person: STRANGER }, "foreign"],
    [
      "a stranger in a group that is named",
      { groups: ["S1"] },
      { person: STRANGER, inGroup: true },
      "foreign",
    ],
    ["a guest who is named", { users: ["U1"] }, { person: GUEST }, "guest"],
    [
      "a guest who is named where guests may",
      { users: ["U1"], guests: true },
      { person: GUEST },
      null,
    ],
    ["a person who is named", { users: ["U2", "U1"] }, {}, null],
    ["a person who is not named", { users: ["U2"] }, {}, "person"],
    ["a person who is not named, in any group", { users: ["U2"] }, { inGroup: true }, "person"],
    ["a member of a group that is named", { groups: ["S1"] }, { inGroup: true }, null],
    ["somebody in none of the groups", { groups: ["S1"] }, { inGroup: false }, "person"],
    ["somebody named, in none of the groups", { users: ["U1"], groups: ["S1"] }, {}, null],
    ["groups that cannot be read", { groups: ["S1"] }, { inGroup: null }, "unknown-groups"],
    ["somebody named, groups unread", { users: ["U1"], groups: ["S1"] }, { inGroup: null }, null],
    ["groups unread where none matters", {}, { inGroup: null }, null],
    ["somebody named, elsewhere", { users: ["U1"] }, { channel: "C2" }, "channel"],
  ])("%s", (_, rules, approach, refusal) => {
    expect(refusalOf({ ...OPS, ...rules }, { ...ALICE, ...approach })).toBe(refusal);
  });

  const id = fc.constantFrom("A", "B");
  const ids = fc.uniqueArray(id, { maxLength: 2 });
  const rulesOf = fc.record<AccessRules>({
    workspaces: ids,
    channels: fc.oneof(ids, fc.constant("all" as const)),
    directMessages: fc.boolean(),
    guests: fc.boolean(),
    users: ids,
    groups: ids,
  });
  const approachOf = fc.record<Approach>({
    workspace: id,
    channel: id,
    isDirect: fc.boolean(),
    person: fc.option(fc.record({ id, standing: fc.constantFrom("member", "guest", "foreign") })),
    inGroup: fc.constantFrom(true, false, null),
  });

  test("whatever the rules: no stranger and nobody unknown, and nobody at all where nothing is allowed", () => {
    fc.assert(
      fc.property(rulesOf, approachOf, (rules, approach) => {
        expect(refusalOf({ ...rules, ...CLOSED }, approach)).not.toBeNull();
        const mayNever = approach.person === null || approach.person.standing === "foreign";
        expect(mayNever && refusalOf(rules, approach) === null).toBe(false);
      }),
    );
  });

  test("who is let in stays so under wider rules, and where no people and no groups are named", () => {
    fc.assert(
      fc.property(rulesOf, approachOf, (rules, approach) => {
        if (refusalOf(rules, approach) !== null) {
          return;
        }
        const wider = {
          channels: "all",
          directMessages: true,
          guests: true,
          workspaces: [],
        } as const;
        expect(refusalOf({ ...rules, ...wider }, approach)).toBeNull();
        expect(refusalOf({ ...rules, users: [], groups: [] }, approach)).toBeNull();
      }),
    );
  });
});

test("each refusal is told in a sentence of its own, in the platform's words", () => {
  const told = REFUSALS.map((one) =>
    refusalText(one, { platform: "Slack", workspace: "workspace" }),
  );
  expect(new Set(told).size).toBe(REFUSALS.length);
  expect(told.every((text) => text.endsWith("."))).toBe(true);
  expect(refusalText("guest", { platform: "Teams", workspace: "organisation" })).toBe(
    "Doorbell does not answer guests of this organisation.",
  );
});
