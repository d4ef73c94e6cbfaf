import type { QuestionToken } from "./question-token.ts";

const LEADING: readonly (readonly string[])[] = [
  ["please"],
  ["hey"],
  ["hi"],
  ["hello"],
  ["ok"],
  [","],
  ["so"],
  ["tell", "me"],
  ["do", "you", "know"],
  ["can", "you"],
  ["could", "you"],
  ["would", "you"],
];
const TRAILING: readonly (readonly string[])[] = [
  ["please"],
  ["pls"],
  ["thanks"],
  ["thank", "you"],
  [","],
];

/** The words without greetings before and thanks after; `who's` and `what's` become two words. */
export function withoutPoliteness(tokens: readonly QuestionToken[]): readonly QuestionToken[] {
  let kept: readonly QuestionToken[] = tokens;
  for (let next = trimOnce(kept); next !== kept; next = trimOnce(kept)) {
    kept = next;
  }
  return kept.flatMap(expandContraction);
}

function trimOnce(tokens: readonly QuestionToken[]): readonly QuestionToken[] {
  for (const phrase of LEADING) {
    if (
      tokens.length > phrase.length &&
      phrase.every((word, index) => tokens[index]?.word === word)
    ) {
      return tokens.slice(phrase.length);
    }
  }
  for (const phrase of TRAILING) {
    const start = tokens.length - phrase.length;
    if (start > 0 && phrase.every((word, index) => tokens[start + index]?.word === word)) {
      return tokens.slice(0, start);
    }
  }
  return tokens;
}

function expandContraction(token: QuestionToken): readonly QuestionToken[] {
  const match = /^(who|what)'?s$/.exec(token.word ?? "");
  const first = match?.[1];
  return first === undefined
    ? [token]
    : [
        { ...token, text: first, word: first },
        { ...token, text: "is", word: "is" },
      ];
}
