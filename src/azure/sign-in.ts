import type { PipelinePolicy } from "@azure/core-rest-pipeline";
import type { AccessToken, GetTokenOptions, TokenCredential } from "@azure/identity";
import { MINUTE, SECOND } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { Clock } from "../ports.ts";
import { createCredential } from "./credentials.ts";
import type { CredentialSettings, IdentityOptions } from "./credentials.ts";
import { signInFault } from "./sign-in-fault.ts";
import type { SignInExchange, SignInKeys } from "./sign-in-fault.ts";

const REQUEST_LIMIT_MS = 30_000;
/** How long before its end a token is renewed. */
const RENEW_BEFORE: Duration = 5 * MINUTE;
/** A token that ends sooner is not used. */
const USABLE: Duration = 10 * SECOND;
/** How soon a renewal that failed is tried again, while the old token still works. */
const RENEW_AGAIN: Duration = 30 * SECOND;

/** Where and as whom to sign in. */
export interface SignInSettings {
  readonly credential: CredentialSettings;
  readonly tenantId: string;
  /** Such as `https://login.microsoftonline.com`. */
  readonly authorityHost: string;
  /** What to change in the configuration when it fails. */
  readonly keys: SignInKeys;
  readonly options: IdentityOptions;
}

/**
 * A credential that is made when it is first needed, keeps its token, asks once for all who wait, and
 * tells in plain words why there is none. The Azure pipelines' own keeping of tokens is not used: a
 * renewal in the background that fails there ends the process.
 */
export class SignIn implements TokenCredential {
  readonly #settings: SignInSettings;
  /** Real time, which tokens live by. */
  readonly #wall: Clock;
  #credential: TokenCredential | null = null;
  #token: AccessToken | null = null;
  #renewNotBefore: Instant = 0;
  #pending: Promise<AccessToken> | null = null;
  #exchange: SignInExchange | null = null;

  constructor(settings: SignInSettings, wall: Clock) {
    this.#settings = settings;
    this.#wall = wall;
  }

  /** @throws AzureFault */
  async getToken(scopes: string | string[], options: GetTokenOptions = {}): Promise<AccessToken> {
    const now = this.#wall.now();
    const token = this.#token;
    const isAsked = options.claims !== undefined;
    if (token !== null && !isAsked && now < token.expiresOnTimestamp - USABLE) {
      const renewAt = token.refreshAfterTimestamp ?? token.expiresOnTimestamp - RENEW_BEFORE;
      if (now < Math.max(renewAt, this.#renewNotBefore)) {
        return token;
      }
      try {
        return await this.#renewed(scopes, options);
      } catch {
        this.#renewNotBefore = this.#wall.now() + RENEW_AGAIN;
        return token;
      }
    }
    return this.#renewed(scopes, options);
  }

  async #renewed(scopes: string | string[], options: GetTokenOptions): Promise<AccessToken> {
    // Whoever else needs one waits for the same answer, so nobody's signal ends it.
    this.#pending ??= this.#request(scopes, {
      ...(options.claims === undefined ? {} : { claims: options.claims }),
      ...(options.enableCae === undefined ? {} : { enableCae: options.enableCae }),
    }).finally(() => {
      this.#pending = null;
    });
    return this.#pending;
  }

  async #request(scopes: string | string[], options: GetTokenOptions): Promise<AccessToken> {
    const { credential, tenantId, keys, options: identity } = this.#settings;
    this.#exchange = null;
    try {
      this.#credential ??= await createCredential(credential, tenantId, {
        ...identity,
        additionalPolicies: [{ policy: this.#witness(), position: "perRetry" }],
      });
      const token = await this.#credential.getToken(scopes, options);
      if (token === null) {
        throw new Error("The credential gave no token.");
      }
      this.#token = token;
      return token;
    } catch (error) {
      throw signInFault(error, this.#exchange, credential.kind, keys);
    }
  }

  /** Limits the time of token requests and keeps what came of the last one. */
  #witness(): PipelinePolicy {
    const { host } = new URL(this.#settings.authorityHost);
    return {
      name: "doorbellSignInWitness",
      sendRequest: async (request, next) => {
        // The pipeline's own limit would keep the process alive for as long after a failure.
        request.abortSignal = AbortSignal.timeout(REQUEST_LIMIT_MS);
        const { url } = request;
        const isAuthority = new URL(url).host === host;
        try {
          const response = await next(request);
          if (isAuthority) {
            const { status, bodyAsText } = response;
            this.#exchange =
              status < 400 ? null : { kind: "answer", url, status, body: bodyAsText ?? "" };
          }
          return response;
        } catch (error) {
          this.#exchange = isAuthority ? { kind: "no-answer", url, error } : this.#exchange;
          throw error;
        }
      },
    };
  }
}
