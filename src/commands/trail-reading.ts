import type { Knowledge } from "../ask/knowledge.ts";
import type { CommandContext } from "./command-context.ts";
import type { CommonOptions } from "./options.ts";

/** A trail, with what there is to say of how it was read. */
export type TrailReading = Pick<Knowledge, "trail" | "coverage" | "eventOf" | "source">;

/** What a command reads its trail from, and how well that went. */
export interface ReadTrail {
  readonly reading: TrailReading;
  /** The zone asked for, else the configuration's or the machine's. */
  readonly zone: string;
  /** Whether every file could be read to its end. */
  readonly isWhole: boolean;
}

/**
 * Reads the exports that `--from` names, else the configured store.
 *
 * @returns null when not a single row could be read of files that failed.
 * @throws DoorbellError `usage` when there is nothing to read, or an option is wrong; `store`.
 */
export async function readTrail(
  options: CommonOptions,
  context: CommandContext,
): Promise<ReadTrail | null> {
  if (options.from.length === 0) {
    const { readConfiguration } = await import("./configuration-file.ts");
    const loaded = await readConfiguration(options.config, context);
    if (loaded !== null) {
      const { refuseExportOptions, wholeTrail, withStore } = await import("./stored-trail.ts");
      refuseExportOptions(options);
      const { configuration } = loaded;
      const zone = context.zone({ zone: options.zone ?? configuration.zone });
      const reading = await withStore(configuration, context, async (store) =>
        wholeTrail(store, configuration, context),
      );
      return { reading, zone, isWhole: true };
    }
  }
  const zone = context.zone(options);
  const reading = await context.read(options);
  return reading === null
    ? null
    : {
        reading: { ...reading, source: "export" },
        zone,
        isWhole: reading.failures.length === 0,
      };
}
