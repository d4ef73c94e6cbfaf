import type { ChannelRef, Receipt } from "../../src/domain/notification.ts";
import type { Message } from "../../src/message/message.ts";
import type { PostOptions } from "../../src/ports.ts";
import type { Conversations } from "./conversations.ts";
import { deliveryError } from "./delivery-error.ts";
import type { Posting } from "./posting.ts";
import { identityOf, receiptOf } from "./receipt.ts";
import { renderMessage } from "./render/render.ts";

/** Posts and edits notifications. Throws only `DeliveryError`. Teams lets no bot read what was posted. */
export class Deliveries {
  readonly #conversations: Conversations;
  readonly #posting: Posting;

  constructor(conversations: Conversations, posting: Posting) {
    this.#conversations = conversations;
    this.#posting = posting;
  }

  async post(
    channel: ChannelRef,
    message: Message,
    { key, thread, maybeRepeated }: PostOptions,
  ): Promise<Receipt> {
    const conversation = await this.#conversations.of(channel);
    const root = thread === null ? null : identityOf(thread).root;
    const said = async (mentions: boolean): Promise<Receipt> => {
      const content = renderMessage(message, { key, maybeRepeated, mentions });
      const mentioned = content.card.msteams.entities.length > 0;
      try {
        const posted = await this.#posting.post(conversation, root, content);
        return receiptOf(channel, { ...posted, key, mentions: mentioned, maybeRepeated });
      } catch (error) {
        // Somebody who is mentioned may be unknown to this conversation; the message matters more.
        if (mentioned && deliveryError(error).fault === "invalid") {
          return said(false);
        }
        throw error;
      }
    };
    return said(true);
  }

  async edit(receipt: Receipt, message: Message): Promise<void> {
    const { id, root, ...options } = identityOf(receipt);
    const conversation = await this.#conversations.of(receipt.channel);
    await this.#posting.edit(conversation, { id, root }, renderMessage(message, options));
  }
}
