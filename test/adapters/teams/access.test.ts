import { describe, expect, test } from "vitest";
import { MEMBER_FOR } from "../../../adapters/teams/team-members.ts";
import type { RefusedAttempt } from "../../../src/domain/chat.ts";
import { choices, inline, list, message, paragraph } from "../../../src/message/build.ts";
import type { Message } from "../../../src/message/message.ts";
import type { FakeTeams } from "../../fakes/teams/fake-teams.ts";
import type { FakeMessage, FakeTeam, FakeTenant, FakeUser } from "../../fakes/teams/world.ts";
import type { Person } from "../../fakes/teams/person.ts";
import { cardsOf, pressables } from "../../fakes/teams/reading.ts";
import { sitting } from "./teams-sitting.ts";
import type { Sitting, SittingOptions } from "./teams-sitting.ts";

/** Another tenant, and somebody of it. */
const OTHERS = "0bad0000-0000-4000-a000-000000000000";
const EVE = "0e0e0000-0000-4000-a000-000000000000";

type Newcomer = Partial<Parameters<FakeTenant["addUser"]>[0]>;

/** A sitting that writes down what reaches the program, and what is refused. */
interface Gate extends Sitting {
  readonly reached: string[];
  readonly refused: RefusedAttempt[];
  readonly mallory: Person;
}

const CARD: Message = {
  ...message("warning", "alice opened RDP on vm-x", [
    paragraph("alice opened RDP on vm-x"),
    choices("Ask on:", ["history of vm-x"]),
  ]),
  actions: [{ id: "acknowledge n-1", label: "Acknowledge", options: [] }],
};

const LONG = message("info", "many", [
  list(Array.from({ length: 600 }, (_, index) => inline(`opening number ${index} on vm-x`))),
]);

async function gate(
  who: Newcomer,
  settings: SittingOptions["settings"] = {},
  isTold = true,
): Promise<Gate> {
  const reached: string[] = [];
  const refused: RefusedAttempt[] = [];
  const at = await sitting({
    settings,
    handlers: {
      answer: ({ user, text }) => {
        reached.push(`${user.name}: ${text}`);
        return Promise.resolve(LONG);
      },
      act: ({ user, action }) => {
        reached.push(`${user.name}: ${action}`);
        return Promise.resolve(null);
      },
      openings: ({ user, text }) => {
        reached.push(`${user.name}: ${text}`);
        return Promise.resolve([]);
      },
      refused: (attempt) => {
        refused.push(attempt);
        return Promise.resolve(isTold);
      },
    },
  });
  const user = at.teams.tenant.addUser({ name: "mallory", ...who });
  at.team.members.add(user.id);
  return { ...at, reached, refused, mallory: at.teams.person(user) };
}

/** A team that only alice is in. */
function innerTeam({ tenant }: FakeTeams, alice: FakeUser): FakeTeam {
  return tenant.addTeam({ name: "Inner", members: [alice] });
}

async function card(at: Gate): Promise<FakeMessage> {
  await at.chat.post(at.ref(at.ops), CARD, { key: "n-1", thread: null, maybeRepeated: false });
  return at.teams.tenant.until(() => at.alice.sees(at.ops)[0]);
}

/** A long answer to alice that everybody sees. */
async function longAnswer(at: Gate): Promise<FakeMessage> {
  await at.alice.says(at.ops, "@doorbell what is open");
  const answer = await at.teams.tenant.until(() => at.alice.sees(at.ops)[0]);
  at.reached.length = 0;
  at.refused.length = 0;
  return answer;
}

/** Every way in which a person reaches Doorbell in Teams, with what the audit hears of it. */
const WAYS: Readonly<
  Record<string, readonly [(at: Gate) => Promise<unknown>, RefusedAttempt["kind"], string]>
> = {
  "a mention in a channel": [
    async (at) => at.mallory.says(at.ops, "@doorbell what is open"),
    "question",
    "what is open",
  ],
  "a mention in a group chat or meeting": [
    async (at) => {
      const chat = at.teams.tenant.addGroupChat({ name: "meeting" });
      return at.mallory.says(chat, "@doorbell what is open");
    },
    "question",
    "what is open",
  ],
  "a subscription": [
    async (at) => at.mallory.says(at.ops, "@doorbell notify here"),
    "question",
    "notify here",
  ],
  "a personal chat": [
    async (at) => at.mallory.says(at.teams.tenant.personalChat(at.mallory.user), "what is open"),
    "question",
    "what is open",
  ],
  "a button that asks": [
    async (at) => at.mallory.presses(await card(at), "history of vm-x"),
    "question",
    "history of vm-x",
  ],
  "a button that acts": [
    async (at) => at.mallory.presses(await card(at), "Acknowledge"),
    "action",
    "acknowledge n-1",
  ],
  "a button of an older client": [
    async (at) => {
      const press = { text: "", value: { action: "acknowledge n-1" }, entities: [] };
      await at.mallory.says(at.ops, "@doorbell", { thread: await card(at), extra: press });
    },
    "action",
    "acknowledge n-1",
  ],
  "the next page of another's answer": [
    async (at) => {
      const answer = await longAnswer(at);
      const next = pressables(cardsOf(answer)[0]).find(({ verb }) => verb === "page");
      await at.mallory.presses(answer, next?.title ?? "");
    },
    "action",
    "page ",
  ],
  "the message extension": [
    async (at) => at.mallory.searches(at.ops, "openings", "vm-x"),
    "search",
    "vm-x",
  ],
};

