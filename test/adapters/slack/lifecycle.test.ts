import { describe, expect, test } from "vitest";
import type { ChannelChange } from "../../../src/domain/chat.ts";
import { answerTo, sitting } from "./slack-sitting.ts";
import type { Sitting } from "./slack-sitting.ts";

const FRESH = { key: "n-0123456789ab", thread: null, maybeRepeated: false };

async function watched(): Promise<{ readonly at: Sitting; readonly changes: ChannelChange[] }> {
  const changes: ChannelChange[] = [];
  const at = await sitting({
    handlers: {
      channelChanged: (change) => {
        changes.push(change);
        return Promise.resolve();
      },
    },
  });
  return { at, changes };
}

const CHANGES: readonly (readonly [
  string,
  Record<string, unknown>,
  ChannelChange["kind"],
  string,
])[] = [
  ["archived", { type: "channel_archive", channel: "C1" }, "closed", "archived"],
  ["archived while private", { type: "group_archive", channel: "C1" }, "closed", "archived"],
  ["deleted", { type: "channel_deleted", channel: "C1" }, "closed", "deleted"],
  ["left by the bot", { type: "channel_left", channel: "C1" }, "closed", "invite it again"],
  [
    "left by the bot while private",
    { type: "group_left", channel: "C1" },
    "closed",
    "invite it again",
  ],
  ["taken out of the archive", { type: "channel_unarchive", channel: "C1" }, "open", "archive"],
  [
    "renamed",
    { type: "channel_rename", channel: { id: "C1", name: "ops-2", created: 1 } },
    "renamed",
    "ops-2",
  ],
];

test.each(CHANGES)(
  "a channel that is %s is told to the program",
  async (_, event, kind, reason) => {
    const { at, changes } = await watched();
    await at.slack.happens(event);
    await at.slack.workspace.until(() => changes.length === 1);
    expect(changes).toMatchObject([
      { channel: { platform: "slack", workspace: "T0CONTOSO", channel: "C1" }, kind },
    ]);
    expect(changes[0]?.reason).toContain(reason);
  },
);

test("only the bot's own arrival in a channel opens it", async () => {
  const { at, changes } = await watched();
  const joined = { type: "member_joined_channel", channel: "C1", team: "T0CONTOSO" };
  await at.slack.happens({ ...joined, user: at.alice.user.id });
  await at.slack.happens({ ...joined, user: at.slack.workspace.bot.id });
  await at.slack.workspace.until(() => changes.length > 0);
  expect(changes.map(({ kind }) => kind)).toEqual(["open"]);
});

describe("a workspace that takes Doorbell's token away", () => {
  test.each([
    ["app_uninstalled", {}],
    ["tokens_revoked", { tokens: { bot: ["U1"], oauth: [] } }],
  ])("by %s is told to the program, in the log and by the health", async (type, extra) => {
    const { at, changes } = await watched();
    await at.slack.happens({ type, ...extra });
    await at.slack.workspace.until(() => changes.length === 1);
    expect(changes[0]).toMatchObject({ kind: "closed", channel: { channel: "" } });
    expect(at.chat.health?.()).toMatchObject({ state: "refused" });
    expect(at.chat.health?.().problems.join()).toContain("install");
    expect(at.log.some((line) => line.startsWith("warning: Slack: The app"))).toBe(true);
  });

  test("tokens of people alone change nothing", async () => {
    const { at, changes } = await watched();
    await at.slack.happens({ type: "tokens_revoked", tokens: { oauth: ["U1"] } });
    await at.slack.happens({ type: "channel_archive", channel: "C1" });
    await at.slack.workspace.until(() => changes.length === 1);
    expect(at.chat.health?.().state).toBe("connected");
  });

  test("is unhealthy from the first refused post on, until one is taken", async () => {
    const at = await sitting();
    expect(at.chat.health?.()).toMatchObject({ state: "connected", problems: [] });
    at.slack.faults.plan("chat.postMessage", { kind: "error", code: "account_inactive" });
    await expect(at.chat.post(at.ref(at.ops), answerTo("x"), FRESH)).rejects.toMatchObject({
      fault: "refused",
    });
    expect(at.chat.health?.().state).toBe("refused");
    await at.chat.post(at.ref(at.ops), answerTo("x"), FRESH);
    expect(at.chat.health?.()).toMatchObject({ state: "connected", problems: [] });
  });
});
