import { z } from "zod";
import type { Log } from "../../src/ports.ts";
import { reasonOf } from "../chat/reason.ts";
import type { AccessToken } from "./bot.ts";
import { deliveryError } from "./delivery-error.ts";
import type { TeamsSettings } from "./settings.ts";

/** One thing that was looked at, as `doctor` tells it. */
export interface TeamsCheck {
  readonly what: string;
  /** `limited`: Doorbell works, and does less. */
  readonly result: "passed" | "limited" | "failed";
  /** What to do; null when it passed. */
  readonly advice: string | null;
}

const metadata = z.object({ issuer: z.string(), jwks_uri: z.url() });
const keys = z.object({ keys: z.array(z.unknown()).min(1) });

/** Tries what Teams needs: the bot's token, the keys that sign activities, and the Bot Connector. */
export async function* checkTeams(
  settings: TeamsSettings,
  accessToken: AccessToken,
  log: Log,
): AsyncGenerator<TeamsCheck, void, undefined> {
  if (settings.appId === null) {
    yield {
      what: "Teams: authentication",
      result: "limited",
      advice: "it is off, for development alone: set `teams.app-id` and `teams.credential`",
    };
  } else {
    yield await looked("Teams: token of the bot", log, async () => {
      await accessToken();
      return null;
    });
  }
  yield await looked("Teams: keys that sign activities", log, async () => {
    const { openIdMetadataUrl, issuer } = settings.cloud;
    const told = metadata.parse(await (await got(openIdMetadataUrl, settings)).json());
    keys.parse(await (await got(told.jwks_uri, settings)).json());
    return told.issuer === issuer
      ? null
      : `they are of another issuer, ${told.issuer}: set \`teams.cloud\` to the bot's cloud`;
  });
  yield await looked(`Teams: Bot Connector at ${settings.cloud.serviceUrl}`, log, async () => {
    // Whatever it answers to a question without a token: it was reached.
    await got(settings.cloud.serviceUrl, settings);
    return null;
  });
  yield endpointCheck(settings);
}

/** From here nobody can tell whether the internet reaches the endpoint. */
function endpointCheck({ publicUrl, listen }: TeamsSettings): TeamsCheck {
  const what = "Teams: messaging endpoint";
  const local = `http://${listen.host}:${listen.port}${listen.path}`;
  return publicUrl === null
    ? {
        what,
        result: "limited",
        advice: `\`teams.http.public-url\` is not set, so that a picture which Teams refuses inside a message cannot be shown; the Azure Bot's messaging endpoint must lead to ${local}`,
      }
    : {
        what: `${what} ${publicUrl} (not tried: it must lead to ${local}, and be that of the Azure Bot)`,
        result: "passed",
        advice: null,
      };
}

async function looked(
  what: string,
  log: Log,
  look: () => Promise<string | null>,
): Promise<TeamsCheck> {
  try {
    const advice = await look();
    return { what, result: advice === null ? "passed" : "failed", advice };
  } catch (error) {
    log("debug", `${what}: ${reasonOf(error)}`);
    const advice =
      error instanceof z.ZodError || error instanceof SyntaxError
        ? "what was found there is none: check `teams.cloud` and `teams.endpoints`"
        : deliveryError(error).message;
    return { what, result: "failed", advice };
  }
}

async function got(url: string, { callTimeout }: TeamsSettings): Promise<Response> {
  return fetch(url, { signal: AbortSignal.timeout(callTimeout) });
}
