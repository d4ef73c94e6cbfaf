import type { Readable, Writable } from "node:stream";
import type { Question } from "../../src/domain/question.ts";
import type { Message } from "../../src/message/message.ts";
import { completions } from "./completion.ts";
import type { CompletionNames } from "./completion.ts";
import { TerminalConsole } from "./console.ts";
import { renderMessage } from "./render.ts";
import type { RenderOptions } from "./render.ts";

/** What the question loop needs from the program around it. */
export interface QuestionLoop extends CompletionNames {
  readonly input: Readable;
  readonly output: Writable;
  /** Whether a person types: then there is a prompt, line editing and tab completion. */
  readonly interactive: boolean;
  /** Whether the terminal cannot move its cursor (`TERM=dumb`). */
  readonly dumb: boolean;
  /** Answers one line; `previous` is the last question understood, for follow-ups. */
  readonly answer: (
    text: string,
    previous: Question | null,
  ) =>
    | { readonly message: Message; readonly question: Question | null }
    | Promise<{ readonly message: Message; readonly question: Question | null }>;
  /** How to render; asked anew for each answer, because a window may be resized. */
  readonly render: () => RenderOptions;
}

/**
 * Answers questions, one per line, until `exit`, `quit` or the end of the input. Questions that arrive while
 * one is being answered wait their turn. Empty lines are passed over.
 * Where nobody types, each question stands above its answer as `> question`, so that a transcript can be
 * read; where the reader of the output has gone, the loop ends.
 *
 * @throws whatever `answer` throws; the loop ends then.
 */
export async function runQuestionLoop(loop: QuestionLoop): Promise<void> {
  const terminal = new TerminalConsole({
    input: loop.input,
    output: loop.output,
    interactive: loop.interactive,
    dumb: loop.dumb,
    complete: (line) => completions(line, loop),
    history: [],
    onTyped: () => {},
  });
  let previous: Question | null = null;
  for await (const text of terminal.questions()) {
    const { message, question } = await loop.answer(text, previous);
    previous = question ?? previous;
    try {
      await terminal.print(`${renderMessage(message, loop.render())}\n`);
    } catch {
      return;
    }
  }
}
