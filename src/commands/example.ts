import { fileURLToPath } from "node:url";
import { runQuestionLoop } from "../../adapters/terminal/index.ts";
import { ask } from "../ask/ask.ts";
import { exportKnowledge } from "../ask/knowledge.ts";
import { QUESTION_FORMS } from "../ask/question-catalogue.ts";
import { questionNames } from "../ask/vm-match.ts";
import type { CommandContext } from "./command-context.ts";
import { printTable } from "./trail.ts";

const EXAMPLE = new URL("../../test/fixtures/alice-opens-rdp/azure.json", import.meta.url);

const INTRODUCTION = `Doorbell: who opened that port?
Nothing is configured, so here is the trail of the example export that comes with the project.
To see your own: az monitor activity-log list --offset 7d -o json | npx doorbell trail --from -

`;

const INVITATION = `
Ask about it, one question a line; "help" shows what can be asked, "exit" leaves. For example:
  who opened port 3389 on vm-x
  what is open to any source
  requests denied

`;

/** `doorbell` without a command: the trail of the example export, then questions about it. */
export async function showExample(context: CommandContext): Promise<number> {
  const { surroundings } = context;
  const zone = context.zone({});
  const reading = await context.read({ from: [fileURLToPath(EXAMPLE)], verbose: false });
  if (reading === null) {
    return 1;
  }
  const { trail, coverage } = reading;
  // The example's story has an end: it is asked about as if that were now.
  const now = coverage.to ?? surroundings.now();
  const knowledge = exportKnowledge(reading, { now, zone });
  await context.write(INTRODUCTION);
  await printTable(trail.openings, null, knowledge, context);
  await context.write(INVITATION);
  await runQuestionLoop({
    input: surroundings.input,
    output: surroundings.output,
    interactive: context.interactive,
    dumb: surroundings.environment["TERM"] === "dumb",
    answer: (text, previous) => ask(text, previous, knowledge),
    forms: QUESTION_FORMS.map((form) => form.example),
    vms: () => questionNames(knowledge.names).vms,
    render: () => context.rendering(zone),
  });
  return 0;
}
