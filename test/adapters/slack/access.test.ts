import { describe, expect, test } from "vitest";
import { MEMBERS_FOR } from "../../../adapters/slack/user-groups.ts";
import type { SlackSettings } from "../../../adapters/slack/index.ts";
import type { IncomingQuestion, RefusedAttempt } from "../../../src/domain/chat.ts";
import { choices, inline, list, message, paragraph } from "../../../src/message/build.ts";
import type { Message } from "../../../src/message/message.ts";
import { pressables, shownText } from "../../fakes/slack/reading.ts";
import type { Person } from "../../fakes/slack/person.ts";
import { ALL_SCOPES } from "../../fakes/slack/fake-slack.ts";
import type { FakeMessage, FakeUser } from "../../fakes/slack/world.ts";
import { echo, sitting } from "./slack-sitting.ts";
import type { Sitting } from "./slack-sitting.ts";

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
  who: Partial<FakeUser>,
  settings: Partial<SlackSettings>,
  isTold = true,
  prepare: (at: Sitting) => void = () => {},
): Promise<Gate> {
  const reached: string[] = [];
  const refused: RefusedAttempt[] = [];
  const at = await sitting({
    settings,
    fake: { scopes: [...ALL_SCOPES, "usergroups:read"] },
    handlers: {
      answer: ({ user, text }) => {
        reached.push(`${user.name}: ${text}`);
        return Promise.resolve(LONG);
      },
      act: ({ user, action }) => {
        reached.push(`${user.name}: ${action}`);
        return Promise.resolve(null);
      },
      home: ({ user }) => {
        reached.push(`${user.name}: home`);
        return Promise.resolve(CARD);
      },
      vmNames: () => Promise.resolve(["vm-x", "vm-y"]),
      questionsAbout: (text) =>
        Promise.resolve(
          text.includes("both") ? ["history of vm-x", "history of vm-y"] : ["what is open"],
        ),
      refused: (attempt) => {
        refused.push(attempt);
        return Promise.resolve(isTold);
      },
    },
  });
  prepare(at);
  const user = at.slack.workspace.addUser({ name: "mallory", ...who });
  at.ops.members.add(user.id);
  return { ...at, reached, refused, mallory: at.slack.person(user) };
}

async function card(at: Gate): Promise<FakeMessage> {
  await at.chat.post(at.ref(at.ops), CARD, { key: "n-1", thread: null, maybeRepeated: false });
  return at.slack.workspace.until(() => at.alice.sees(at.ops)[0]);
}

/** A long answer to alice that everybody sees. */
async function longAnswer(at: Gate): Promise<FakeMessage> {
  await at.alice.types(at.ops, "/jit public what is open");
  const answer = await at.slack.workspace.until(() => at.alice.sees(at.ops)[0]);
  at.reached.length = 0;
  at.refused.length = 0;
  return answer;
}

/** Every way in which a person reaches Doorbell in Slack, with what the audit hears of it. */
const WAYS: Readonly<
  Record<string, readonly [(at: Gate) => Promise<unknown>, RefusedAttempt["kind"], string]>