/** People who may not, however they come. */
const PEOPLE: readonly (readonly [
  string,
  Newcomer,
  SittingOptions["settings"],
  RefusedAttempt["reason"],
])[] = [
  ["a guest", { role: "guest" }, {}, "guest"],
  [
    "somebody of another tenant in a shared channel",
    { tenant: OTHERS },
    { guests: true },
    "foreign",
  ],
  [
    "somebody federated of another tenant, who is named",
    { tenant: OTHERS, objectId: EVE },
    (_, alice) => ({ guests: true, users: [EVE, alice.objectId ?? ""] }),
    "foreign",
  ],
  ["an anonymous participant of a meeting", { role: "anonymous" }, { guests: true }, "foreign"],
  ["somebody who is not named", {}, (_, alice) => ({ users: [alice.objectId ?? ""] }), "person"],
  [
    "somebody in none of the teams",
    {},
    (teams, alice) => ({ groups: [innerTeam(teams, alice).id] }),
    "person",
  ],
  [
    "somebody, where Doorbell is not in the team",
    {},
    ({ tenant }, alice) => {
      const team = tenant.addTeam({ name: "Elsewhere", installed: false });
      return { users: [alice.objectId ?? ""], groups: [team.id] };
    },
    "unknown-groups",
  ],
];

describe.each(PEOPLE)("%s", (_, who, settings, reason) => {
  test.each(Object.keys(WAYS))("gets nothing by %s, and it is audited", async (name) => {
    const [tries, kind, text] = WAYS[name] ?? [];
    const at = await gate(who, settings);
    await tries?.(at);
    const [attempt] = await at.teams.tenant.until(() => at.refused.length > 0 && at.refused);
    const { objectId, id } = at.mallory.user;
    expect(attempt).toMatchObject({
      kind,
      reason,
      user: { id: objectId ?? id, name: "mallory" },
      channel: { platform: "teams", workspace: at.teams.tenant.id },
    });
    expect(attempt?.text.startsWith(text ?? "?")).toBe(true);
    expect(at.reached).toEqual([]);
    expect(at.refused).toHaveLength(1);
  });
});

describe("a tenant that is not allowed", () => {
  test("is told so and audited, and nothing of it is remembered or looked up", async () => {
    const at = await gate({}, { tenants: [OTHERS] });
    await at.mallory.says(at.ops, "@doorbell what is open");
    await at.mallory.searches(at.ops, "openings", "vm-x");
    await at.teams.tenant.until(() => at.refused.length === 2);
    expect(at.refused.map(({ reason }) => reason)).toEqual(["workspace", "workspace"]);
    expect(at.reached).toEqual([]);
    expect(at.records.kept.size).toBe(0);
    expect(at.teams.countCalls("getConversationMember")).toBe(0);
  });

  test("among several is answered where it is one of them", async () => {
    const at = await gate({}, ({ tenant }) => ({ tenants: [OTHERS, tenant.id] }));
    await at.mallory.says(at.ops, "@doorbell what is open");
    await at.teams.tenant.until(() => at.reached.length === 1);
    expect(at.refused).toEqual([]);
  });
});

test("a member of a team that is named is answered; Teams is asked once for a while", async () => {
  const inner: FakeTeam[] = [];
  const at = await gate({}, (teams, alice) => {
    inner.push(innerTeam(teams, alice), teams.tenant.addTeam({ name: "Empty", members: [] }));
    return { groups: inner.map(({ id }) => id) };
  });
  const lookUps = (): number => at.teams.countCalls("getConversationMember");
  await at.alice.says(at.ops, "@doorbell what is open");
  await at.teams.tenant.until(() => at.reached.length === 1);
  expect(lookUps()).toBe(3);
  await at.alice.says(at.ops, "@doorbell help");
  await at.teams.tenant.until(() => at.reached.length === 2);
  expect(lookUps()).toBe(3);
  inner[0]?.members.delete(at.alice.user.id);
  at.clock.advance(MEMBER_FOR);
  await at.alice.says(at.ops, "@doorbell status");
  await at.teams.tenant.until(() => at.refused.length === 1);
  expect(at.refused).toMatchObject([{ reason: "person", text: "status" }]);
  expect(at.reached).toHaveLength(2);
});

test("who is named needs no look into the teams", async () => {
  const at = await gate({}, (teams, alice) => ({
    users: [alice.objectId ?? ""],
    groups: [innerTeam(teams, alice).id],
  }));
  await at.alice.says(at.ops, "@doorbell what is open");
  await at.teams.tenant.until(() => at.reached.length === 1);
  expect(at.teams.countCalls("getConversationMember")).toBe(1);
});

test("a guest may where guests may", async () => {
  const at = await gate({ role: "guest" }, { guests: true });
  await at.mallory.says(at.ops, "@doorbell what is open");
  await at.teams.tenant.until(() => at.reached.length === 1);
  expect(at.refused).toEqual([]);
});

test("whoever is refused again and again hears no more of it", async () => {
  const at = await gate({ role: "guest" }, {}, false);
  await at.mallory.says(at.ops, "@doorbell what is open");
  await at.teams.tenant.until(() => at.refused.length === 1);
  await at.alice.says(at.ops, "@doorbell help");
  await at.teams.tenant.until(() => at.alice.sees(at.ops).length === 1);
  const { answer } = await at.mallory.searches(at.ops, "openings", "vm-x");
  expect(JSON.stringify(answer)).toContain("Slow down");
  expect(at.alice.sees(at.ops)).toHaveLength(1);
});

test("a refusal that cannot be audited is told as a failure, and nothing is answered", async () => {
  const at = await sitting({
    settings: { guests: false },
    handlers: { refused: () => Promise.reject(new Error("disk full")) },
  });
  const guest = at.teams.tenant.addUser({ name: "mallory", role: "guest" });
  at.team.members.add(guest.id);
  await at.teams.person(guest).says(at.ops, "@doorbell what is open");
  expect((await at.said(at.ops)).join()).toContain("something failed inside");
  expect(at.asked).toEqual([]);
});
