import type { Readable, Writable } from "node:stream";
import type { ChatUser } from "../../src/domain/chat.ts";
import type { Instant } from "../../src/domain/instant.ts";
import type { ChannelRef, Receipt } from "../../src/domain/notification.ts";
import { DeliveryError, DoorbellError } from "../../src/errors.ts";
import { message as messageWith, notice } from "../../src/message/build.ts";
import type { Message, MessageNode, Severity } from "../../src/message/message.ts";
import { repeatNotice } from "../../src/message/repeat-notice.ts";
import type { ChatAdapter, ChatCapabilities, ChatHandlers, PostOptions } from "../../src/ports.ts";
import { changedNodes } from "./changes.ts";
import { completions } from "./completion.ts";
import type { CompletionNames } from "./completion.ts";
import { Teletype } from "./teletype.ts";
import { excerpt } from "./excerpt.ts";
import { appendHistory, readHistory } from "./history.ts";
import { localTime } from "./local-time.ts";
import { messageKey, receiptText } from "./receipt.ts";
import { renderMessage } from "./render.ts";
import type { RenderOptions } from "./render.ts";
import { safeText } from "./safe-text.ts";
import { paint, run, wrapRuns } from "./styled-text.ts";

/** The platform's name in channels and in the configuration. */
const PLATFORM = "terminal";

/** The terminal as a channel: every terminal has this one. */
export const TERMINAL_CHANNEL: ChannelRef = { platform: PLATFORM, workspace: "", channel: "main" };

/** What the chat in the terminal is made of. */
export interface TerminalChatOptions extends CompletionNames {
  readonly input: Readable;
  readonly output: Writable & { readonly isTTY?: boolean };
  /** Whether a person types: then there is a prompt, line editing, history and tab completion. */
  readonly interactive: boolean;
  /** Whether the terminal cannot move its cursor (`TERM=dumb`). */
  readonly dumb: boolean;
  /** Whether notifications ring the bell, where the output is a terminal. */
  readonly bell: boolean;
  /** How to render; asked anew for each message, because a window may be resized. */
  readonly render: () => RenderOptions;
  readonly now: () => Instant;
  /** Who sits there. */
  readonly user: ChatUser;
  /** Identity of this run: questions of another one are never taken for questions of this one. */
  readonly run: string;
  /** File of the lines typed before; null keeps none. */
  readonly history: string | null;
}

/** The chat in the terminal. */
export interface TerminalChat extends ChatAdapter {
  /**
   * Resolves when the person leaves, or the input ends and its questions are answered; rejects when a
   * question failed in a way that nobody foresaw. Wait for it once the chat is started.
   */
  readonly left: Promise<void>;
}

/** What this run printed of a message. */
interface Shown {
  readonly message: Message;
  readonly repeat: boolean;
  /** Settled once the terminal has taken it, or refused it. */
  readonly printed: Promise<void>;
}

/** Older messages are forgotten: an edit then shows them whole. */
const MOST_SHOWN = 500;

const BELL = "\u0007";
const SEVERITIES: readonly Severity[] = ["info", "warning", "critical"];

/**
 * The terminal as a chat platform. Notifications appear above the line that is being typed; an edit
 * prints what is new, since what stands on a screen stays there. There are no threads, and nothing can
 * be read back after a restart; within a run a key is printed once, however often it is posted.
 */
export function createTerminalChat(options: TerminalChatOptions): TerminalChat {
  return new Terminal(options);
}

class Terminal implements TerminalChat {
  readonly platform = PLATFORM;
  readonly isLocal = true;
  readonly capabilities: ChatCapabilities = { readBack: false, threads: false };
  readonly left: Promise<void>;
  readonly #options: TerminalChatOptions;
  readonly #shown = new Map<string, Shown>();
  readonly #leave = Promise.withResolvers<void>();
  #teletype: Teletype | null = null;
  #asked = 0;

  constructor(options: TerminalChatOptions) {
    this.#options = options;
    this.left = this.#leave.promise;
  }

