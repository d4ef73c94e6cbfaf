import { renderMessage } from "../../adapters/terminal/index.ts";
import { ask } from "../../src/ask/ask.ts";
import type { Knowledge } from "../../src/ask/knowledge.ts";
import type { Opening } from "../../src/domain/opening.ts";
import { knowledge, trail } from "./trail-builder.ts";

/** The answer as a terminal of 110 columns shows it. */
export function answer(text: string, known: Knowledge): string {
  const { message } = ask(text, null, known);
  return renderMessage(message, {
    width: 110,
    zone: known.zone,
    colour: "none",
    hyperlinks: false,
  });
}

/** The answer over these openings. */
export function answerOf(text: string, ...openings: readonly Opening[]): string {
  return answer(text, knowledge(trail(openings)));
}

/** The one sentence of the answer over these openings. */
export function summaryOf(text: string, ...openings: readonly Opening[]): string {
  return ask(text, null, knowledge(trail(openings))).message.summary;
}
