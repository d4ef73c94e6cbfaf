import { SlackFailure } from "./failure.ts";

/** One token that the fake gave out. */
export interface FakeToken {
  readonly token: string;
  readonly kind: "bot" | "app" | "user";
  readonly team: string;
  readonly scopes: Set<string>;
  readonly expiresAt: number | null;
  revoked: boolean;
}

/** Gives out tokens, and tells what a token may do. */
export class FakeTokens {
  readonly #tokens = new Map<string, FakeToken>();
  readonly #refresh = new Map<string, FakeToken>();
  readonly #now: () => number;
  #count = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Every token that was given out, those included that get others. */
  get issued(): readonly string[] {
    return [...this.#tokens.keys(), ...this.#refresh.keys()];
  }

  issue(
    kind: FakeToken["kind"],
    team: string,
    scopes: Iterable<string>,
    lifetimeMs: number | null = null,
  ): FakeToken {
    this.#count += 1;
    const prefix = { bot: "xoxb", app: "xapp", user: "xoxp" }[kind];
    const token: FakeToken = {
      token: `${prefix}-${team}-${this.#count}-not-a-real-token`,
      kind,
      team,
      scopes: new Set(scopes),
      expiresAt: lifetimeMs === null ? null : this.#now() + lifetimeMs,
      revoked: false,
    };
    this.#tokens.set(token.token, token);
    return token;
  }

  /** A refresh token for a bot token: good for one exchange. */
  issueRefresh(of: FakeToken): string {
    this.#count += 1;
    const refresh = `xoxe-1-${of.team}-${this.#count}-not-a-real-token`;
    this.#refresh.set(refresh, of);
    return refresh;
  }

  /** Takes a refresh token back for a new bot token; the old one lives on to its end. */
  exchange(refresh: string, lifetimeMs: number): FakeToken {
    const old = this.#refresh.get(refresh);
    if (old === undefined) {
      throw new SlackFailure("invalid_refresh_token");
    }
    this.#refresh.delete(refresh);
    return this.issue("bot", old.team, old.scopes, lifetimeMs);
  }

  revokeTeam(team: string): void {
    for (const token of this.#tokens.values()) {
      if (token.team === team) {
        token.revoked = true;
      }
    }
  }

  /** @throws SlackFailure with Slack's code where the token is missing, unknown, revoked or expired. */
  check(text: string | null): FakeToken {
    if (text === null || text === "") {
      throw new SlackFailure("not_authed");
    }
    const token = this.#tokens.get(text);
    if (token === undefined) {
      throw new SlackFailure("invalid_auth");
    }
    if (token.revoked) {
      throw new SlackFailure(token.kind === "bot" ? "account_inactive" : "token_revoked");
    }
    if (token.expiresAt !== null && token.expiresAt <= this.#now()) {
      throw new SlackFailure("token_expired");
    }
    return token;
  }
}
