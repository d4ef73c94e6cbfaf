import { dirname, join } from "node:path";
import { DoorbellError } from "../errors.ts";
import type { Configuration } from "./configuration.ts";
import { ConfigurationError, comparePositions, faultsOf } from "./configuration-fault.ts";
import { configurationJsonSchema } from "./json-schema.ts";
import { configurationSchema } from "./schema.ts";
import type { ConfigurationSources } from "./schema.ts";
import { readFailure } from "./secret-setting.ts";
import { configurationFolder } from "./user-folders.ts";
import { readYaml } from "./yaml-text.ts";

type Environment = ConfigurationSources["environment"];

/** The file's name where nobody names another. */
const FILE_NAME = "doorbell.yaml";

/**
 * Finds the configuration file: the one that `--config` names, else the one that `$DOORBELL_CONFIG`
 * names, else `doorbell.yaml` in the working directory, else in `$XDG_CONFIG_HOME/doorbell`
 * (`~/.config/doorbell`).
 *
 * @param option what `--config` says; null without it.
 * @returns null when nobody names one and none is there. A file that is named may still be missing.
 */
export async function findConfiguration(
  option: string | null,
  environment: Environment,
  exists: (path: string) => Promise<boolean>,
): Promise<string | null> {
  const named = option ?? environment["DOORBELL_CONFIG"] ?? "";
  if (named !== "") {
    return named;
  }
  const own = configurationFolder(environment);
  const places = [FILE_NAME, ...(own === null ? [] : [join(own, FILE_NAME)])];
  for (const place of places) {
    if (await exists(place)) {
      return place;
    }
  }
  return null;
}

/**
 * Reads a configuration file, and the secrets that it refers to.
 *
 * @throws ConfigurationError (`configuration`) with all faults of the file at once.
 * @throws DoorbellError `configuration` when the file cannot be read.
 */
export async function loadConfiguration(
  path: string,
  sources: Omit<ConfigurationSources, "folder">,
): Promise<Configuration> {
  let text: string;
  try {
    text = await sources.readFile(path);
  } catch (error) {
    const hint = "--config and DOORBELL_CONFIG say which file it is";
    throw new DoorbellError(
      "configuration",
      `The configuration ${path} cannot be read: ${readFailure(error)}; ${hint}.`,
      { cause: error },
    );
  }
  return parseConfiguration(text, path, { ...sources, folder: dirname(path) });
}

/**
 * Parses the text of a configuration; an empty one gives the defaults.
 *
 * @param path names the text in faults.
 * @throws ConfigurationError with all faults at once.
 */
export async function parseConfiguration(
  text: string,
  path: string,
  sources: ConfigurationSources,
): Promise<Configuration> {
  const yaml = readYaml(text);
  const faults = yaml.faults.map((fault) => ({ key: "", ...fault }));
  if (!yaml.trusted) {
    throw new ConfigurationError(path, faults);
  }
  const result = await configurationSchema(sources).safeParseAsync(yaml.value ?? {});
  if (result.success && faults.length === 0) {
    return result.data;
  }
  const found = result.success
    ? []
    : faultsOf(result.error.issues, yaml, configurationJsonSchema());
  const all = [...faults, ...found].sort((a, b) => comparePositions(a.position, b.position));
  throw new ConfigurationError(path, all);
}
