import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Question } from "../../src/domain/question.ts";
import type { Message } from "../../src/message/message.ts";
import { renderMessage } from "./render.ts";
import type { RenderOptions } from "./render.ts";
import { safeText } from "./safe-text.ts";

/** What the question loop needs from the program around it. */
export interface QuestionLoop {
  readonly input: Readable;
  readonly output: Writable;
  /** Whether a person types: then there is a prompt, line editing and tab completion. */
  readonly interactive: boolean;
  /** Answers one line; `previous` is the last question understood, for follow-ups. */
  readonly answer: (
    text: string,
    previous: Question | null,
  ) =>
    | { readonly message: Message; readonly question: Question | null }
    | Promise<{ readonly message: Message; readonly question: Question | null }>;
  /** Complete questions that tab completion proposes. */
  readonly forms: readonly string[];
  /** Names of VMs that tab completion proposes. */
  readonly vms: () => readonly string[];
  /** How to render; asked anew for each answer, because a window may be resized. */
  readonly render: () => RenderOptions;
}

const PROMPT = "doorbell> ";
const LEAVING = new Set(["exit", "quit", "bye", ":q"]);

/**
 * Answers questions, one per line, until `exit`, `quit` or the end of the input. Questions that arrive while
 * one is being answered wait their turn. Empty lines are passed over.
 * Where nobody types, each question stands above its answer as `> question`, so that a transcript can be
 * read; where the reader of the output has gone, the loop ends.
 *
 * @throws whatever `answer` throws; the loop ends then.
 */
export async function runQuestionLoop(loop: QuestionLoop): Promise<void> {
  const lines = createInterface({
    input: loop.input,
    ...(loop.interactive
      ? {
          output: loop.output,
          prompt: PROMPT,
          terminal: true,
          completer: (line: string): [string[], string] => completions(line, loop),
        }
      : { terminal: false }),
  });
  let closed = false;
  lines.on("close", () => {
    closed = true;
  });
  const prompt = (): void => {
    // The input may have ended while a question was being answered.
    if (loop.interactive && !closed) {
      lines.prompt();
    }
  };
  // Ctrl-C leaves, as people expect of a prompt.
  lines.on("SIGINT", () => {
    lines.close();
  });
  let previous: Question | null = null;
  try {
    prompt();
    for await (const line of lines) {
      const text = line.trim();
      if (LEAVING.has(text.toLowerCase())) {
        break;
      }
      if (text !== "") {
        if (!loop.interactive) {
          loop.output.write(`> ${safeText(text)}\n`);
        }
        const { message, question } = await loop.answer(text, previous);
        previous = question ?? previous;
        loop.output.write(`${renderMessage(message, loop.render())}\n`);
      }
      if (!loop.output.writable) {
        break;
      }
      prompt();
    }
  } finally {
    lines.close();
  }
}

/** What may follow the line: whole questions by their beginning, else names of VMs for the last word. */
export function completions(
  line: string,
  names: Pick<QuestionLoop, "forms" | "vms">,
): [string[], string] {
  const begun = line.toLowerCase();
  const forms = names.forms.filter((form) => form.toLowerCase().startsWith(begun));
  if (forms.length > 0) {
    return [forms, line];
  }
  const word = /\S*$/.exec(line)?.[0] ?? "";
  const vms = names.vms().filter((vm) => vm.toLowerCase().startsWith(word.toLowerCase()));
  return [word === "" ? [] : [...vms], word];
}
