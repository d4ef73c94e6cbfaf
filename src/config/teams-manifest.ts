import { z } from "zod";
import { DoorbellError } from "../errors.ts";
import type { TeamsConfiguration } from "./configuration.ts";

/** Source: https://developer.microsoft.com/en-us/json-schemas/teams/v1.30/MicrosoftTeams.schema.json */
const templateSchema = z.looseObject({
  developer: z.looseObject({}),
  bots: z.tuple([z.looseObject({})]),
  composeExtensions: z.tuple([z.looseObject({})]),
});

/**
 * The manifest of the Teams app as JSON text, filled in from the configuration.
 *
 * @param template `manifest/teams/manifest.json`.
 * @param version of the app, which must grow for Teams to take a changed manifest.
 * @throws DoorbellError `configuration` when the bot, or the address that Teams is told, is not known.
 */
export function teamsManifest(
  template: string,
  { appId, publicUrl }: Pick<TeamsConfiguration, "appId" | "publicUrl">,
  version: string,
): string {
  if (appId === null) {
    throw new DoorbellError(
      "configuration",
      "The manifest needs the bot's Microsoft app ID: set `teams.app-id`.",
    );
  }
  if (publicUrl === null) {
    throw new DoorbellError(
      "configuration",
      "The manifest needs the address under which the Bot Connector reaches Doorbell: set `teams.http.public-url`.",
    );
  }
  const { bots, composeExtensions, developer, ...rest } = templateSchema.parse(
    JSON.parse(template),
  );
  const { host, origin } = new URL(publicUrl);
  const filled = {
    ...rest,
    version,
    id: appId,
    developer: {
      ...developer,
      websiteUrl: origin,
      privacyUrl: `${origin}/privacy`,
      termsOfUseUrl: `${origin}/terms`,
    },
    bots: [{ ...bots[0], botId: appId }],
    composeExtensions: [{ ...composeExtensions[0], botId: appId }],
    validDomains: [host],
  };
  return `${JSON.stringify(filled, null, 2)}\n`;
}
