import nock from "nock";
import { connectAzure } from "../../src/azure/azure-connection.ts";
import type { AzureConnection, ConnectionSettings } from "../../src/azure/azure-connection.ts";
import { Secret } from "../../src/config/secret.ts";
import type { Clock } from "../../src/ports.ts";
import { AZURE_SUBSCRIPTION } from "./log-feed.ts";

export const ARM = "https://management.example.test";
export const LOGIN = "https://login.example.test";
export const TENANT = "99999999-0000-0000-0000-000000000001";
export const SECRET_TEXT = "s3cr3t-value";
export const TOKEN = "token-of-the-reader";
export const LOG_PATH = `/subscriptions/${AZURE_SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values`;

/** Real time, with sleeps that never end. */
export const WALL: Clock = {
  now: () => Date.now(),
  sleep: (_, signal) =>
    new Promise((resolve) => {
      signal?.addEventListener("abort", () => resolve());
    }),
};

/** A connection to a cloud of its own, with a client secret, with whatever a test changes. */
export function connection(
  changes: Partial<ConnectionSettings> = {},
  wall = WALL,
): AzureConnection {
  return connectAzure(
    {
      cloud: { authorityHost: LOGIN, resourceManager: ARM, audience: ARM },
      tenantId: TENANT,
      credential: {
        kind: "client-secret",
        clientId: "22222222-0000-0000-0000-000000000001",
        clientSecret: new Secret(SECRET_TEXT),
      },
      ca: null,
      setting: "azure.tenants[0]",
      ...changes,
    },
    wall,
  );
}

/** Entra says where its token endpoint is. */
export function openIdConfiguration(tenant: string = TENANT): nock.Interceptor {
  return nock(LOGIN).get(`/${tenant}/v2.0/.well-known/openid-configuration`).query(true);
}

/** What the document above holds. */
export function openIdDocument(tenant: string = TENANT): Record<string, string> {
  return {
    token_endpoint: `${LOGIN}/${tenant}/oauth2/v2.0/token`,
    issuer: `${LOGIN}/${tenant}/v2.0`,
    authorization_endpoint: `${LOGIN}/${tenant}/oauth2/v2.0/authorize`,
    jwks_uri: `${LOGIN}/${tenant}/discovery/v2.0/keys`,
  };
}

/** A request for a token. */
export function tokenRequest(): nock.Interceptor {
  return nock(LOGIN).post(`/${TENANT}/oauth2/v2.0/token`).query(true);
}

/** Entra gives a token to whoever asks, as often as they ask. */
export function allowSignIn(): void {
  openIdConfiguration().reply(200, openIdDocument()).persist();
  tokenRequest()
    .reply(200, {
      token_type: "Bearer",
      expires_in: 3600,
      ext_expires_in: 3600,
      access_token: TOKEN,
    })
    .persist();
}

/** A failure of the network with its code. */
export function networkError(code: string): Error {
  return Object.assign(new Error(`something failed: ${code}`), { code });
}
