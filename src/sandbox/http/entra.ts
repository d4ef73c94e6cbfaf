import { createHash, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { DAY, SECOND } from "../../domain/instant.ts";
import type { Duration, Instant } from "../../domain/instant.ts";
import type { Identity } from "../identities.ts";
import { AzureError, armError } from "./azure-error.ts";

/** The application that signs in with a secret: it may read, and nothing else. */
export interface ReaderApplication {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly objectId: string;
}

/** Who holds a token: the reading application, or somebody who may also ask for access. */
export type Holder =
  | { readonly kind: "reader"; readonly clientId: string; readonly objectId: string }
  | { readonly kind: "person"; readonly identity: Identity };

interface Token {
  readonly holder: Holder;
  readonly expires: Instant;
}

/** Microsoft Entra, as far as the client credentials flow needs it: tokens of one tenant. */
export class Entra {
  readonly tenantId: string;
  readonly #application: ReaderApplication;
  readonly #lifetime: Duration;
  readonly #speed: number;
  readonly #tokens = new Map<string, Token>();

  /**
   * @param lifetime of a token, in the sandbox's time; infinite for tokens that never expire.
   * @param speed how many times faster than its clients' the sandbox's time runs.
   */
  constructor(tenantId: string, application: ReaderApplication, lifetime: Duration, speed: number) {
    this.tenantId = tenantId;
    this.#application = application;
    this.#lifetime = lifetime;
    this.#speed = speed;
  }

  /**
   * `POST /{tenant}/oauth2/v2.0/token` with client credentials.
   *
   * @throws AzureError in Entra's form, with its AADSTS code.
   */
  token(tenant: string, form: URLSearchParams, now: Instant): Readonly<Record<string, unknown>> {
    if (tenant.toLowerCase() !== this.tenantId) {
      throw entraError(
        now,
        400,
        "invalid_request",
        90002,
        `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
      );
    }
    if (form.get("grant_type") !== "client_credentials") {
      throw entraError(
        now,
        400,
        "unsupported_grant_type",
        70003,
        "The app requested an unsupported grant type.",
      );
    }
    const clientId = form.get("client_id")?.toLowerCase() ?? "";
    if (clientId !== this.#application.clientId) {
      throw entraError(
        now,
        400,
        "unauthorized_client",
        700016,
        `Application with identifier '${clientId.slice(0, 60)}' was not found in the directory 'Contoso'.`,
      );
    }
    const secret = form.get("client_secret");
    if (secret === null) {
      throw entraError(
        now,
        401,
        "invalid_client",
        7000218,
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
      );
    }
    if (!isSame(secret, this.#application.clientSecret)) {
      throw entraError(
        now,
        401,
        "invalid_client",
        7000215,
        `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'.`,
      );
    }
    if (!(form.get("scope") ?? "").endsWith("/.default")) {
      throw entraError(
        now,
        400,
        "invalid_scope",
        1002012,
        "The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.",
      );
    }
    const seconds = Number.isFinite(this.#lifetime)
      ? Math.max(1, Math.floor(this.#lifetime / this.#speed / SECOND))
      : 86_399;
    const { objectId } = this.#application;
    return {
      token_type: "Bearer",
      expires_in: seconds,
      ext_expires_in: seconds,
      access_token: this.issue({ kind: "reader", clientId, objectId }, now),
    };
  }

  /** A token for somebody, as if they had signed in. */
  issue(holder: Holder, now: Instant): string {
    for (const [text, { expires }] of this.#tokens) {
      // For a day it is told that it has expired; later that it is not known.
      if (expires + DAY <= now) {
        this.#tokens.delete(text);
      }
    }
    const text = randomBytes(32).toString("base64url");
    this.#tokens.set(text, { holder, expires: now + this.#lifetime });
    return text;
  }

  /** `GET /{tenant}/v2.0/.well-known/openid-configuration`, the parts that clients read. */
  configuration(tenant: string, origin: string): Readonly<Record<string, unknown>> {
    const base = `${origin}/${tenant}`;
    return {
      token_endpoint: `${base}/oauth2/v2.0/token`,
      token_endpoint_auth_methods_supported: ["client_secret_post"],
      jwks_uri: `${base}/discovery/v2.0/keys`,
      response_types_supported: ["code", "id_token", "token"],
      scopes_supported: ["openid"],
      issuer: `${origin}/${this.tenantId}/v2.0`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      tenant_region_scope: "EU",
      cloud_instance_name: new URL(origin).host,
    };
  }

  /** `GET /common/discovery/instance`: that this authority is what it says. */
  instances(origin: string): Readonly<Record<string, unknown>> {
    const { host } = new URL(origin);
    return {
      tenant_discovery_endpoint: `${origin}/${this.tenantId}/v2.0/.well-known/openid-configuration`,
      "api-version": "1.1",
      metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
    };
  }

  /**
   * Who sends the request.
   *
   * @param authorization the header's value.
   * @throws AzureError 401 with `WWW-Authenticate` when the token is absent, unknown or has expired.
   */
  holderOf(authorization: string | undefined, origin: string, now: Instant): Holder {
    const text = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
    if (text === undefined) {
      throw this.#unauthorized(
        "AuthenticationFailed",
        "Authentication failed. The 'Authorization' header is missing or not a bearer token.",
        origin,
      );
    }
    const token = this.#tokens.get(text);
    if (token === undefined) {
      throw this.#unauthorized(
        "InvalidAuthenticationToken",
        "The access token is invalid.",
        origin,
      );
    }
    if (token.expires <= now) {
      throw this.#unauthorized(
        "ExpiredAuthenticationToken",
        `The access token expiry UTC time '${new Date(token.expires).toISOString()}' is earlier than current UTC time '${new Date(now).toISOString()}'.`,
        origin,
      );
    }
    return token.holder;
  }

  #unauthorized(code: string, message: string, origin: string): AzureError {
    return armError(401, code, message, {
      "www-authenticate": `Bearer authorization_uri="${origin}/${this.tenantId}", error="invalid_token", error_description="${message}"`,
    });
  }
}

/** Entra's form of an error (observed in public bug reports of its answers). */
function entraError(
  now: Instant,
  status: number,
  error: string,
  code: number,
  message: string,
): AzureError {
  const timestamp = `${new Date(now).toISOString().slice(0, 19).replace("T", " ")}Z`;
  const [traceId, correlationId] = [randomUUID(), randomUUID()];
  return new AzureError(status, {
    error,
    error_description: `AADSTS${code}: ${message} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
  });
}

function isSame(a: string, b: string): boolean {
  const [first, second] = [a, b].map((text) => createHash("sha256").update(text).digest());
  return first !== undefined && second !== undefined && timingSafeEqual(first, second);
}
