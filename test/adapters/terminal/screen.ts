import { Writable } from "node:stream";
import stringWidth from "string-width";

const HEIGHT = 24;
const ESCAPE = "\u001B";
const SEQUENCE = new RegExp(
  `${ESCAPE}\\[([0-9;?]*)([A-Za-z])|${ESCAPE}\\]8;;([^\\u0007${ESCAPE}]*)(?:\\u0007|${ESCAPE}\\\\)`,
  "y",
);

/**
 * A terminal as far as Doorbell and node:readline use one: what is written to it becomes the lines that a
 * person sees, with all that has scrolled away. Everything else that it is told to do is kept in
 * `effects`.
 */
export class Screen extends Writable {
  isTTY = true;
  columns: number;
  /** Sequences and characters that are neither text, colour nor the movements of a prompt. */
  readonly effects: string[] = [];
  bells = 0;
  /** Everything that was written. */
  raw = "";
  readonly #rows: string[][] = [[]];
  #row = 0;
  #column = 0;

  constructor(columns: number) {
    super({ decodeStrings: false });
    this.columns = columns;
  }

  override _write(chunk: unknown, _encoding: string, done: () => void): void {
    this.#take(String(chunk));
    done();
  }

  /** The window becomes wider or narrower; what stands there stays, as in a terminal without reflow. */
  resize(columns: number): void {
    this.columns = columns;
    this.emit("resize");
  }

  /** The lines that a person sees, without blanks at their ends and empty ones at the bottom. */
  get lines(): readonly string[] {
    const lines = this.#rows.map((row) => row.join("").trimEnd());
    while (lines.at(-1) === "") {
      lines.pop();
    }
    return lines;
  }

  get text(): string {
    return this.lines.join("\n");
  }

  /** Where the cursor stands. */
  get cursor(): { readonly row: number; readonly column: number } {
    return { row: this.#row, column: this.#column };
  }

  #take(text: string): void {
    this.raw += text;
    let at = 0;
    while (at < text.length) {
      const char = String.fromCodePoint(text.codePointAt(at) ?? 0);
      if (char === ESCAPE) {
        SEQUENCE.lastIndex = at;
        const match = SEQUENCE.exec(text);
        if (match === null) {
          this.effects.push(JSON.stringify(text.slice(at, at + 8)));
          at += 1;
          continue;
        }
        this.#obey(match[0], match[1] ?? "", match[2], match[3]);
        at += match[0].length;
        continue;
      }
      this.#show(char);
      at += char.length;
    }
  }

  #obey(
    sequence: string,
    parameters: string,
    command: string | undefined,
    url: string | undefined,
  ): void {
    const count = Number(parameters === "" ? 1 : parameters);
    switch (command) {
      case "m":
        return;
      case "A":
        this.#row = Math.max(this.#top, this.#row - count);
        return;
      case "B":
        this.#row = Math.min(this.#rows.length - 1, this.#row + count);
        return;
      case "C":
        this.#column = Math.min(this.columns - 1, this.#column + count);
        return;
      case "D":
        this.#column = Math.max(0, Math.min(this.#column, this.columns - 1) - count);
        return;
      case "G":
        this.#column = count - 1;
        return;
      case "K":
        this.#erase(Number(parameters || 0));
        return;
      case "J":
        if (parameters === "" || parameters === "0") {
          this.#erase(0);
          for (const row of this.#rows.slice(this.#row + 1)) {
            row.length = 0;
          }
          return;
        }
        break;
      default:
    }
    if (url === undefined || (url !== "" && !url.startsWith("https://portal.azure.com/"))) {
      this.effects.push(JSON.stringify(sequence));
    }
  }

  #erase(part: number): void {
    const row = this.#rows[this.#row] ?? [];
    if (part === 0) {
      row.length = Math.min(row.length, this.#column);
    } else if (part === 2) {
      row.length = 0;
    } else {
      row.fill(" ", 0, this.#column + 1);
    }
  }

  #show(char: string): void {
    switch (char) {
      case "\n":
        this.#column = 0;
        this.#down();
        return;
      case "\r":
        this.#column = 0;
        return;
      case "\b":
        this.#column = Math.max(0, this.#column - 1);
        return;
      case "\u0007":
        this.bells += 1;
        return;
      default:
    }
    if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(char)) {
      this.effects.push(JSON.stringify(char));
      return;
    }
    const width = stringWidth(char);
    // A full line breaks only when something is to stand behind it.
    if (width > 0 && this.#column + width > this.columns) {
      this.#column = 0;
      this.#down();
    }
    const row = this.#rows[this.#row] ?? [];
    while (row.length < this.#column) {
      row.push(" ");
    }
    if (width === 0) {
      const last = Math.max(0, this.#column - 1);
      row[last] = (row[last] ?? "") + char;
      return;
    }
    row[this.#column] = char;
    if (width === 2) {
      row[this.#column + 1] = "";
    }
    this.#column += width;
  }

  #down(): void {
    this.#row += 1;
    if (this.#rows[this.#row] === undefined) {
      this.#rows.push([]);
    }
  }

  get #top(): number {
    return Math.max(0, this.#rows.length - HEIGHT);
  }
}
