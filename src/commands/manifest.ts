import { readFile } from "node:fs/promises";
import { slackManifest } from "../config/slack-manifest.ts";
import { DoorbellError } from "../errors.ts";
import type { CommandContext } from "./command-context.ts";
import { readConfiguration } from "./configuration-file.ts";
import type { ServiceOptions } from "./options.ts";

const TEMPLATE = new URL("../../manifest/slack.yaml", import.meta.url);

/**
 * `doorbell manifest slack`: the manifest of the app, filled in from the configuration; as it comes where
 * nothing is configured yet.
 *
 * @throws DoorbellError `usage` for a platform that has none.
 */
export async function printManifest(
  platform: string,
  options: ServiceOptions,
  context: CommandContext,
): Promise<number> {
  if (platform !== "slack") {
    const text = `doorbell manifest ${platform}: there is a manifest for slack.`;
    throw new DoorbellError("usage", text);
  }
  const loaded = await readConfiguration(options.config, context);
  const template = await readFile(TEMPLATE, "utf8");
  const slack = loaded?.configuration.slack ?? null;
  await context.write(slack === null ? template : slackManifest(template, slack));
  return 0;
}
