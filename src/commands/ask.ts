import { renderMessage } from "../../adapters/terminal/index.ts";
import { answerJson } from "../ask/answer-json.ts";
import { ask } from "../ask/ask.ts";
import { exportKnowledge } from "../ask/knowledge.ts";
import type { Knowledge } from "../ask/knowledge.ts";
import type { Configuration } from "../config/configuration.ts";
import type { Attempt } from "../domain/chat.ts";
import { jsonLine } from "../domain/json-line.ts";
import type { CommandContext } from "./command-context.ts";
import { readConfiguration } from "./configuration-file.ts";
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
    const now = context.surroundings.clock.now();
    const answer = ask(question, null, exportKnowledge(NOTHING_READ, { now, zone }));
    if (answer.question?.kind === "help") {
      await context.write(renderMessage(answer.message, rendering));
      return 0;
    }
  }
  const loaded =
    options.from.length === 0 ? await readConfiguration(options.config, context) : null;
  if (loaded !== null) {
    return answerFromStore(question, options, loaded.configuration, context);
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

async function answerFromStore(
  question: string,
  options: AskOptions,
  configuration: Configuration,
  context: CommandContext,
): Promise<number> {
  const { auditOf, conversationsOf, refuseExportOptions, withStore } =
    await import("./stored-trail.ts");
  const { contentsOfAnswer } = await import("../ask/conversations.ts");
  refuseExportOptions(options);
  const zone = context.zone({ zone: options.zone ?? configuration.zone });
  return withStore(configuration, context, async (store) => {
    const conversations = conversationsOf(store, configuration, context, zone);
    const answer = await auditOf(store, context).around(
      attemptOf(question, context.surroundings.user),
      async (told) => {
        const given = await conversations.ask(question, null, zone);
        told(contentsOfAnswer(given));
        return given;
      },
    );
    if (answer.question === null) {
      await context.explain(renderMessage(answer.message, context.rendering(zone)));
      return 2;
    }
    await context.write(
      options.json
        ? `${jsonLine(answerJson(answer.question, answer.knowledge))}\n`
        : renderMessage(answer.message, context.rendering(zone)),
    );
    return 0;
  });
}

/** Whoever may run the program and read its configuration may ask; the audit shows that they did. */
function attemptOf(text: string, user: string): Attempt {
  return {
    kind: "question",
    deliveryId: "",
    channel: { platform: "command-line", workspace: "", channel: "" },
    user: { id: user, name: user },
    text,
  };
}
