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
import { TerminalConsole } from "./console.ts";
import { excerpt } from "./excerpt.ts";
import { appendHistory, readHistory } from "./history.ts";
import { localTime } from "./local-time.ts";
import { messageKey, receiptText } from "./receipt.ts";
import { renderMessage } from "./render.ts";
import type { RenderOptions } from "./render.ts";
import { safeText } from "./safe-text.ts";
import { paint, run } from "./styled-text.ts";

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
  readonly capabilities: ChatCapabilities = { readBack: false, threads: false };
  readonly left: Promise<void>;
  readonly #options: TerminalChatOptions;
  readonly #shown = new Map<string, Shown>();
  readonly #leave = Promise.withResolvers<void>();
  #console: TerminalConsole | null = null;
  #asked = 0;

  constructor(options: TerminalChatOptions) {
    this.#options = options;
    this.left = this.#leave.promise;
  }

  async start(handlers: ChatHandlers): Promise<void> {
    const { history } = this.#options;
    const terminal = new TerminalConsole({
      ...this.#options,
      complete: (line) => completions(line, this.#options),
      history: history === null ? [] : await readHistory(history),
      onTyped: (line) => {
        if (history !== null) {
          void appendHistory(history, line);
        }
      },
    });
    this.#console = terminal;
    this.#converse(terminal, handlers).then(this.#leave.resolve, this.#leave.reject);
  }

  async stop(): Promise<void> {
    this.#console?.close();
  }

  async post(channel: ChannelRef, message: Message, options: PostOptions): Promise<Receipt> {
    const { key, maybeRepeated } = options;
    const receipt = { channel, message: receiptText(key, maybeRepeated) };
    if (this.#shown.has(key)) {
      return receipt;
    }
    const shown = { message: excerpt(message), repeat: maybeRepeated };
    this.#remember(key, shown);
    const about = options.thread === null ? "" : ` about ${messageKey(options.thread).key}`;
    try {
      await this.#ring(`ring ${this.#head(channel, key)}${about}`, shown, shown.message.nodes);
    } catch (error) {
      this.#shown.delete(key);
      throw error;
    }
    return receipt;
  }

  async edit(receipt: Receipt, message: Message): Promise<void> {
    const { key, repeat } = messageKey(receipt);
    const before = this.#shown.get(key);
    const after = { message: excerpt(message), repeat };
    const nodes =
      before === undefined ? after.message.nodes : changedNodes(before.message, after.message);
    if (nodes.length > 0) {
      const quiet = before === undefined || !isGraver(after.message, before.message);
      await this.#ring(`update ${this.#head(receipt.channel, key)}`, after, nodes, quiet);
    }
    this.#remember(key, after);
  }

  /** Nothing can be looked for: `capabilities` says so. */
  async find(): Promise<null> {
    return null;
  }

  async #converse(terminal: TerminalConsole, handlers: ChatHandlers): Promise<void> {
    for await (const text of terminal.questions()) {
      const answer = await this.#answer(text, handlers);
      if (answer !== null) {
        try {
          await terminal.print(`${renderMessage(answer, this.#options.render())}\n`);
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
    { message, repeat }: Shown,
    nodes: readonly MessageNode[],
    quiet = false,
  ): Promise<void> {
    const rendering = this.#options.render();
    const { severity } = message;
    const word = severity === "info" ? "" : `, ${severity}`;
    const said = {
      ...message,
      nodes: [...nodes, ...(repeat ? [repeatNotice()] : [])],
    };
    const text = renderMessage(said, {
      ...rendering,
      // Times have UTC beside them; only a table's have not.
      zoneIsTold: !nodes.some(({ kind }) => kind === "table"),
    });
    const { bell, output } = this.#options;
    const sound = bell && output.isTTY === true && !quiet ? BELL : "";
    const title = paint([run(safeText(`${head}${word}:`), severity)], rendering);
    await this.#print(`${sound}${title}\n${text}\n`);
  }

  async #print(text: string): Promise<void> {
    if (this.#console === null) {
      throw new DeliveryError("not-sent", "The chat in the terminal is not started.");
    }
    try {
      await this.#console.print(text);
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