  async start(handlers: ChatHandlers): Promise<void> {
    const { history } = this.#options;
    const teletype = new Teletype({
      ...this.#options,
      complete: (line) => completions(line, this.#options),
      history: history === null ? [] : await readHistory(history),
      onTyped: (line) => {
        if (history !== null) {
          void appendHistory(history, line);
        }
      },
    });
    this.#teletype = teletype;
    this.#converse(teletype, handlers).then(this.#leave.resolve, this.#leave.reject);
  }

  async stop(): Promise<void> {
    this.#teletype?.close();
  }

  async post(channel: ChannelRef, message: Message, options: PostOptions): Promise<Receipt> {
    const { key, maybeRepeated: repeat, thread } = options;
    const receipt = { channel, message: receiptText(key, repeat) };
    const earlier = this.#shown.get(key);
    if (earlier !== undefined) {
      await earlier.printed;
      return receipt;
    }
    const said = excerpt(message);
    const about = thread === null ? "" : ` about ${messageKey(thread).key}`;
    const ring = `ring ${this.#head(channel, key)}${about}`;
    const printed = this.#ring(ring, said, said.nodes, { repeat, aloud: true });
    this.#remember(key, { message: said, repeat, printed });
    try {
      await printed;
    } catch (error) {
      this.#shown.delete(key);
      throw error;
    }
    return receipt;
  }

  async edit(receipt: Receipt, message: Message): Promise<void> {
    const { key, repeat } = messageKey(receipt);
    const before = this.#shown.get(key)?.message ?? null;
    const said = excerpt(message);
    const nodes = before === null ? said.nodes : changedNodes(before, said);
    if (nodes.length > 0) {
      const aloud = before !== null && isGraver(said, before);
      const update = `update ${this.#head(receipt.channel, key)}`;
      await this.#ring(update, said, nodes, { repeat, aloud });
    }
    this.#remember(key, { message: said, repeat, printed: Promise.resolve() });
  }

  /** Nothing can be looked for: `capabilities` says so. */
  async find(): Promise<null> {
    return null;
  }

  async #converse(teletype: Teletype, handlers: ChatHandlers): Promise<void> {
    for await (const text of teletype.questions()) {
      const answer = await this.#answer(text, handlers);
      if (answer !== null) {
        try {
          await teletype.print(`${renderMessage(answer, this.#options.render())}\n`);
        } catch {
          return;
        }
      }
    }
  }

  async #answer(text: string, handlers: ChatHandlers): Promise<Message | null> {
    const { run, user } = this.#options;
    this.#asked += 1;
    try {
      return await handlers.answer({
        deliveryId: `${PLATFORM}/${run}/${this.#asked}`,
        channel: TERMINAL_CHANNEL,
        conversation: `${PLATFORM}/${run}`,
        user,
        text,
      });
    } catch (error) {
      if (!(error instanceof DoorbellError)) {
        throw error;
      }
      return messageWith("warning", error.message, [notice("warning", error.message)]);
    }
  }

  /** `15:02 (14:02 UTC) n-0123456789ab`, with the channel where it is another than the terminal's own. */
  #head({ channel }: ChannelRef, key: string): string {
    const at = localTime(this.#options.now(), "time", this.#options.render().zone);
    const where = channel === TERMINAL_CHANNEL.channel ? "" : ` in #${channel}`;
    return `${at} ${key}${where}`;
  }

  async #ring(
    head: string,
    message: Message,
    nodes: readonly MessageNode[],
    how: { readonly repeat: boolean; readonly aloud: boolean },
  ): Promise<void> {
    const { bell, output, render } = this.#options;
    const rendering = render();
    const { severity } = message;
    const word = severity === "info" ? "" : `, ${severity}`;
    const title = wrapRuns([run(safeText(`${head}${word}:`), severity)], rendering.width);
    const said = { ...message, nodes: [...nodes, ...(how.repeat ? [repeatNotice()] : [])] };
    const text = renderMessage(said, {
      ...rendering,
      // Times have UTC beside them; only a table's have not.
      zoneIsTold: !nodes.some(({ kind }) => kind === "table"),
    });
    const sound = bell && output.isTTY === true && how.aloud ? BELL : "";
    const lines = title.map((line) => `${paint(line, rendering)}\n`).join("");
    await this.#print(`${sound}${lines}${text}\n`);
  }

  async #print(text: string): Promise<void> {
    if (this.#teletype === null) {
      throw new DeliveryError("not-sent", "The chat in the terminal is not started.");
    }
    try {
      await this.#teletype.print(text);
    } catch (error) {
      const told = "The terminal, or the program that reads the output, is gone.";
      throw new DeliveryError("channel-closed", told, { cause: error });
    }
  }

  #remember(key: string, shown: Shown): void {
    this.#shown.delete(key);
    this.#shown.set(key, shown);
    const [oldest] = this.#shown.keys();
    if (this.#shown.size > MOST_SHOWN && oldest !== undefined) {
      this.#shown.delete(oldest);
    }
  }
}

function isGraver(after: Message, before: Message): boolean {
  return SEVERITIES.indexOf(after.severity) > SEVERITIES.indexOf(before.severity);
}
