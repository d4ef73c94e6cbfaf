import { DeliveryError } from "../../src/errors.ts";
import type { Log } from "../../src/ports.ts";
import { deliveryError } from "./delivery-error.ts";
import { scopesFor } from "./scopes.ts";
import type { SlackSettings } from "./settings.ts";
import { webClient } from "./web-client.ts";
import { TokenWorkspace } from "./workspaces.ts";

/** One thing that was looked at, as `doctor` tells it. */
export interface SlackCheck {
  readonly what: string;
  /** `limited`: Doorbell works, and does less. */
  readonly result: "passed" | "limited" | "failed";
  /** What to do; null when it passed. */
  readonly advice: string | null;
}

/** What is lost without a scope, where that is not plain from its name. */
const LOSSES: Readonly<Record<string, string>> = {
  "channels:history": "posts whose answer was lost cannot be looked for in public channels",
  "groups:history": "posts whose answer was lost cannot be looked for in private channels",
  "users:read.email": "people are plain names instead of links to their profiles",
  "users:read": "nobody is answered, since nobody can be told from a guest",
  "usergroups:read": "the members of `slack.groups` are not answered",
  "files:write": "timelines cannot be posted",
};

/** Asks Slack about the tokens of the configuration: what they are for, and what they may do. */
export async function* checkSlack(
  settings: SlackSettings,
  log: Log,
): AsyncGenerator<SlackCheck, void, undefined> {
  const { identity, transport } = settings;
  if (identity.kind === "token") {
    yield* checkBotToken(new TokenWorkspace(identity.botToken, settings, log), settings);
  }
  if (transport.kind === "socket") {
    yield await checkAppToken(settings, transport.appToken.reveal(), log);
  }
}

async function* checkBotToken(
  workspaces: TokenWorkspace,
  settings: SlackSettings,
): AsyncGenerator<SlackCheck, void, undefined> {
  let scopes: ReadonlySet<string> | null;
  try {
    const workspace = await workspaces.of("");
    scopes = workspace.scopes;
    yield {
      what: `Slack: bot token of ${workspace.url} (${workspace.id})`,
      result: "passed",
      advice: null,
    };
  } catch (error) {
    yield { what: "Slack: bot token", result: "failed", advice: adviceOf(error) };
    return;
  }
  for (const scope of scopesFor(settings).filter((one) => scopes?.has(one) === false)) {
    const loss = LOSSES[scope];
    yield {
      what: `Slack: scope ${scope}`,
      result: "limited",
      advice: `${loss === undefined ? "it is missing" : `without it, ${loss}`}; add it to the app, and install the app again`,
    };
  }
}

async function checkAppToken(
  settings: SlackSettings,
  token: string,
  log: Log,
): Promise<SlackCheck> {
  const what = "Slack: app token for the socket";
  try {
    await webClient(token, settings, log).apps.connections.open({});
    return { what, result: "passed", advice: null };
  } catch (error) {
    return {
      what,
      result: "failed",
      advice: `${adviceOf(error)} It is \`slack.app-token\`, with the scope connections:write; Socket Mode must be on.`,
    };
  }
}

function adviceOf(error: unknown): string {
  const known = error instanceof DeliveryError ? error : deliveryError(error);
  return known.message;
}
