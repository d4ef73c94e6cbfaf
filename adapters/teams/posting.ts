import { z } from "zod";
import { DeliveryError } from "../../src/errors.ts";
import { sdkActivity } from "./bot.ts";
import type { Bot, Connector } from "./bot.ts";
import { deliveryError } from "./delivery-error.ts";
import type { Conversation } from "./incoming.ts";
import { CARD_CONTENT_TYPE } from "./render/card.ts";
import type { Rendered } from "./render/render.ts";

/** A message that stands in a conversation. */
export interface Posted {
  readonly id: string;
  /** ID of the message that began its thread, which may be this one; null in chats. */
  readonly root: string | null;
}

const sent = z.object({ id: z.string().min(1) });
const begun = z.object({ activityId: z.string().min(1) });

/**
 * Writes into conversations through the Bot Connector, each call once. Throws only `DeliveryError`.
 * Source: https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
 */
export class Posting {
  readonly #bot: Bot;

  constructor(bot: Bot) {
    this.#bot = bot;
  }

  /** @param root the message in whose thread it shall stand; null for one of its own. */
  async post(
    conversation: Conversation,
    root: string | null,
    content: Pick<Rendered, "card" | "summary">,
  ): Promise<Posted> {
    return this.#called(conversation, async ({ conversations }) => {
      const { channel, kind, botId } = conversation;
      const activity = messageOf(conversation, root, content);
      if (kind !== "channel" || root !== null) {
        const answer = await conversations.sendToConversation(idOf(conversation, root), activity);
        return { id: read(sent, answer).id, root };
      }
      const answer = await conversations.createConversation({
        isGroup: true,
        bot: { id: botId, name: "" },
        tenantId: channel.workspace,
        channelData: { channel: { id: channel.channel }, tenant: { id: channel.workspace } },
        activity,
      });
      const { activityId } = read(begun, answer);
      return { id: activityId, root: activityId };
    });
  }

  async edit(
    conversation: Conversation,
    { id, root }: Posted,
    content: Pick<Rendered, "card" | "summary">,
  ): Promise<void> {
    await this.#called(conversation, async ({ conversations }) => {
      const activity = { ...messageOf(conversation, root, content), id };
      await conversations.updateActivity(idOf(conversation, root), id, activity);
    });
  }

  /** Shows that an answer is on its way. */
  async typing(conversation: Conversation, root: string | null): Promise<void> {
    await this.#called(conversation, async ({ conversations }) => {
      const activity = { ...envelope(conversation, root), type: "typing" };
      await conversations.sendToConversation(idOf(conversation, root), activity);
    });
  }

  async #called<Result>(
    { serviceUrl }: Conversation,
    call: (connector: Connector) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await call(await this.#bot.connector(serviceUrl));
    } catch (error) {
      throw deliveryError(error);
    }
  }
}

function messageOf(
  conversation: Conversation,
  root: string | null,
  { card, summary }: Pick<Rendered, "card" | "summary">,
) {
  return sdkActivity({
    ...envelope(conversation, root),
    type: "message",
    summary,
    attachments: [{ contentType: CARD_CONTENT_TYPE, content: card }],
  });
}

function envelope(conversation: Conversation, root: string | null) {
  const { channel, botId, kind } = conversation;
  return {
    channelId: "msteams",
    from: { id: botId, name: "" },
    conversation: {
      id: idOf(conversation, root),
      conversationType: kind,
      tenantId: channel.workspace,
      isGroup: kind !== "personal",
      name: "",
    },
  };
}

/** The conversation as the Bot Connector knows it: a thread is one of its own. */
function idOf({ channel }: Conversation, root: string | null): string {
  return root === null ? channel.channel : `${channel.channel};messageid=${root}`;
}

/** What the Bot Connector said. Where it cannot be read, the message may stand there nevertheless. */
function read<Said>(schema: z.ZodType<Said>, answer: unknown): Said {
  const said = schema.safeParse(answer);
  if (!said.success) {
    throw new DeliveryError("unknown", "Teams does not tell which message it took.", {
      cause: said.error,
    });
  }
  return said.data;
}
