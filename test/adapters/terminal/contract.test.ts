import { PassThrough } from "node:stream";
import { createTerminalChat, TERMINAL_CHANNEL } from "../../../adapters/terminal/index.ts";
import type { TerminalChat } from "../../../adapters/terminal/index.ts";
import type { ChannelRef } from "../../../src/domain/notification.ts";
import { at } from "../../ask/trail-builder.ts";
import { chatAdapterContract } from "../../contracts/chat-adapter-contract.ts";
import type { ChatHarness, ChatTraits, SeenMessage } from "../../contracts/chat-harness.ts";
import { Screen } from "./screen.ts";

const TRAITS: ChatTraits = {
  readBack: false,
  threads: false,
  replaces: false,
  people: false,
  faults: [],
};

const SECURITY: ChannelRef = { ...TERMINAL_CHANNEL, channel: "security" };
const HEAD = /^(?:ring|update) .* n-\w+(?: in #(\w+))?(?:, \w+)?:$/;

/** What stands on the screen in a channel: each head line begins a message. */
function seenIn(screen: Screen, channel: ChannelRef): readonly SeenMessage[] {
  const seen: { readonly channel: string; readonly lines: string[] }[] = [];
  for (const line of screen.lines) {
    const head = HEAD.exec(line);
    if (head !== null) {
      seen.push({ channel: head[1] ?? TERMINAL_CHANNEL.channel, lines: [] });
    }
    seen.at(-1)?.lines.push(line);
  }
  return seen
    .filter((one) => one.channel === channel.channel)
    .map(({ lines }) => ({ text: lines.join("\n"), thread: null, effects: screen.effects }));
}

async function open(interactive: boolean): Promise<ChatHarness> {
  const screen = new Screen(200);
  const begin = async (run: string): Promise<TerminalChat> => {
    const input = new PassThrough();
    const chat = createTerminalChat({
      input,
      output: screen,
      interactive,
      dumb: false,
      bell: true,
      render: () => ({ width: 200, zone: "UTC", colour: "none", hyperlinks: false }),
      now: () => at("2026-11-23T14:02Z"),
      user: { id: "1000", name: "alice", zone: null },
      run,
      history: null,
      forms: [],
      vms: () => [],
    });
    await chat.start({ answer: () => Promise.resolve(null) });
    if (interactive) {
      input.write("something that is being typed");
    }
    return chat;
  };
  let adapter = await begin("run-1");
  return {
    adapter,
    channel: TERMINAL_CHANNEL,
    otherChannel: SECURITY,
    said: (channel) => Promise.resolve(seenIn(screen, channel)),
    failNext: () => {
      throw new Error("A terminal knows no faults that pass.");
    },
    remove: () => {
      throw new Error("Nobody removes what a terminal shows.");
    },
    sayAsPerson: () => {
      throw new Error("Nobody else talks in a terminal.");
    },
    restart: async () => {
      await adapter.stop();
      adapter = await begin("run-2");
      return adapter;
    },
    close: async () => {
      await adapter.stop();
      await adapter.left;
    },
  };
}

chatAdapterContract({
  name: "the terminal at which somebody types",
  traits: TRAITS,
  open: () => open(true),
});

chatAdapterContract({ name: "the terminal on a pipe", traits: TRAITS, open: () => open(false) });
