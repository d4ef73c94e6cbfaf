import { access, readFile } from "node:fs/promises";
import type { Configuration } from "../config/configuration.ts";
import { findConfiguration, loadConfiguration } from "../config/load-configuration.ts";
import { DoorbellError } from "../errors.ts";
import type { CommandContext } from "./command-context.ts";

/** A configuration with the file that it was read from. */
export interface LoadedConfiguration {
  readonly path: string;
  readonly configuration: Configuration;
}

/**
 * Reads the configuration.
 *
 * @param option what `--config` says.
 * @returns null when nobody names one and none is there.
 * @throws DoorbellError `configuration`, with all faults at once.
 */
export async function readConfiguration(
  option: string | undefined,
  context: CommandContext,
): Promise<LoadedConfiguration | null> {
  const { environment, zone } = context.surroundings;
  const path = await findConfiguration(option ?? null, environment, async (file) =>
    access(file).then(
      () => true,
      () => false,
    ),
  );
  if (path === null) {
    return null;
  }
  const configuration = await loadConfiguration(path, {
    environment,
    zone,
    readFile: async (file) => readFile(file, "utf8"),
  });
  return { path, configuration };
}

/**
 * Reads the configuration that a command cannot do without.
 *
 * @throws DoorbellError `configuration`, also when there is none.
 */
export async function requireConfiguration(
  option: string | undefined,
  context: CommandContext,
): Promise<LoadedConfiguration> {
  const loaded = await readConfiguration(option, context);
  if (loaded === null) {
    const text =
      "There is no configuration: write doorbell.yaml (docs/configuration.md tells how), or name another file with --config or DOORBELL_CONFIG.";
    throw new DoorbellError("configuration", text);
  }
  return loaded;
}
