import { checkAzure } from "../app/azure-checks.ts";
import type { Check } from "../app/azure-checks.ts";
import { DoorbellError } from "../errors.ts";
import type { CommandContext } from "./command-context.ts";
import { requireConfiguration } from "./configuration-file.ts";
import type { ServiceOptions } from "./options.ts";
import { slackChecks } from "./slack-chat.ts";
import { teamsChecks } from "./teams-chat.ts";
import { withStore } from "./stored-trail.ts";

const WORDS = { passed: "ok     ", limited: "limited", failed: "FAILED " } as const;

/**
 * `doorbell doctor`: checks the configuration, the store, each permission in each Azure subscription, and how
 * Doorbell signs in to each chat platform.
 *
 * @returns the exit status: 1 when something failed.
 */
export async function runDoctor(options: ServiceOptions, context: CommandContext): Promise<number> {
  const { clock, random } = context.surroundings;
  const { path, configuration } = await requireConfiguration(options.config, context);
  let failed = 0;
  const tell = async ({ what, result, advice }: Check): Promise<void> => {
    failed += result === "failed" ? 1 : 0;
    await context.writeLine(`${WORDS[result]}  ${what}${advice === null ? "" : `: ${advice}`}`);
  };
  await tell({ what: `configuration ${path}`, result: "passed", advice: null });
  try {
    const what = await withStore(configuration, context, async (store) => {
      await store.coverage();
      return `store ${store.description}`;
    });
    await tell({ what, result: "passed", advice: null });
  } catch (error) {
    if (!(error instanceof DoorbellError)) {
      throw error;
    }
    await tell({ what: "store", result: "failed", advice: error.message });
  }
  const surroundings = { clock, wall: clock, random, ca: null };
  for await (const check of checkAzure(configuration.azure, surroundings)) {
    await tell(check);
  }
  // What goes wrong is in the checks themselves.
  const silent = (): void => {};
  const { slack, teams } = configuration;
  if (slack !== null) {
    for await (const check of slackChecks(slack, silent)) {
      await tell(check);
    }
  }
  if (teams !== null) {
    for await (const check of teamsChecks(teams, clock, silent)) {
      await tell(check);
    }
  }
  await context.writeLine(
    failed === 0
      ? "Doorbell can do its work."
      : `${failed === 1 ? "1 check" : `${failed} checks`} failed.`,
  );
  return failed === 0 ? 0 : 1;
}
