import type { webApi } from "@slack/bolt";
import type { InstallProvider } from "@slack/oauth";
import { z } from "zod";
import type { Secret } from "../../src/config/secret.ts";
import { DeliveryError } from "../../src/errors.ts";
import { deliveryError } from "./delivery-error.ts";
import type { Log } from "../../src/ports.ts";
import type { SlackSettings } from "./settings.ts";
import { webClient } from "./web-client.ts";

/** A workspace, seen through the token that Doorbell has for it. */
export interface Workspace {
  /** `T…` */
  readonly id: string;
  readonly client: webApi.WebClient;
  readonly botToken: string;
  /** The bot as a user (`U…`) and as a bot (`B…`). */
  readonly botUserId: string;
  readonly botId: string;
  /** The organisation (`E…`) that the workspace belongs to; null for a workspace of its own. */
  readonly enterprise: string | null;
  /** Such as `https://contoso.slack.com/`. */
  readonly url: string;
  /** What the token may do; null where Slack does not tell. */
  readonly scopes: ReadonlySet<string> | null;
}

/** The workspaces that Doorbell has tokens for. */
export interface Workspaces {
  /**
   * The workspace with that ID; the only one for an empty ID.
   *
   * @throws DeliveryError when there is no token for it, or Slack refuses the token.
   */
  of(id: string): Promise<Workspace>;
}

/** The one workspace of a token from the configuration. */
export class TokenWorkspace implements Workspaces {
  readonly #token: Secret;
  readonly #settings: SlackSettings;
  readonly #log: Log;
  #known: Promise<Workspace> | null = null;

  constructor(token: Secret, settings: SlackSettings, log: Log) {
    this.#token = token;
    this.#settings = settings;
    this.#log = log;
  }

  async of(id: string): Promise<Workspace> {
    this.#known ??= workspaceOf(this.#token.reveal(), this.#settings, this.#log);
    let workspace: Workspace;
    try {
      workspace = await this.#known;
    } catch (error) {
      this.#known = null;
      throw error;
    }
    if (id !== "" && id !== workspace.id) {
      throw new DeliveryError(
        "refused",
        `\`slack.bot-token\` is a token of workspace ${workspace.id}, not of ${id}.`,
      );
    }
    return workspace;
  }
}

/** Every workspace that installed the app; tokens that end are renewed in time. */
export class InstalledWorkspaces implements Workspaces {
  readonly #provider: InstallProvider;
  readonly #settings: SlackSettings;
  readonly #log: Log;
  readonly #tails = new Map<string, Promise<unknown>>();
  readonly #byToken = new Map<string, Promise<Workspace>>();

  constructor(provider: InstallProvider, settings: SlackSettings, log: Log) {
    this.#provider = provider;
    this.#settings = settings;
    this.#log = log;
  }

  async of(id: string): Promise<Workspace> {
    const token = await this.#oneAtATime(id, async () => this.#token(id));
    const known = this.#byToken.get(token) ?? workspaceOf(token, this.#settings, this.#log);
    this.#byToken.set(token, known);
    try {
      return await known;
    } catch (error) {
      this.#byToken.delete(token);
      throw error;
    }
  }

  async #token(id: string): Promise<string> {
    let botToken: string | undefined;
    try {
      const result = await this.#provider.authorize({
        teamId: id,
        enterpriseId: undefined,
        isEnterpriseInstall: false,
      });
      botToken = result.botToken;
    } catch (error) {
      throw new DeliveryError(
        "refused",
        `Doorbell is not installed in the Slack workspace ${id}, or its token could not be renewed: install it again.`,
        { cause: error },
      );
    }
    if (botToken === undefined) {
      throw new DeliveryError("refused", `The installation in workspace ${id} has no bot token.`);
    }
    return botToken;
  }

  /** A refresh token is good for one use: of two renewals at once, one would lose the installation. */
  async #oneAtATime<Result>(id: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#tails.get(id) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.#tails.set(
      id,
      turn.catch(() => null),
    );
    return turn;
  }
}

const identity = z.object({
  team_id: z.string(),
  user_id: z.string(),
  bot_id: z.string().optional(),
  enterprise_id: z.string().nullish(),
  url: z.string(),
  response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
});

/** Asks Slack whose token it is. */
async function workspaceOf(token: string, settings: SlackSettings, log: Log): Promise<Workspace> {
  const client = webClient(token, settings, log);
  try {
    const answer = identity.parse(await client.auth.test());
    const scopes = answer.response_metadata?.scopes;
    return {
      id: answer.team_id,
      client,
      botToken: token,
      botUserId: answer.user_id,
      botId: answer.bot_id ?? "",
      enterprise: answer.enterprise_id ?? null,
      url: answer.url,
      scopes: scopes === undefined ? null : new Set(scopes),
    };
  } catch (error) {
    throw deliveryError(error);
  }
}
