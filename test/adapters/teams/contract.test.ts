import { createTeamsChat } from "../../../adapters/teams/index.ts";
import type { ChannelRef } from "../../../src/domain/notification.ts";
import type { ChatAdapter } from "../../../src/ports.ts";
import { chatAdapterContract } from "../../contracts/chat-adapter-contract.ts";
import { RATE_LIMIT } from "../../contracts/chat-harness.ts";
import type { ChatHarness, PlatformFault, SeenMessage } from "../../contracts/chat-harness.ts";
import { startFakeTeams } from "../../fakes/teams/fake-teams.ts";
import type { FakeTeams } from "../../fakes/teams/fake-teams.ts";
import { POSTS } from "../../fakes/teams/faults.ts";
import type { Fault } from "../../fakes/teams/faults.ts";
import { cardsOf, pressables, seenIn } from "../../fakes/teams/reading.ts";
import { HandClock } from "../slack/hand-clock.ts";
import { MemoryRecords, settingsFor } from "./teams-sitting.ts";

const FAULTS: { readonly [fault in Exclude<PlatformFault, "be-away">]: Fault } = {
  "lose-answer": { kind: "drop-after" },
  "rate-limit": { kind: "rate-limited", seconds: RATE_LIMIT / 1000 },
  "close-channel": { kind: "error", status: 403, code: "BotNotInConversationRoster" },
  "refuse-credentials": { kind: "error", status: 401, code: "BotNotRegistered" },
  "refuse-content": { kind: "error", status: 400, code: "BadArgument" },
};

function messagesIn(teams: FakeTeams, ref: ChannelRef): readonly SeenMessage[] {
  const { tenant } = teams;
  const conversation = tenant.conversations.get(ref.channel);
  if (conversation === undefined) {
    return [];
  }
  const messages = tenant.messagesIn(conversation);
  // A heading is larger, and nothing more.
  return seenIn(tenant, conversation).map(({ text, thread, effects }, index) => {
    const [card] = messages[index] === undefined ? [] : cardsOf(messages[index]);
    const carried = pressables(card).map(({ data }) => JSON.stringify(data ?? ""));
    return { text: [text, ...carried].join("\n"), thread, effects };
  });
}

async function open(): Promise<ChatHarness> {
  const teams = await startFakeTeams({ rateLimits: false });
  const { tenant } = teams;
  const person = tenant.addUser({ name: "alice" });
  const team = tenant.addTeam({ name: "Platform" });
  const refs = ["ops", "security"].map((name) => ({
    platform: "teams",
    workspace: tenant.id,
    channel: tenant.addChannel({ name, team }).id,
  }));
  const [channel, otherChannel] = refs;
  if (channel === undefined || otherChannel === undefined) {
    throw new Error("There are no channels.");
  }
  const settings = await settingsFor(teams);
  const references = new MemoryRecords();
  const begin = async (): Promise<ChatAdapter> => {
    const chat = createTeamsChat(settings, {
      clock: new HandClock(),
      random: { next: () => 0 },
      log: () => undefined,
      references,
      accessToken: () => Promise.resolve(teams.tokens.issue()),
    });
    await chat.start({ answer: () => Promise.resolve(null) });
    return chat;
  };
  let isAway = false;
  /** Teams is back as soon as one act has failed. */
  const untilOneFailed = (chat: ChatAdapter): ChatAdapter => {
    const once = async <Result>(act: () => Promise<Result>): Promise<Result> => {
      try {
        return await act();
      } finally {
        if (isAway) {
          isAway = false;
          await teams.comeBack();
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
    said: (ref) => Promise.resolve(messagesIn(teams, ref)),
    failNext: (fault) => {
      if (fault === "be-away") {
        teams.goAway();
        isAway = true;
      } else {
        teams.faults.planOnce([...POSTS, "updateActivity"], FAULTS[fault]);
      }
    },
    remove: (receipt) => {
      const id = /"id":"(\d+)"/.exec(receipt.message)?.[1] ?? "";
      const message = tenant.message(receipt.channel.channel, id);
      if (message !== null) {
        tenant.removeMessage(message);
      }
    },
    sayAsPerson: (ref, texts) => {
      for (const text of texts) {
        tenant.addMessage({ conversation: ref.channel, from: person.id, text });
      }
    },
    restart: async () => {
      await adapter.stop();
      adapter = untilOneFailed(await begin());
      return adapter;
    },
    close: async () => {
      await adapter.stop();
      await teams.stop();
    },
  };
}

chatAdapterContract({
  name: "Microsoft Teams",
  traits: {
    readBack: false,
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
