import { webApi } from "@slack/bolt";
import { createEmulator } from "emulate";
import type { Emulator } from "emulate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { createSlackChat, SCOPES } from "../../../adapters/slack/index.ts";
import { Secret } from "../../../src/config/secret.ts";
import type { ChannelRef } from "../../../src/domain/notification.ts";
import { message, paragraph, person } from "../../../src/message/build.ts";
import type { ChatAdapter } from "../../../src/ports.ts";
import { links, shownText } from "../../fakes/slack/reading.ts";
import { HandClock } from "./hand-clock.ts";
import { freePort } from "./slack-sitting.ts";

/**
 * The Web API part once more against an emulator that others wrote (`emulate`), so that our own fake's
 * idea of Slack is not the only one. It knows neither Socket Mode nor commands, and checks no blocks.
 */

const TOKEN = "xoxb-emulated-not-a-real-token";
const KEY = "n-0123456789ab";
const FRESH = { key: KEY, thread: null, maybeRepeated: false };
const CARD = message("info", "alice opened RDP", [
  paragraph(person({ name: "alice@contoso.example", objectId: null }), " opened RDP"),
]);

let emulator: Emulator;
let client: webApi.WebClient;
let chat: ChatAdapter;
let channel: ChannelRef;

beforeAll(async () => {
  emulator = await createEmulator({
    service: "slack",
    port: await freePort(),
    hostname: "127.0.0.1",
    seed: {
      slack: {
        strict_scopes: true,
        team: { name: "Contoso", domain: "contoso" },
        users: [{ name: "alice", email: "alice@contoso.example" }],
        oauth_apps: [
          {
            client_id: "1.2",
            client_secret: "x",
            name: "Doorbell",
            redirect_uris: [],
            scopes: SCOPES,
            bot_id: "B0DOORBELL",
            bot_user_id: "U0DOORBELL",
            bot_name: "doorbell",
          },
        ],
        channels: [{ name: "ops" }],
        tokens: [
          {
            token: TOKEN,
            user_id: "U0DOORBELL",
            bot_id: "B0DOORBELL",
            bot_user_id: "U0DOORBELL",
            scopes: SCOPES,
          },
        ],
      },
    },
  });
  const apiUrl = `${emulator.url}/api/`;
  client = new webApi.WebClient(TOKEN, { slackApiUrl: apiUrl, retryConfig: { retries: 0 } });
  const { channels } = z
    .object({ channels: z.array(z.object({ id: z.string(), name: z.string() })) })
    .parse(await client.conversations.list());
  const ops = channels.find(({ name }) => name === "ops");
  channel = { platform: "slack", workspace: "", channel: ops?.id ?? "" };
  await client.conversations.join({ channel: channel.channel }).catch(() => null);
  chat = createSlackChat(
    {
      identity: { kind: "token", botToken: new Secret(TOKEN) },
      transport: { kind: "socket", appToken: new Secret("xapp-unused") },
      command: "/jit",
      publicAnswers: false,
      workspaces: [],
      channels: "all",
      directMessages: true,
      guests: false,
      users: [],
      groups: [],
      apiUrl,
      callTimeout: 10_000,
    },
    {
      clock: new HandClock(),
      random: { next: () => 0 },
      log: () => undefined,
      installations: null,
    },
  );
});

afterAll(async () => {
  await emulator.close();
});

const history = z.object({
  messages: z.array(
    z.object({
      ts: z.string(),
      text: z.string(),
      blocks: z.array(z.unknown()).prefault([]),
      thread_ts: z.string().optional(),
    }),
  ),
});

async function messages(): Promise<z.infer<typeof history>["messages"]> {
  return history.parse(await client.conversations.history({ channel: channel.channel })).messages;
}

test("a card is posted, found again by its key, edited, and replied to in its thread", async () => {
  const receipt = await chat.post(channel, CARD, FRESH);
  const [posted] = await messages();
  expect(posted === undefined ? "" : shownText(posted, "UTC")).toBe(
    "alice@contoso.example opened RDP",
  );
  expect(posted === undefined ? [] : links(posted)[0]).toMatch(
    /^https:\/\/contoso\.slack\.com\/team\/U/,
  );
  expect(await chat.find(channel, KEY, 0, null)).toEqual(receipt);
  expect(await chat.find(channel, "n-other", 0, null)).toBeNull();
  await chat.edit(receipt, message("info", "closed", [paragraph("closed on time")]));
  expect((await messages())[0]).toMatchObject({ ts: posted?.ts, text: "closed\nclosed on time" });
  expect(await chat.find(channel, KEY, 0, null)).toEqual(receipt);
  const reply = { key: "n-reply", thread: receipt, maybeRepeated: false };
  const replied = await chat.post(channel, message("info", "ended", [paragraph("ended")]), reply);
  expect(await chat.find(channel, "n-reply", 0, receipt)).toEqual(replied);
  expect(await messages()).toHaveLength(1);
});

test("a channel that does not exist is closed, a message that does not exist is gone", async () => {
  const nowhere = { ...channel, channel: "C0NOWHERE" };
  await expect(chat.post(nowhere, CARD, FRESH)).rejects.toMatchObject({ fault: "channel-closed" });
  const receipt = {
    channel,
    message: JSON.stringify({ ts: "1.000001", key: KEY, maybeRepeated: false }),
  };
  await expect(chat.edit(receipt, CARD)).rejects.toMatchObject({ fault: "message-gone" });
  const reply = { key: "n-reply", thread: receipt, maybeRepeated: false };
  const before = await messages();
  await chat.post(channel, CARD, reply).catch(() => null);
  expect(await messages()).toHaveLength(before.length);
});

test("a picture is uploaded with its alternative text", async () => {
  await chat.postPicture?.(
    channel,
    {
      png: Uint8Array.from([137, 80, 78, 71]),
      fileName: "timeline-vm-x.png",
      title: "vm-x, last 7 days",
      alternativeText: "Two openings of port 3389.",
    },
    null,
  );
  const answer = await client.conversations.history({ channel: channel.channel });
  expect(JSON.stringify(answer)).toContain("Two openings of port 3389.");
});