> = {
  "a slash command": [
    async (at) => at.mallory.types(at.ops, "/jit what is open"),
    "question",
    "what is open",
  ],
  "a mention": [
    async (at) => at.mallory.says(at.ops, "@doorbell what is open"),
    "question",
    "what is open",
  ],
  "a subscription": [
    async (at) => at.mallory.types(at.ops, "/jit notify here"),
    "question",
    "notify here",
  ],
  "a direct message": [
    async (at) =>
      at.mallory.says(at.slack.workspace.directMessages(at.mallory.user), "what is open"),
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
  "the next page of another's answer": [
    async (at) => {
      const answer = await longAnswer(at);
      await at.mallory.presses(answer, pressables(answer)[0]?.label ?? "");
    },
    "action",
    "page ",
  ],
  "the shortcut on a message that names one VM": [
    async (at) =>
      at.mallory.usesMessageShortcut(
        "doorbell_about",
        (await at.alice.says(at.ops, "one")).message,
      ),
    "question",
    "what is open",
  ],
  "the shortcut on a message that names several": [
    async (at) =>
      at.mallory.usesMessageShortcut(
        "doorbell_about",
        (await at.alice.says(at.ops, "both")).message,
      ),
    "question",
    "",
  ],
  "the shortcut's form": [
    async (at) => {
      await at.mallory.usesShortcut("doorbell_ask");
      const view = await at.slack.workspace.until(() => [...at.slack.workspace.views.values()][0]);
      expect(await at.mallory.looksFor(view, "Begin to type its name", "vm")).toEqual([]);
      await at.mallory.submits(view, {
        "doorbell.vm": { block: "doorbell.vm", value: { selected_option: { value: "vm-x" } } },
      });
    },
    "question",
    "who opened anything on vm-x",
  ],
  "the home tab": [async (at) => at.mallory.opensHome(), "home", ""],
};

const GROUP = "S0123456789";
/** The first person of the fake, whom every rule lets in. */
const ALICE = "U0CONTOSO0002";

/** People who may not, however they come. */
const PEOPLE: readonly (readonly [
  string,
  Partial<FakeUser>,
  Partial<SlackSettings>,
  RefusedAttempt["reason"],
])[] = [
  ["a guest", { guest: true }, {}, "guest"],
  ["a stranger of a shared channel", { team: "T0OTHERS" }, { guests: true }, "foreign"],
  [
    "a stranger whose workspace has an organisation",
    { team: "T0OTHERS", enterprise: "E0OTHERS" },
    { guests: true },
    "foreign",
  ],
  ["somebody who is not named", {}, { users: [ALICE] }, "person"],
  ["somebody in none of the groups", {}, { groups: [GROUP] }, "person"],
  [
    "somebody, where the group is gone",
    {},
    { users: [ALICE], groups: ["S0GONE"] },
    "unknown-groups",
  ],
];

describe.each(PEOPLE)("%s", (_, who, settings, reason) => {
  test.each(Object.keys(WAYS))("gets nothing by %s, and it is audited", async (name) => {
    const [tries, kind, text] = WAYS[name] ?? [];
    const at = await gate(who, settings, true, ({ slack, alice }) => {
      slack.workspace.groups.set(GROUP, new Set([alice.user.id]));
    });
    await tries?.(at);
    const [attempt] = await at.slack.workspace.until(() => at.refused.length > 0 && at.refused);
    expect(attempt).toMatchObject({
      kind,
      reason,
      user: { id: at.mallory.user.id, name: "mallory" },
      channel: { platform: "slack", workspace: at.slack.workspace.team },
    });
    expect(attempt?.text.startsWith(text ?? "?")).toBe(true);
    expect(at.reached).toEqual([]);
    expect(at.refused).toHaveLength(1);
  });
});

test("a member of a group that is named is answered; who is in it is asked once for a while", async () => {
  const at = await gate({}, { groups: [GROUP, "S0OTHER"] }, true, ({ slack, alice }) => {
    slack.workspace.groups.set(GROUP, new Set([alice.user.id]));
    slack.workspace.groups.set("S0OTHER", new Set());
  });
  const lookUps = (): number =>
    at.slack.calls.filter(({ method }) => method === "usergroups.users.list").length;
  await at.alice.types(at.ops, "/jit what is open");
  await at.slack.workspace.until(() => at.reached.length === 1);
  await at.alice.types(at.ops, "/jit help");
  await at.slack.workspace.until(() => at.reached.length === 2);
  expect(lookUps()).toBe(2);
  at.slack.workspace.groups.set(GROUP, new Set());
  at.clock.advance(MEMBERS_FOR);
  await at.alice.types(at.ops, "/jit status");
  await at.slack.workspace.until(() => at.refused.length === 1);
  expect(at.refused).toMatchObject([{ reason: "person", text: "status" }]);
  expect(lookUps()).toBe(4);
  expect(at.reached).toHaveLength(2);
});

test("who is named needs no look into the groups, and no scope for it", async () => {
  const at = await sitting({ settings: { users: [ALICE], groups: [GROUP] } });
  expect(at.alice.user.id).toBe(ALICE);
  await at.alice.types(at.ops, "/jit what is open");
  await at.slack.workspace.until(() => at.asked.length === 1);
  expect(at.slack.calls.map(({ method }) => method)).not.toContain("usergroups.users.list");
  expect(at.log).toContainEqual(expect.stringMatching(/lacks the scopes usergroups:read/));
});

test("people of another workspace of the own organisation are answered", async () => {
  const at = await sitting({ starts: false });
  const asked: IncomingQuestion[] = [];
  at.slack.workspace.enterprise = "E0CONTOSO";
  await at.chat.start({ answer: echo(asked) });
  const bob = at.slack.person(
    at.slack.workspace.addUser({ name: "bob", team: "T0SECOND", enterprise: "E0CONTOSO" }),
  );
  at.ops.members.add(bob.user.id);
  await bob.types(at.ops, "/jit what is open");
  await at.slack.workspace.until(() => asked.length === 1);
  expect(asked).toMatchObject([{ user: { name: "bob" } }]);
});

test("a workspace that Doorbell has no token of is audited, and nobody there is answered", async () => {
  const at = await gate({}, {});
  const elsewhere = { ...at.mallory.user, team: "T0OTHERS" };
  await at.slack.deliveries.make("slash_commands", {
    team_id: elsewhere.team,
    team_domain: "others",
    channel_id: at.ops.id,
    channel_name: "ops",
    user_id: elsewhere.id,
    command: "/jit",
    text: "what is open",
    response_url: "http://127.0.0.1:1/",
    trigger_id: "1",
  });
  await at.slack.workspace.until(() => at.refused.length === 1);
  expect(at.refused).toMatchObject([
    { reason: "workspace", channel: { workspace: "T0OTHERS", channel: at.ops.id } },
  ]);
  expect(at.reached).toEqual([]);
});

test("whoever is refused again and again hears no more of it", async () => {
  const at = await gate({ guest: true }, {}, false);
  await at.mallory.types(at.ops, "/jit what is open");
  await at.slack.workspace.until(() => at.refused.length === 1);
  await at.alice.types(at.ops, "/jit help");
  await at.slack.workspace.until(() => at.alice.sees(at.ops).length === 1);
  expect(at.mallory.sees(at.ops)).toEqual([]);
});

test("who is not among the people named is told so", async () => {
  const at = await gate({}, { users: [ALICE] });
  await at.mallory.types(at.ops, "/jit what is open");
  const told = await at.slack.workspace.until(() => at.mallory.sees(at.ops)[0]);
  expect(shownText(told, "UTC")).toContain("You are not among the people whom Doorbell answers.");
});
