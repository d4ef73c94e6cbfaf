import { randomBytes } from "node:crypto";

/** Of a bot token that Entra issues, in ms: about an hour. */
const LIFETIME = 3_599_000;

/** The bot's credentials, as registered in Entra. */
export interface BotIdentity {
  readonly appId: string;
  readonly clientSecret: string;
  readonly tenant: string;
}

/** Entra for one bot: gives out its tokens, and knows which are still good. */
export class FakeTokens {
  readonly #bot: BotIdentity;
  readonly #now: () => number;
  readonly #tokens = new Map<string, number>();
  /** Every token ever issued, so that tests can look for them in logs. */
  readonly issued: string[] = [];

  constructor(bot: BotIdentity, now: () => number) {
    this.#bot = bot;
    this.#now = now;
  }

  issue(lifetimeMs = LIFETIME): string {
    const token = `eyJ-bot-token.${randomBytes(24).toString("base64url")}.not-real`;
    this.#tokens.set(token, this.#now() + lifetimeMs);
    this.issued.push(token);
    return token;
  }

  revoke(token: string): void {
    this.#tokens.delete(token);
  }

  revokeAll(): void {
    this.#tokens.clear();
  }

  isGood(authorization: string | undefined): boolean {
    const token = /^Bearer (\S+)$/.exec(authorization ?? "")?.[1];
    return token !== undefined && (this.#tokens.get(token) ?? 0) > this.#now();
  }

  /**
   * Answers a client-credentials request.
   * Source: https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow
   */
  answer(
    tenant: string,
    form: URLSearchParams,
  ): { readonly status: number; readonly body: Readonly<Record<string, unknown>> } {
    if (tenant.toLowerCase() !== this.#bot.tenant) {
      return refusal(400, "invalid_request", 90002, `Tenant '${tenant}' not found.`);
    }
    if (form.get("grant_type") !== "client_credentials") {
      return refusal(400, "unsupported_grant_type", 70003, "The grant type is not supported.");
    }
    if (form.get("client_id") !== this.#bot.appId) {
      return refusal(
        400,
        "unauthorized_client",
        700016,
        `Application with identifier '${form.get("client_id") ?? ""}' was not found in the directory.`,
      );
    }
    if (form.get("client_secret") !== this.#bot.clientSecret) {
      return refusal(401, "invalid_client", 7000215, "Invalid client secret provided.");
    }
    if (!(form.get("scope") ?? "").split(" ").includes(BOT_SCOPE)) {
      return refusal(400, "invalid_scope", 70011, "The provided value for scope is not valid.");
    }
    return {
      status: 200,
      body: {
        token_type: "Bearer",
        expires_in: LIFETIME / 1000,
        ext_expires_in: LIFETIME / 1000,
        access_token: this.issue(),
      },
    };
  }

  /** `GET /{tenant}/v2.0/.well-known/openid-configuration`, the parts that Entra's clients read. */
  configuration(tenant: string, origin: string): Readonly<Record<string, unknown>> {
    const base = `${origin}/${tenant}`;
    return {
      token_endpoint: `${base}/oauth2/v2.0/token`,
      jwks_uri: `${base}/discovery/v2.0/keys`,
      issuer: `${base}/v2.0`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    };
  }
}

/** What a bot asks tokens for. */
export const BOT_SCOPE = "https://api.botframework.com/.default";

function refusal(
  status: number,
  error: string,
  code: number,
  message: string,
): { readonly status: number; readonly body: Readonly<Record<string, unknown>> } {
  return {
    status,
    body: {
      error,
      error_description: `AADSTS${code}: ${message}`,
      error_codes: [code],
      error_uri: `https://login.microsoftonline.com/error?code=${code}`,
    },
  };
}
