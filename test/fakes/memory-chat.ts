import type { ChannelRef, Receipt } from "../../src/domain/notification.ts";
import type { Duration, Instant } from "../../src/domain/instant.ts";
import { DeliveryError } from "../../src/errors.ts";
import type { Message } from "../../src/message/message.ts";
import { repeatNotice } from "../../src/message/repeat-notice.ts";
import type { ChatAdapter, ChatCapabilities, PostOptions } from "../../src/ports.ts";
import { messageText, nodeText } from "./message-text.ts";

const LONGEST = 4000;

/** What the platform does with one call. */
export type Treatment =
  | { readonly kind: "carry-out" }
  | { readonly kind: "lose-answer" }
  | { readonly kind: "be-away" }
  | { readonly kind: "rate-limit"; readonly retryAfter: Duration }
  | { readonly kind: "close-channel" }
  | { readonly kind: "refuse-credentials" }
  | { readonly kind: "refuse-content" }
  /** Carries the call out and answers when `until` resolves. */
  | { readonly kind: "take-time"; readonly until: Promise<void> }
  /** Never answers, and carries the call out when `until` resolves. */
  | { readonly kind: "stall"; readonly until: Promise<void> };

/** A call as the platform sees it. */
export interface MemoryCall {
  readonly kind: "post" | "edit" | "find";
  readonly channel: string;
  /** null for an edit. */
  readonly key: string | null;
}

/** A message as the platform keeps it. */
export interface MemoryMessage {
  readonly id: number;
  readonly channel: string;
  text: string;
  /** null for what a person said. */
  readonly key: string | null;
  readonly thread: number | null;
  readonly repeat: boolean;
  readonly at: Instant;
  removed: boolean;
  /** Every text that it had, the present one last. */
  readonly texts: string[];
}

/** A chat platform in memory, which outlives the adapters that talk to it. */
export class MemoryChatPlatform {
  readonly messages: MemoryMessage[] = [];
  readonly #now: () => Instant;
  readonly #treatment: (call: MemoryCall) => Treatment;

  /**
   * @param now the platform's clock.
   * @param treatment what it does with each call; carries out every call when left out.
   */
  constructor(now: () => Instant, treatment?: (call: MemoryCall) => Treatment) {
    this.#now = now;
    this.#treatment = treatment ?? (() => ({ kind: "carry-out" }));
  }

  /** The messages of a channel, oldest first. */
  inChannel(channel: string): readonly MemoryMessage[] {
    return this.messages.filter((one) => one.channel === channel && !one.removed);
  }

  add(message: Pick<MemoryMessage, "channel" | "text" | "key" | "thread" | "repeat">): number {
    const id = this.messages.length;
    this.messages.push({
      ...message,
      id,
      at: this.#now(),
      removed: false,
      texts: [message.text],
    });
    return id;
  }

  /** Lets the call happen, or not, as the treatment says. */
  async call<T>(call: MemoryCall, carryOut: () => T): Promise<T> {
    const treatment = this.#treatment(call);
    switch (treatment.kind) {
      case "carry-out":
        return carryOut();
      case "lose-answer":
        carryOut();
        throw new DeliveryError("unknown", "The connection was cut before an answer came.");
      case "be-away":
        throw new DeliveryError("not-sent", "The chat cannot be reached.");
      case "rate-limit":
        throw new DeliveryError("rate-limited", "Too many calls.", treatment);
      case "close-channel":
        throw new DeliveryError("channel-closed", "The channel is archived.");
      case "refuse-credentials":
        throw new DeliveryError("refused", "The token is refused.");
      case "refuse-content":
        throw new DeliveryError("invalid", "The content is refused.");
      case "take-time":
        await treatment.until;
        return carryOut();
      case "stall":
        void treatment.until.then(carryOut, () => undefined);
        return new Promise<T>(() => undefined);
    }
  }
}

/** A chat adapter on a platform in memory. */
export class MemoryChatAdapter implements ChatAdapter {
  readonly platform = "memory";
  readonly capabilities: ChatCapabilities;
  readonly #chat: MemoryChatPlatform;

  constructor(chat: MemoryChatPlatform, capabilities?: Partial<ChatCapabilities>) {
    this.#chat = chat;
    this.capabilities = { readBack: true, threads: true, ...capabilities };
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  async post(channel: ChannelRef, message: Message, options: PostOptions): Promise<Receipt> {
    const id = await this.#chat.call(
      { kind: "post", channel: channel.channel, key: options.key },
      () => {
        const thread = options.thread === null ? null : this.#messageOf(options.thread).id;
        return this.#chat.add({
          channel: channel.channel,
          text: textOf(message, options.maybeRepeated),
          key: options.key,
          thread,
          repeat: options.maybeRepeated,
        });
      },
    );
    return { channel, message: String(id) };
  }

  async edit(receipt: Receipt, message: Message): Promise<void> {
    await this.#chat.call({ kind: "edit", channel: receipt.channel.channel, key: null }, () => {
      const edited = this.#messageOf(receipt);
      edited.text = textOf(message, edited.repeat);
      edited.texts.push(edited.text);
    });
  }

  async find(
    channel: ChannelRef,
    key: string,
    since: Instant,
    thread: Receipt | null,
  ): Promise<Receipt | null> {
    const found = await this.#chat.call({ kind: "find", channel: channel.channel, key }, () =>
      this.#chat
        .inChannel(channel.channel)
        .find(
          (one) =>
            one.key === key &&
            one.at >= since &&
            (one.thread === null ? null : String(one.thread)) === (thread?.message ?? null),
        ),
    );
    return found === undefined ? null : { channel, message: String(found.id) };
  }

  #messageOf(receipt: Receipt): MemoryMessage {
    const found = this.#chat.messages[Number(receipt.message)];
    if (found === undefined || found.removed) {
      throw new DeliveryError("message-gone", "The message was deleted.");
    }
    return found;
  }
}

function textOf(message: Message, maybeRepeated: boolean): string {
  const nodes = messageText(message);
  const mark = maybeRepeated ? `\n${nodeText(repeatNotice())}` : "";
  return `${nodes.slice(0, LONGEST - mark.length)}${mark}`;
}
