import { copyConfiguredStore } from "../app/open-store.ts";
import type { CommandContext } from "./command-context.ts";
import { requireConfiguration } from "./configuration-file.ts";
import type { StoreCopyOptions } from "./options.ts";

/** `doorbell store copy`: all that one store holds into another, empty one. */
export async function runStoreCopy(
  options: StoreCopyOptions,
  context: CommandContext,
): Promise<number> {
  const from = await requireConfiguration(options.config, context);
  const to = await requireConfiguration(options.to, context);
  const { events, openings, deliveries } = await copyConfiguredStore(
    from.configuration.store,
    to.configuration.store,
    context.surroundings.clock,
  );
  await context.writeLine(
    `Copied ${events} events, ${openings} openings and ${deliveries} notifications, with all that belongs to them.`,
  );
  return 0;
}
