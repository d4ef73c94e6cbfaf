import { PassThrough } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { createTerminalChat } from "../../../adapters/terminal/index.ts";
import type { TerminalChat, TerminalChatOptions } from "../../../adapters/terminal/index.ts";
import type { IncomingQuestion } from "../../../src/domain/chat.ts";
import { paragraph, message } from "../../../src/message/build.ts";
import type { Message } from "../../../src/message/message.ts";
import { at } from "../../ask/trail-builder.ts";
import { Screen } from "./screen.ts";

/** A person at a terminal with the chat in it. */
export interface TerminalSitting {
  readonly chat: TerminalChat;
  readonly screen: Screen;
  readonly asked: readonly IncomingQuestion[];
  /** Keys, as a terminal sends them. */
  readonly press: (keys: string) => Promise<void>;
  /** The input ends. */
  readonly hangUp: () => Promise<void>;
}

/** How the terminal is. */
export interface SittingOptions extends Partial<TerminalChatOptions> {
  readonly columns?: number;
  /** Whether the chat is started; it is by default. */
  readonly starts?: boolean;
  readonly answer?: (question: IncomingQuestion) => Promise<Message | null>;
}

/** Starts the chat on a screen, at 14:02 UTC; every question is answered by `answered: …`. */
export async function sitDown(options: SittingOptions = {}): Promise<TerminalSitting> {
  const input = new PassThrough();
  const screen = new Screen(options.columns ?? 80);
  const asked: IncomingQuestion[] = [];
  const chat = createTerminalChat({
    input,
    output: screen,
    interactive: true,
    dumb: false,
    bell: true,
    render: () => ({ width: screen.columns, zone: "UTC", colour: "none", hyperlinks: false }),
    now: () => at("2026-11-23T14:02Z"),
    user: { id: "1000", name: "alice", zone: null },
    run: "run-1",
    history: null,
    forms: ["what is open"],
    vms: () => ["vm-x"],
    ...options,
  });
  const answer = async (question: IncomingQuestion): Promise<Message | null> => {
    asked.push(question);
    const said = `answered: ${question.text}`;
    return options.answer === undefined
      ? message("info", said, [paragraph(said)])
      : options.answer(question);
  };
  if (options.starts !== false) {
    await chat.start({ answer });
    onTestFinished(async () => {
      await chat.stop();
      await chat.left.catch(() => undefined);
    });
  }
  await turn();
  return {
    chat,
    screen,
    asked,
    press: async (keys) => {
      input.write(keys);
      await turn();
      await turn();
    },
    hangUp: async () => {
      input.end();
      await turn();
    },
  };
}
