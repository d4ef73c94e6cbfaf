import { createInterface } from "node:readline";
import type { CompleterResult, Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { safeText } from "./safe-text.ts";

/** What a teletype is made of. */
export interface TeletypeOptions {
  readonly input: Readable;
  readonly output: Writable;
  /** Whether a person types: then there is a prompt, line editing, history and tab completion. */
  readonly interactive: boolean;
  /** Whether the terminal cannot move its cursor (`TERM=dumb`). */
  readonly dumb: boolean;
  /** What may follow the line, and the part of the line that it takes the place of. */
  readonly complete: (line: string) => CompleterResult | Promise<CompleterResult>;
  /** Earlier lines, the newest first. */
  readonly history: readonly string[];
  /** Told every line that a person typed. */
  readonly onTyped: (line: string) => void;
}

const PROMPT = "doorbell> ";
const LEAVING = new Set(["exit", "quit", "bye", ":q"]);
const MOST_HISTORY = 500;
const ESCAPE = "\u001B";

/**
 * A terminal, or a pipe, where lines are typed and text is printed. What is printed while a person types
 * appears above the line being typed, which stays as it is, cursor and all.
 */
export class Teletype {
  readonly #options: TeletypeOptions;
  readonly #lines: Interface;
  #closed = false;
  #lost: Error | null = null;

  constructor(options: TeletypeOptions) {
    this.#options = options;
    const { input, output, interactive } = options;
    this.#lines = createInterface(
      interactive
        ? {
            input,
            output,
            prompt: PROMPT,
            terminal: true,
            history: [...options.history],
            historySize: MOST_HISTORY,
            removeHistoryDuplicates: true,
            completer: (line: string, done: (error: null, found: CompleterResult) => void) => {
              void this.#complete(line, done);
            },
          }
        : { input, terminal: false },
    );
    this.#lines.on("close", () => {
      this.#closed = true;
      if (interactive && output.writable && this.#isShown) {
        // What comes next, such as the shell's prompt, begins on a line of its own.
        output.write("\n");
      }
    });
    if (interactive) {
      // Behind readline's own listener.
      input.on("keypress", () => {
        this.#countPastedRows();
      });
    }
    this.#lines.on("SIGINT", () => {
      this.#interrupt();
    });
    output.on("error", (error: Error) => {
      this.#lost = error;
      this.close();
    });
  }

  /**
   * The lines that are typed, trimmed, without empty ones, until `exit`, `quit` or the end of the input.
   * The prompt comes back when the next line is asked for. Where nobody types, each line stands in the
   * output as `> line`, so that a transcript can be read.
   */
  async *questions(): AsyncGenerator<string, void, undefined> {
    const { interactive, output, onTyped } = this.#options;
    try {
      this.#prompt();
      for await (const line of this.#lines) {
        const text = line.trim();
        if (LEAVING.has(text.toLowerCase())) {
          return;
        }
        if (text !== "") {
          if (interactive) {
            onTyped(text);
            // What is typed ahead stands on a line without a prompt until its turn comes.
            this.#lines.setPrompt("");
          } else if (!(await this.#echo(text))) {
            return;
          }
          yield text;
        }
        if (!output.writable) {
          return;
        }
        this.#prompt();
      }
    } finally {
      this.close();
    }
  }

  /** Returns whether somebody still reads the output. */
  async #echo(text: string): Promise<boolean> {
    try {
      await this.print(`> ${safeText(text)}\n`);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Prints whole lines; resolves when the terminal has taken them.
   *
   * @param text safe text that ends with a line feed.
   * @throws Error when the output takes no more.
   */
  async print(text: string): Promise<void> {
    const { output, interactive, dumb } = this.#options;
    if (this.#lost !== null || !output.writable) {
      throw this.#lost ?? new Error("The output is closed.");
    }
    const isTyping = interactive && !this.#closed && this.#isShown;
    const written = new Promise<void>((resolve, reject) => {
      const done = (error?: Error | null): void => {
        if (error === undefined || error === null) {
          resolve();
        } else {
          reject(error);
        }
      };
      if (!isTyping) {
        output.write(text, done);
      } else if (dumb) {
        output.write(`\n${text}`, done);
      } else {
        output.write(this.#aboveThePrompt(text), done);
      }
    });
    if (isTyping) {
      this.#showLineAgain();
    }
    await written;
  }

  /** Ends the reading of lines; printing goes on. */
  close(): void {
    this.#lines.close();
  }

  /** Whether there is a prompt, or something typed, on the screen. */
  get #isShown(): boolean {
    return this.#lines.getPrompt() !== "" || this.#lines.line !== "";
  }

  #prompt(): void {
    // The input may have ended while a question was being answered.
    if (this.#options.interactive && !this.#closed) {
      this.#lines.setPrompt(PROMPT);
      this.#lines.prompt(true);
    }
  }

  /** Goes to where the prompt begins, takes it away with what is typed, and prints. */
  #aboveThePrompt(text: string): string {
    const up = this.#rowsAbove === 0 ? "" : `${ESCAPE}[${this.#rowsAbove}A`;
    this.#rowsAbove = 0;
    return `\r${up}${ESCAPE}[0J${text}`;
  }

  /** Of a long text that is pasted, readline forgets to count the rows, and would draw over them. */
  #countPastedRows(): void {
    const { rows, cols } = this.#lines.getCursorPos();
    if (this.#rowsAbove < rows) {
      // A row that a paste has filled does not begin the next one before more of it comes.
      this.#rowsAbove = cols === 0 ? rows - 1 : rows;
    }
  }

  /**
   * How many rows of the prompt and the line stand above the cursor. Readline goes up by so many before it
   * draws them again; it has the property, but no method for it.
   */
  get #rowsAbove(): number {
    const rows: unknown = Reflect.get(this.#lines, "prevRows");
    return typeof rows === "number" ? rows : 0;
  }

  set #rowsAbove(rows: number) {
    Reflect.set(this.#lines, "prevRows", rows);
  }

  #showLineAgain(): void {
    this.#lines.prompt(true);
    if (this.#options.dumb) {
      this.#options.output.write(this.#lines.line);
    }
  }

  /** Ctrl-C takes back what was typed, and leaves where nothing was. */
  #interrupt(): void {
    if (this.#lines.line === "") {
      this.close();
      return;
    }
    this.#lines.write(null, { ctrl: true, name: "e" });
    this.#lines.write(null, { ctrl: true, name: "u" });
  }

  async #complete(
    line: string,
    done: (error: null, found: CompleterResult) => void,
  ): Promise<void> {
    let found: CompleterResult = [[], line];
    try {
      found = await this.#options.complete(line);
    } catch {
      // Names that cannot be had are not proposed; the question itself will say why.
    }
    // A closed interface would throw.
    if (!this.#closed) {
      done(null, found);
    }
  }
}
