import { chatAdapterContract } from "../contracts/chat-adapter-contract.ts";
import { RATE_LIMIT } from "../contracts/chat-harness.ts";
import type { ChatHarness, ChatTraits, PlatformFault } from "../contracts/chat-harness.ts";
import { MemoryChatAdapter, MemoryChatPlatform } from "./memory-chat.ts";
import type { Treatment } from "./memory-chat.ts";

const NOW = Date.UTC(2026, 10, 23, 14, 0);

const ALL_FAULTS: readonly PlatformFault[] = [
  "lose-answer",
  "be-away",
  "rate-limit",
  "close-channel",
  "refuse-credentials",
  "refuse-content",
];

async function openMemoryChat(traits: ChatTraits): Promise<ChatHarness> {
  let next: Treatment = { kind: "carry-out" };
  const chat = new MemoryChatPlatform(
    () => NOW,
    () => {
      const now = next;
      next = { kind: "carry-out" };
      return now;
    },
  );
  const channel = (name: string) => ({ platform: "memory", workspace: "", channel: name });
  const open = () =>
    new MemoryChatAdapter(chat, { readBack: traits.readBack, threads: traits.threads });
  return {
    adapter: open(),
    channel: channel("ops"),
    otherChannel: channel("security"),
    said: async (of) => {
      const messages = chat.inChannel(of.channel);
      return messages.map(({ text, thread }) => ({
        text,
        thread: thread === null ? null : messages.findIndex(({ id }) => id === thread),
        effects: [],
      }));
    },
    failNext: (fault) => {
      next = fault === "rate-limit" ? { kind: fault, retryAfter: RATE_LIMIT } : { kind: fault };
    },
    remove: (receipt) => {
      const message = chat.messages[Number(receipt.message)];
      if (message !== undefined) {
        message.removed = true;
      }
    },
    sayAsPerson: (of, texts) => {
      for (const text of texts) {
        chat.add({ channel: of.channel, text, key: null, thread: null, repeat: false });
      }
    },
    restart: async () => open(),
    close: async () => undefined,
  };
}

for (const readBack of [true, false]) {
  const traits: ChatTraits = {
    readBack,
    threads: readBack,
    replaces: true,
    people: true,
    faults: ALL_FAULTS,
  };
  chatAdapterContract({
    name: readBack ? "a chat in memory" : "a chat in memory without read-back and threads",
    traits,
    open: () => openMemoryChat(traits),
  });
}
