import { renderMessage } from "../../adapters/terminal/index.ts";
import { answerJson } from "../ask/answer-json.ts";
import { ask } from "../ask/ask.ts";
import type { CommandContext } from "./command-context.ts";
import type { AskOptions } from "./options.ts";

/**
 * `doorbell ask`: one answer.
 *
 * @returns the exit status: 1 when a file could not be read, 2 when the question was not understood.
 */
export async function answerOnce(
  question: string,
  options: AskOptions,
  context: CommandContext,
): Promise<number> {
  const zone = context.zone(options);
  const reading = await context.read(options);
  const { trail, coverage } = reading;
  const knowledge = { trail, coverage, now: context.surroundings.now(), zone };
  const answer = ask(question, null, knowledge);
  if (answer.question === null) {
    await context.complain(answer.message.summary);
    await context.write(`${renderMessage(answer.message, context.rendering(zone))}\n`);
    return 2;
  }
  const text = options.json
    ? JSON.stringify(answerJson(answer.question, knowledge))
    : renderMessage(answer.message, context.rendering(zone));
  await context.write(`${text}\n`);
  return reading.failures.length === 0 ? 0 : 1;
}
