import { nearestNames, QuestionSyntaxError, quoted } from "./question-problem.ts";
import type { QuestionToken } from "./question-token.ts";

/** A place in the words of a question, moving forward as the parser takes them. */
export class TokenCursor {
  readonly #tokens: readonly QuestionToken[];
  #at = 0;

  constructor(tokens: readonly QuestionToken[]) {
    this.#tokens = tokens;
  }

  /** The token `ahead` places on; undefined past the end. */
  peek(ahead = 0): QuestionToken | undefined {
    return this.#tokens[this.#at + ahead];
  }

  /** The keyword form of the token `ahead` places on; empty at the end and for quoted phrases. */
  word(ahead = 0): string {
    return this.peek(ahead)?.word ?? "";
  }

  get atEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** A place to come back to with `rewind`. */
  get mark(): number {
    return this.#at;
  }

  rewind(mark: number): void {
    this.#at = mark;
  }

  skip(count = 1): void {
    this.#at += count;
  }

  /** Takes the words of `phrase` when they stand here; one word may have alternatives: `is|are`. */
  accept(phrase: string): boolean {
    const words = phrase.split(" ");
    if (words.every((word, index) => word.split("|").includes(this.word(index)))) {
      this.#at += words.length;
      return true;
    }
    return false;
  }

  /**
   * Takes one of the words.
   *
   * @throws QuestionSyntaxError that proposes the nearest of `proposals`.
   */
  expect(
    alternatives: readonly string[],
    meaning: string,
    proposals: readonly string[] = alternatives,
  ): void {
    const word = this.word();
    if (alternatives.includes(word)) {
      this.#at += 1;
      return;
    }
    const token = this.peek();
    if (token === undefined) {
      throw new QuestionSyntaxError("missing-word", `The question ends before ${meaning}.`, null);
    }
    throw new QuestionSyntaxError(
      "unknown-word",
      `I expected ${meaning} in place of ${quoted(token.text)}.`,
      token,
      nearestNames(token.text, proposals),
    );
  }

  /** @throws QuestionSyntaxError when words are left that belong to nothing. */
  expectEnd(): void {
    const token = this.peek();
    if (token !== undefined) {
      throw new QuestionSyntaxError(
        "unknown-word",
        `I do not understand ${quoted(token.text)} there.`,
        token,
      );
    }
  }
}
