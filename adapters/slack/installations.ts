import type { IncomingMessage, ServerResponse } from "node:http";
import type { Installation, InstallationQuery, InstallationStore } from "@slack/bolt";
import { InstallProvider } from "@slack/oauth";
import { z } from "zod";
import { DoorbellError } from "../../src/errors.ts";
import type { ChatInstallations, Log } from "../../src/ports.ts";
import { boltLogger } from "./bolt-logger.ts";
import { PLATFORM } from "./receipt.ts";
import { scopesFor } from "./scopes.ts";
import type { SlackIdentity, SlackSettings } from "./settings.ts";
import { clientOptions } from "./web-client.ts";

/** The pages of an installation; the second is the redirect URL of the app. */
export const INSTALL_PATH = "/slack/install";
export const REDIRECT_PATH = "/slack/oauth_redirect";

type OAuthIdentity = Extract<SlackIdentity, { readonly kind: "oauth" }>;

/** What is kept of an installation: enough to post, and to renew a token that ends. */
const installationSchema = z.object({
  team: z.object({ id: z.string(), name: z.string().exactOptional() }),
  enterprise: z
    .undefined()
    .exactOptional()
    .transform(() => undefined),
  user: z.object({ id: z.string() }).transform(({ id }) => ({
    id,
    token: undefined,
    scopes: undefined,
  })),
  bot: z.object({
    token: z.string(),
    refreshToken: z.string().exactOptional(),
    expiresAt: z.number().exactOptional(),
    scopes: z.array(z.string()),
    id: z.string(),
    userId: z.string(),
  }),
  appId: z.string().exactOptional(),
  isEnterpriseInstall: z.literal(false).prefault(false),
  authVersion: z.literal("v2").prefault("v2"),
});

/** Bolt's installation store over the program's own. */
export class StoredInstallations implements InstallationStore {
  readonly #records: ChatInstallations;
  readonly #allowed: readonly string[];
  readonly #onInstalled: (workspace: string) => void;

  constructor(
    records: ChatInstallations,
    allowed: readonly string[],
    onInstalled: (workspace: string) => void,
  ) {
    this.#records = records;
    this.#allowed = allowed;
    this.#onInstalled = onInstalled;
  }

  async storeInstallation<AuthVersion extends "v1" | "v2">(
    installation: Installation<AuthVersion>,
  ): Promise<void> {
    const { team } = installation;
    if (team === undefined || installation.isEnterpriseInstall === true) {
      throw new DoorbellError(
        "configuration",
        "Doorbell is installed in single workspaces, not in a whole Slack organisation.",
      );
    }
    if (this.#allowed.length > 0 && !this.#allowed.includes(team.id)) {
      throw new DoorbellError(
        "permission",
        `Workspace ${team.id} is not one of \`slack.workspaces\`.`,
      );
    }
    await this.#records.saveInstallation(PLATFORM, team.id, JSON.stringify(installation));
    this.#onInstalled(team.id);
  }

  async fetchInstallation(query: InstallationQuery<boolean>): Promise<Installation<"v2", false>> {
    const team = query.teamId ?? "";
    const record = await this.#records.installation(PLATFORM, team);
    if (record === null) {
      throw new DoorbellError("not-found", `Doorbell is not installed in workspace ${team}.`);
    }
    return installationSchema.parse(JSON.parse(record));
  }

  async deleteInstallation(query: InstallationQuery<boolean>): Promise<void> {
    await this.#records.forgetInstallation(PLATFORM, query.teamId ?? "");
  }
}

/** Slack's own installer over the store. */
export function installProvider(
  identity: OAuthIdentity,
  settings: SlackSettings,
  store: InstallationStore,
  log: Log,
): InstallProvider {
  const { logger, ...options } = clientOptions(settings, log);
  return new InstallProvider({
    clientId: identity.clientId,
    clientSecret: identity.clientSecret.reveal(),
    stateSecret: identity.stateSecret.reveal(),
    installationStore: store,
    logger: logger ?? boltLogger(log),
    clientOptions: options,
    authorizationUrl: new URL("/oauth/v2/authorize", settings.apiUrl).toString(),
    directInstall: true,
    installUrlOptions: { scopes: [...scopesFor(settings)], redirectUri: identity.redirectUri },
  });
}

/** Serves the pages of an installation; false for any other path. */
export function serveInstallation(
  provider: InstallProvider,
  request: IncomingMessage,
  response: ServerResponse,
  log: Log,
): boolean {
  const [path] = (request.url ?? "").split("?");
  const served =
    request.method !== "GET"
      ? null
      : path === INSTALL_PATH
        ? provider.handleInstallPath(request, response)
        : path === REDIRECT_PATH
          ? provider.handleCallback(request, response)
          : null;
  served?.catch((error: unknown) => {
    log("warning", `Slack: an installation failed: ${String(error)}`);
    if (!response.headersSent) {
      response.writeHead(500);
    }
    response.end();
  });
  return served !== null;
}
