import { z } from "zod";
import { checkMessageBlocks } from "./block-kit.ts";
import { SlackFailure } from "./failure.ts";
import {
  flag,
  historyScope,
  knownChannel,
  metadataArgument,
  postableChannel,
  required,
  structured,
} from "./method.ts";
import type { Method, MethodCall } from "./method.ts";
import type { FakeMessage } from "./world.ts";

/** Slack cuts what is longer; an edit with a longer text is refused. */
const MOST_TEXT = 40_000;
const MOST_EDITED_TEXT = 4000;
const WRITE = (): readonly string[] => ["chat:write"];

/** The text and blocks of a post or edit, when Slack would take them. */
function said(call: MethodCall): { readonly text: string; readonly blocks: readonly unknown[] } {
  const text = call.args["text"] ?? "";
  const blocks = structured(call, "blocks");
  if (blocks === undefined) {
    if (text === "") {
      throw new SlackFailure("no_text");
    }
    return { text: text.slice(0, MOST_TEXT), blocks: [] };
  }
  return { text: text.slice(0, MOST_TEXT), blocks: checkedBlocks(blocks) };
}

/** @throws SlackFailure as Slack refuses blocks. */
export function checkedBlocks(blocks: unknown): readonly unknown[] {
  const complaint = checkMessageBlocks(blocks);
  if (complaint !== null) {
    throw new SlackFailure(complaint.code, {
      errors: complaint.messages,
      response_metadata: { messages: complaint.messages },
    });
  }
  return z.array(z.unknown()).parse(blocks);
}

const postMessage: Method = {
  kind: "bot",
  scopes: WRITE,
  run: (call) => {
    const channel = postableChannel(call);
    const content = said(call);
    const message = call.workspace.addMessage({
      channel: channel.id,
      user: call.workspace.bot.id,
      ...content,
      threadTs: call.args["thread_ts"] ?? null,
      metadata: metadataArgument(call),
      ephemeralFor: null,
      files: [],
    });
    return { channel: channel.id, ts: message.ts, message: shown(message, call, true) };
  },
};

const postEphemeral: Method = {
  kind: "bot",
  scopes: WRITE,
  run: (call) => {
    const channel = postableChannel(call);
    const user = required(call, "user");
    if (!channel.members.has(user)) {
      throw new SlackFailure("user_not_in_channel");
    }
    const threadTs = call.args["thread_ts"] ?? null;
    const message = call.workspace.addMessage({
      channel: channel.id,
      user: call.workspace.bot.id,
      ...said(call),
      threadTs,
      metadata: null,
      ephemeralFor: user,
      files: [],
    });
    return { message_ts: message.ts };
  },
};

const update: Method = {
  kind: "bot",
  scopes: WRITE,
  run: (call) => {
    const channel = postableChannel(call);
    const message = call.workspace.message(channel.id, required(call, "ts"));
    if (message === null || message.ephemeralFor !== null) {
      throw new SlackFailure("message_not_found");
    }
    if (message.user !== call.workspace.bot.id) {
      throw new SlackFailure("cant_update_message");
    }
    if ((call.args["text"] ?? "").length > MOST_EDITED_TEXT) {
      throw new SlackFailure("msg_too_long");
    }
    const content = said(call);
    message.text = content.text;
    message.blocks = content.blocks;
    message.metadata = metadataArgument(call) ?? message.metadata;
    message.edits += 1;
    return { channel: channel.id, ts: message.ts, text: message.text };
  },
};

/** How a message looks in an answer of the Web API. */
function shown(message: FakeMessage, call: MethodCall, withMetadata: boolean): unknown {
  const { workspace } = call;
  return {
    type: "message",
    ts: message.ts,
    user: message.user,
    ...(message.user === workspace.bot.id
      ? { bot_id: workspace.botId, app_id: workspace.appId }
      : {}),
    text: message.text,
    ...(message.blocks.length === 0 ? {} : { blocks: message.blocks }),
    ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
    ...(withMetadata && message.metadata !== null ? { metadata: message.metadata } : {}),
  };
}

/** A page of messages, the newest first, as history gives it; `next_cursor` when there are more. */
function page(
  call: MethodCall,
  messages: readonly FakeMessage[],
): Readonly<Record<string, unknown>> {
  const limit = Math.min(999, Number(call.args["limit"] ?? "100"));
  const from = Number(call.args["cursor"] ?? "0");
  const part = messages.slice(from, from + limit);
  const more = from + limit < messages.length;
  return {
    messages: part.map((message) => shown(message, call, flag(call, "include_all_metadata"))),
    has_more: more,
    response_metadata: { next_cursor: more ? String(from + limit) : "" },
  };
}

function inHistory(call: MethodCall, now: number): readonly FakeMessage[] {
  const channel = knownChannel(call);
  if (!channel.members.has(call.workspace.bot.id)) {
    throw new SlackFailure("not_in_channel");
  }
  const oldest = Number(call.args["oldest"] ?? "0");
  const inclusive = flag(call, "inclusive");
  return call.workspace
    .messagesIn(channel)
    .filter(
      (message) =>
        message.ephemeralFor === null &&
        message.seenInHistoryFrom <= now &&
        (Number(message.ts) > oldest || (inclusive && Number(message.ts) === oldest)),
    );
}

/** The methods on messages. `now` tells which messages history shows already. */
export function chatMethods(now: () => number): Readonly<Record<string, Method>> {
  return {
    "chat.postMessage": postMessage,
    "chat.postEphemeral": postEphemeral,
    "chat.update": update,
    "conversations.history": {
      kind: "bot",
      scopes: historyScope,
      // Replies show in their thread only.
      run: (call) =>
        page(
          call,
          inHistory(call, now())
            .filter(({ threadTs }) => threadTs === null)
            .toReversed(),
        ),
    },
    "conversations.replies": {
      kind: "bot",
      scopes: historyScope,
      run: (call) => {
        const root = required(call, "ts");
        const channel = knownChannel(call);
        const thread = call.workspace
          .messagesIn(channel)
          .filter(({ ts, threadTs }) => ts === root || threadTs === root);
        if (thread.length === 0) {
          throw new SlackFailure("thread_not_found");
        }
        return page(
          call,
          inHistory(call, now()).filter(({ ts, threadTs }) => ts === root || threadTs === root),
        );
      },
    },
  };
}
