import { renderMessage } from "../../adapters/terminal/index.ts";
import { answerJson } from "../ask/answer-json.ts";
import { ask } from "../ask/ask.ts";
import { exportKnowledge } from "../ask/knowledge.ts";
import type { Knowledge } from "../ask/knowledge.ts";
import { jsonLine } from "../domain/json-line.ts";
import type { CommandContext } from "./command-context.ts";
import type { AskOptions } from "./options.ts";

/** What is known where no export is named: enough to say what can be asked. */
const NOTHING_READ: Pick<Knowledge, "trail" | "coverage" | "eventOf"> = {
  trail: { openings: [], requests: [], guards: [] },
  coverage: { from: null, to: null, events: 0, quarantined: 0, gaps: [] },
  eventOf: () => null,
};

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
  const rendering = context.rendering(zone);
  if (options.from.length === 0) {
    const now = context.surroundings.now();
    const answer = ask(question, null, exportKnowledge(NOTHING_READ, { now, zone }));
    if (answer.question?.kind === "help") {
      await context.write(renderMessage(answer.message, rendering));
      return 0;
    }
  }
  const reading = await context.read(options);
  if (reading === null) {
    return 1;
  }
  const now = await context.askedAt(reading.coverage);
  const knowledge = exportKnowledge(reading, { now, zone });
  const answer = ask(question, null, knowledge);
  if (answer.question === null) {
    await context.explain(renderMessage(answer.message, rendering));
    return 2;
  }
  const text = options.json
    ? `${jsonLine(answerJson(answer.question, knowledge))}\n`
    : renderMessage(answer.message, rendering);
  await context.write(text);
  return reading.failures.length === 0 ? 0 : 1;
}
