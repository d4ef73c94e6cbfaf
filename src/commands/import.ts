import { importExports } from "../app/import-exports.ts";
import { quarantinedWords } from "../ask/honesty.ts";
import type { CommandContext } from "./command-context.ts";
import { requireConfiguration } from "./configuration-file.ts";
import type { ServiceOptions } from "./options.ts";
import { withStore } from "./stored-trail.ts";

/**
 * `doorbell import`: exports into the store, because Azure keeps 90 days only.
 *
 * @returns the exit status: 1 when a file could not be read, or not to its end.
 */
export async function importFiles(
  files: readonly string[],
  options: ServiceOptions,
  context: CommandContext,
): Promise<number> {
  const { configuration } = await requireConfiguration(options.config, context);
  const { clock, random, input } = context.surroundings;
  return withStore(configuration, context, async (store) => {
    const { added, summaries, failures } = await importExports(files, {
      store,
      clock,
      random,
      workingHours: configuration.workingHours,
      standardInput: input,
      onProgress: context.progress(),
      onProblem: (problem) => {
        void context.complain(problem);
      },
    });
    context.clearProgress();
    for (const failure of failures) {
      await context.complain(failure.message);
    }
    for (const { warnings, truncated } of summaries) {
      for (const warning of truncated ? [] : warnings) {
        await context.complain(warning);
      }
    }
    const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
    const rows = sum(summaries.map((one) => one.rows));
    const relevant = sum(summaries.map((one) => one.relevant));
    const broken = sum(summaries.map((one) => one.quarantinedRows + one.quarantinedParts));
    await context.writeLine(
      `Read ${rows} rows, ${relevant} of them about ports; ${added} were not in the store yet.`,
    );
    if (broken > 0) {
      const kept = broken === 1 ? "is kept" : "are kept";
      await context.writeLine(`${quarantinedWords(broken)} could not be understood, and ${kept}.`);
    }
    return failures.length === 0 ? 0 : 1;
  });
}
