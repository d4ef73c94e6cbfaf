import { createSlackChat } from "../../../adapters/slack/index.ts";
import { Secret } from "../../../src/config/secret.ts";
import type { ChannelRef } from "../../../src/domain/notification.ts";
import type { ChatAdapter } from "../../../src/ports.ts";
import { chatAdapterContract } from "../../contracts/chat-adapter-contract.ts";
import { RATE_LIMIT } from "../../contracts/chat-harness.ts";
import type { ChatHarness, PlatformFault, SeenMessage } from "../../contracts/chat-harness.ts";
import { startFakeSlack } from "../../fakes/slack/fake-slack.ts";
import type { FakeSlack } from "../../fakes/slack/fake-slack.ts";
import type { Fault } from "../../fakes/slack/faults.ts";
import { links, markup, pings, pressables, shownText } from "../../fakes/slack/reading.ts";
import type { FakeMessage } from "../../fakes/slack/world.ts";
import { HandClock } from "./hand-clock.ts";

const FAULTS: { readonly [fault in Exclude<PlatformFault, "be-away">]: Fault } = {
  "lose-answer": { kind: "drop-after" },
  "rate-limit": { kind: "rate-limited", seconds: RATE_LIMIT / 1000 },
  "close-channel": { kind: "error", code: "is_archived" },
  "refuse-credentials": { kind: "error", code: "invalid_auth" },
  "refuse-content": { kind: "error", code: "invalid_blocks" },
};

/** The calls that one act of the adapter is about. */
const METHODS = ["chat.postMessage", "chat.update", "conversations.history"];

/** What a message does beyond being read. */
function effectsOf(message: FakeMessage): readonly string[] {
  return [
    ...pings(message).map((ping) => `mentions ${ping}`),
    ...links(message).map((link) => `links to ${link}`),
    ...markup(message)
      .filter((text) => /[*_~`]/.test(text))
      .map((text) => `formats ${text}`),
  ];
}

function seenIn(slack: FakeSlack, ref: ChannelRef): readonly SeenMessage[] {
  const channel = slack.workspace.channels.get(ref.channel);
  const messages = channel === undefined ? [] : slack.workspace.messagesIn(channel);
  return messages.map((message) => {
    const root = messages.findIndex(({ ts }) => ts === message.threadTs);
    return {
      text: [
        shownText(message, "UTC"),
        ...pressables(message).map(({ value }) => value ?? ""),
      ].join("\n"),
      thread: root < 0 ? null : root,
      effects: effectsOf(message),
    };
  });
}

async function open(): Promise<ChatHarness> {
  const slack = await startFakeSlack({ rateLimits: false });
  const { workspace } = slack;
  const person = workspace.addUser({ name: "alice" });
  const refs = ["ops", "security"].map((name) => ({
    platform: "slack",
    workspace: workspace.team,
    channel: workspace.addChannel({ name }).id,
  }));
  const [channel, otherChannel] = refs;
  if (channel === undefined || otherChannel === undefined) {
    throw new Error("There are no channels.");
  }
  const begin = async (): Promise<ChatAdapter> => {
    const chat = createSlackChat(
      {
        identity: { kind: "token", botToken: new Secret(slack.botToken) },
        transport: { kind: "socket", appToken: new Secret(slack.appToken) },
        command: "/jit",
        publicAnswers: false,
        workspaces: [],
        channels: "all",
        directMessages: true,
        guests: false,
        users: [],
        groups: [],
        apiUrl: slack.apiUrl,
        callTimeout: 10_000,
      },
      {
        clock: new HandClock(),
        random: { next: () => 0 },
        log: () => undefined,
        installations: null,
      },
    );
    await chat.start({ answer: () => Promise.resolve(null) });
    return chat;
  };
  let isAway = false;
  /** Slack is back as soon as one act has failed. */
  const untilOneFailed = (chat: ChatAdapter): ChatAdapter => {
    const once = async <Result>(act: () => Promise<Result>): Promise<Result> => {
      try {
        return await act();
      } finally {
        if (isAway) {
          isAway = false;
          await slack.comeBack();
        }
      }
    };
    return {
      platform: chat.platform,
      capabilities: chat.capabilities,
      start: async (handlers) => chat.start(handlers),
      stop: async () => chat.stop(),
      post: async (...args) => once(async () => chat.post(...args)),
      edit: async (...args) => once(async () => chat.edit(...args)),
      find: async (...args) => once(async () => chat.find(...args)),
    };
  };
  let adapter = untilOneFailed(await begin());
  return {
    adapter,
    channel,
    otherChannel,
    said: (ref) => Promise.resolve(seenIn(slack, ref)),
    failNext: (fault) => {
      if (fault === "be-away") {
        slack.goAway();
        isAway = true;
      } else {
        slack.faults.planOnce(METHODS, FAULTS[fault]);
      }
    },
    remove: (receipt) => {
      const ts = /"ts":"([\d.]+)"/.exec(receipt.message)?.[1] ?? "";
      const message = workspace.message(receipt.channel.channel, ts);
      if (message !== null) {
        workspace.removeMessage(message);
      }
    },
    sayAsPerson: (ref, texts) => {
      for (const text of texts) {
        workspace.addMessage({
          channel: ref.channel,
          user: person.id,
          text,
          blocks: [],
          threadTs: null,
          metadata: null,
          ephemeralFor: null,
          files: [],
        });
      }
    },
    restart: async () => {
      await adapter.stop();
      adapter = untilOneFailed(await begin());
      return adapter;
    },
    close: async () => {
      await adapter.stop();
      await slack.stop();
    },
  };
}

chatAdapterContract({
  name: "Slack",
  traits: {
    readBack: true,
    threads: true,
    replaces: true,
    people: true,
    faults: [
      "lose-answer",
      "be-away",
      "rate-limit",
      "close-channel",
      "refuse-credentials",
      "refuse-content",
    ],
  },
  open,
});
