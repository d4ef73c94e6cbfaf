import { readFile } from "node:fs/promises";
import type { Configuration } from "../config/configuration.ts";
import { slackManifest } from "../config/slack-manifest.ts";
import { teamsManifest } from "../config/teams-manifest.ts";
import { DoorbellError } from "../errors.ts";
import type { CommandContext } from "./command-context.ts";
import { readConfiguration } from "./configuration-file.ts";
import type { ManifestOptions } from "./options.ts";
import { checkOutputFile, writeOutputFile } from "./output-file.ts";
import { teamsPackage } from "./teams-package.ts";

const FOLDER = new URL("../../manifest/", import.meta.url);
const VERSION = /^\d{1,9}\.\d{1,9}\.\d{1,9}$/;

/** What is made for a platform. */
interface Made {
  readonly content: string | Uint8Array;
  /** Where it goes when nobody says: a file, or `-`. */
  readonly preset: string;
}

/**
 * `doorbell manifest`: the app of a chat platform, filled in from the configuration. Slack's manifest comes as it
 * is where nothing is configured yet.
 *
 * @throws DoorbellError `usage` for a platform that has none; `configuration` where Teams is not configured.
 */
export async function makeManifest(
  platform: string,
  options: ManifestOptions,
  context: CommandContext,
): Promise<number> {
  const make = MAKERS[platform];
  if (make === undefined) {
    const names = Object.keys(MAKERS).join(" and ");
    const text = `doorbell manifest ${platform}: there are manifests for ${names}.`;
    throw new DoorbellError("usage", text);
  }
  const loaded = await readConfiguration(options.config, context);
  const { content, preset } = await make(loaded?.configuration ?? null, options);
  const out = options.out ?? preset;
  if (out === "-") {
    await context.write(content);
    return 0;
  }
  await checkOutputFile(out);
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  await writeOutputFile(out, bytes, context.surroundings.random);
  await context.writeLine(`Wrote ${out}.`);
  return 0;
}

const MAKERS: Readonly<
  Record<string, (configuration: Configuration | null, options: ManifestOptions) => Promise<Made>>
> = {
  slack: async (configuration, { appVersion }) => {
    if (appVersion !== undefined) {
      throw new DoorbellError("usage", "--app-version: only the app of Teams has a version.");
    }
    const template = await readFile(new URL("slack.yaml", FOLDER), "utf8");
    const slack = configuration?.slack ?? null;
    return { content: slack === null ? template : slackManifest(template, slack), preset: "-" };
  },
  teams: async (configuration, { appVersion = "1.0.0" }) => {
    if (!VERSION.test(appVersion)) {
      const text = `--app-version ${appVersion}: use three numbers, such as 1.0.1.`;
      throw new DoorbellError("usage", text);
    }
    const teams = configuration?.teams ?? null;
    if (teams === null) {
      throw new DoorbellError(
        "configuration",
        "Teams is not configured: write the section `teams` first (docs/teams.md tells how).",
      );
    }
    const template = await readFile(new URL("teams/manifest.json", FOLDER), "utf8");
    const manifest = teamsManifest(template, teams, appVersion);
    return { content: await teamsPackage(manifest, FOLDER), preset: "doorbell-teams.zip" };
  },
};
