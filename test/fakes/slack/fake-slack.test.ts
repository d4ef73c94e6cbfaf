import { webApi } from "@slack/bolt";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startFakeSlack } from "./fake-slack.ts";
import type { FakeSlack } from "./fake-slack.ts";

let slack: FakeSlack;
let client: webApi.WebClient;

beforeEach(async () => {
  slack = await startFakeSlack();
  client = clientWith(slack.botToken);
});

afterEach(async () => {
  await slack.stop();
});

function clientWith(token: string): webApi.WebClient {
  return new webApi.WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: webApi.LogLevel.ERROR,
  });
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "ok";
  } catch (error) {
    if (error instanceof webApi.WebAPIPlatformError) {
      return error.data.error;
    }
    throw error;
  }
}

const text = (length: number): string => "x".repeat(length);
const section = (length: number): object => ({
  type: "section",
  text: { type: "mrkdwn", text: text(length) },
});
const rich = (elements: readonly object[]): object => ({
  type: "rich_text",
  elements: [{ type: "rich_text_section", elements }],
});

const BLOCKS: readonly (readonly [string, readonly object[], string])[] = [
  ["a section of 3,000 characters", [section(3000)], "ok"],
  ["a section of 3,001 characters", [section(3001)], "invalid_blocks"],
  ["50 dividers", Array.from({ length: 50 }, () => ({ type: "divider" })), "ok"],
  ["51 dividers", Array.from({ length: 51 }, () => ({ type: "divider" })), "invalid_blocks"],
  [
    "blocks of 14,000 characters in all",
    Array.from({ length: 7 }, () => section(2000)),
    "msg_blocks_too_long",
  ],
  ["a type of its own", [{ type: "nonsense" }], "invalid_blocks"],
  ["an unknown property", [{ type: "divider", colour: "red" }], "invalid_blocks"],
  ["an empty rich text", [rich([{ type: "text", text: "" }])], "invalid_blocks"],
  [
    "a date without a token",
    [rich([{ type: "date", timestamp: 1, format: "x" }])],
    "invalid_blocks",
  ],
  ["a link that is no web address", [rich([{ type: "link", url: "file:///x" }])], "invalid_blocks"],
  [
    "two buttons with one action id",
    [
      {
        type: "actions",
        elements: [1, 2].map(() => ({
          type: "button",
          action_id: "a",
          text: { type: "plain_text", text: "b" },
        })),
      },
    ],
    "invalid_blocks",
  ],
];

test.each(BLOCKS)("blocks are judged as Slack judges them: %s", async (_, blocks, outcome) => {
  const channel = slack.workspace.addChannel({ name: "ops" });
  const call = client.apiCall("chat.postMessage", { channel: channel.id, text: "x", blocks });
  expect(await codeOf(call)).toBe(outcome);
});

test("a channel answers as Slack's do: unknown, without the bot, private, archived", async () => {
  const { workspace } = slack;
  const post = async (channel: string): Promise<string> =>
    codeOf(client.chat.postMessage({ channel, text: "x" }));
  const human = workspace.addUser({ name: "alice" });
  expect(await post("C0NOWHERE")).toBe("channel_not_found");
  expect(await post(workspace.addChannel({ name: "a", members: [human] }).id)).toBe(
    "not_in_channel",
  );
  expect(
    await post(workspace.addChannel({ name: "b", kind: "private", members: [human] }).id),
  ).toBe("channel_not_found");
  expect(await post(workspace.addChannel({ name: "c", archived: true }).id)).toBe("is_archived");
  expect(await post(workspace.addChannel({ name: "d" }).id)).toBe("ok");
});

test("tokens answer for what they may: none, unknown, of the wrong kind, without a scope, revoked", async () => {
  const channel = slack.workspace.addChannel({ name: "ops" }).id;
  const poor = slack.tokens.issue("bot", slack.workspace.team, ["commands"]).token;
  const post = async (token: string): Promise<string> =>
    codeOf(clientWith(token).chat.postMessage({ channel, text: "x" }));
  expect(await post("")).toBe("not_authed");
  expect(await post("xoxb-unknown")).toBe("invalid_auth");
  expect(await post(slack.appToken)).toBe("not_allowed_token_type");
  expect(await post(poor)).toBe("missing_scope");
  slack.tokens.revokeTeam(slack.workspace.team);
  expect(await post(slack.botToken)).toBe("account_inactive");
});

test("a channel takes a short burst of posts, then one each second", async () => {
  const channel = slack.workspace.addChannel({ name: "ops" }).id;
  const outcomes = await Promise.allSettled(
    Array.from({ length: 6 }, async () => client.chat.postMessage({ channel, text: "x" })),
  );
  const refused = outcomes.flatMap((outcome) =>
    outcome.status === "rejected" ? [String(outcome.reason)] : [],
  );
  expect(refused.length).toBeGreaterThanOrEqual(2);
  expect(refused[0]).toMatch(/retry this request in 1 seconds/);
});

test("a response URL takes five messages, and none after half an hour", async () => {
  let now = Date.UTC(2026, 10, 23);
  const timed = await startFakeSlack({ now: () => now });
  const { workspace } = timed;
  const alice = workspace.addUser({ name: "alice" });
  const channel = workspace.addChannel({ name: "ops" });
  const say = async (path: string): Promise<string> => {
    const response = await fetch(timed.origin + path, { method: "POST", body: '{"text":"x"}' });
    return response.text();
  };
  const first = timed.responseUrls.give(workspace, channel.id, alice.id, null);
  const answers: string[] = [];
  for (let use = 0; use < 6; use += 1) {
    answers.push(await say(first));
  }
  expect(answers).toEqual(["ok", "ok", "ok", "ok", "ok", "used_url"]);
  const second = timed.responseUrls.give(workspace, channel.id, alice.id, null);
  now += 31 * 60_000;
  expect(await say(second)).toBe("expired_url");
  await timed.stop();
});
