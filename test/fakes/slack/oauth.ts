import { randomUUID } from "node:crypto";
import { SlackFailure } from "./failure.ts";
import type { FakeToken, FakeTokens } from "./tokens.ts";
import type { FakeWorkspace } from "./world.ts";

/** Half a day, as Slack gives it. */
const ROTATED_LIFETIME_MS = 12 * 60 * 60 * 1000;

interface Grant {
  readonly workspace: FakeWorkspace;
  readonly scopes: readonly string[];
  readonly installer: string;
}

/** Installing the app into workspaces: authorization codes, tokens for them, fresh tokens for old ones. */
export class FakeOAuth {
  readonly clientId = "1234.5678";
  readonly clientSecret = "client-secret-of-a-fake";
  /** Whether tokens end and come with a refresh token. */
  rotates = false;
  /** How long rotated tokens live. */
  lifetimeMs = ROTATED_LIFETIME_MS;
  readonly #tokens: FakeTokens;
  readonly #codes = new Map<string, Grant>();

  constructor(tokens: FakeTokens) {
    this.#tokens = tokens;
  }

  /** Somebody allows the app in a workspace; gives where Slack sends the browser. */
  allow(authorizeUrl: string, workspace: FakeWorkspace, installer: string): string {
    const url = new URL(authorizeUrl);
    const code = randomUUID();
    if (url.searchParams.get("client_id") !== this.clientId) {
      throw new Error("The authorize link names another app.");
    }
    this.#codes.set(code, {
      workspace,
      installer,
      scopes: (url.searchParams.get("scope") ?? "").split(","),
    });
    const back = new URL(url.searchParams.get("redirect_uri") ?? "");
    back.searchParams.set("code", code);
    back.searchParams.set("state", url.searchParams.get("state") ?? "");
    return back.toString();
  }

  /** `oauth.v2.access`: a code or a refresh token for tokens. */
  access(args: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
    if (args["client_id"] !== this.clientId) {
      throw new SlackFailure("invalid_client_id");
    }
    if (args["client_secret"] !== this.clientSecret) {
      throw new SlackFailure("bad_client_secret");
    }
    if (args["grant_type"] === "refresh_token") {
      const token = this.#tokens.exchange(args["refresh_token"] ?? "", this.lifetimeMs);
      return {
        token_type: "bot",
        scope: [...token.scopes].join(","),
        team: { id: token.team },
        ...this.#shown(token, this.lifetimeMs),
      };
    }
    const grant = this.#codes.get(args["code"] ?? "");
    if (grant === undefined) {
      throw new SlackFailure("invalid_code");
    }
    this.#codes.delete(args["code"] ?? "");
    const lifetime = this.rotates ? this.lifetimeMs : null;
    const token = this.#tokens.issue("bot", grant.workspace.team, grant.scopes, lifetime);
    return {
      app_id: grant.workspace.appId,
      token_type: "bot",
      scope: grant.scopes.join(","),
      bot_user_id: grant.workspace.bot.id,
      team: { id: grant.workspace.team, name: grant.workspace.domain },
      enterprise: null,
      is_enterprise_install: false,
      authed_user: { id: grant.installer },
      ...this.#shown(token, lifetime),
    };
  }

  #shown(token: FakeToken, lifetimeMs: number | null): Readonly<Record<string, unknown>> {
    return lifetimeMs === null
      ? { access_token: token.token }
      : {
          access_token: token.token,
          expires_in: Math.floor(lifetimeMs / 1000),
          refresh_token: this.#tokens.issueRefresh(token),
        };
  }
}
