import type { Conversations } from "../ask/conversations.ts";
import { questionsAbout } from "../ask/questions-about.ts";
import { questionNames } from "../ask/vm-match.ts";
import type { ChannelChange } from "../domain/chat.ts";
import type { ChannelRef } from "../domain/notification.ts";
import type { ChatHandlers, Log, Store } from "../ports.ts";

/** What the handlers work with. */
export interface HandlerParts {
  readonly store: Store;
  readonly conversations: Conversations;
  readonly closed: ClosedChannels;
  readonly log: Log;
  /** Tries what waits there at once. */
  readonly resume: (channel: ChannelRef) => Promise<void>;
}

/** Channels with subscriptions where nothing can be posted until a person acts. */
export class ClosedChannels {
  readonly #problems = new Map<string, { readonly channel: ChannelRef; readonly reason: string }>();

  /** What is wrong with those of a platform, one line each. */
  problems(platform: string): readonly string[] {
    return [...this.#problems.values()].flatMap(({ channel, reason }) =>
      channel.platform === platform ? [`Channel ${channel.channel}: ${reason}`] : [],
    );
  }

  close(channel: ChannelRef, reason: string): void {
    this.#problems.set(keyOf(channel), { channel, reason });
  }

  open(channel: ChannelRef): void {
    this.#problems.delete(keyOf(channel));
  }
}

/** What the program does with what comes from a chat. */
export function chatHandlers(parts: HandlerParts): ChatHandlers {
  const { store, conversations } = parts;
  return {
    answer: async (question) => conversations.answer(question),
    act: async (action) => conversations.act(action),
    home: async (visit) => conversations.home(visit),
    vmNames: async (typed, most) =>
      namesWith(typed, questionNames(await store.names()).vms).slice(0, most),
    questionsAbout: async (text) => questionsAbout(text, await store.names()),
    openings: async (typed, most) => conversations.openings(typed, most),
    channelChanged: async (change) => channelChanged(change, parts),
  };
}

/** Names that contain the text, those that begin with it first. */
export function namesWith(typed: string, names: readonly string[]): readonly string[] {
  const wanted = typed.trim().toLowerCase();
  const fitting = names.filter((name) => name.toLowerCase().includes(wanted));
  const begins = (name: string): number => (name.toLowerCase().startsWith(wanted) ? 0 : 1);
  return fitting.toSorted((a, b) => begins(a) - begins(b) || (a < b ? -1 : a > b ? 1 : 0));
}

async function channelChanged(
  { channel, kind, reason }: ChannelChange,
  { store, closed, log, resume }: HandlerParts,
): Promise<void> {
  const fields = { chat: channel.platform, channel: channel.channel };
  switch (kind) {
    case "open":
      closed.open(channel);
      await resume(channel);
      log("info", "What waited for the channel is tried again.", fields);
      break;
    case "closed": {
      const subscriptions = await store.channelSubscriptions();
      const waiting = subscriptions.filter((one) => keyOf(one.channel) === keyOf(channel)).length;
      if (waiting > 0) {
        closed.close(channel, reason);
        log("warning", "The channel's notifications wait until a person acts.", fields);
      }
      break;
    }
    case "renamed":
      // Its identity stays, and with it everything that is kept of it.
      break;
  }
}

function keyOf({ platform, workspace, channel }: ChannelRef): string {
  return JSON.stringify([platform, workspace, channel]);
}
