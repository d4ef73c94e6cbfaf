import { signInTo } from "../azure/azure-connection.ts";
import type { TeamsConfiguration } from "../config/configuration.ts";
import { DoorbellError } from "../errors.ts";
import type { Clock } from "../ports.ts";

const KEYS = {
  credential: "teams.credential",
  client: "teams.app-id",
  tenant: "teams.tenant",
  cloud: "teams.cloud",
};

/**
 * Signs in as the bot; nothing is sent until a token is wanted.
 *
 * @returns what gives a bearer token for the Bot Connector: kept, and renewed in time. It throws DoorbellError
 *   with the setting to change when there is none.
 */
export function teamsSignIn(
  { credential, tenant, cloud }: TeamsConfiguration,
  wall: Clock,
): () => Promise<string> {
  if (credential === null) {
    return async () => {
      throw new DoorbellError("credentials", "Without teams.app-id the bot has no token.");
    };
  }
  const { authorityHost, scope } = cloud;
  const target = { authorityHost, tenantId: tenant, credential, ca: null, keys: KEYS };
  const signIn = signInTo(target, wall);
  return async () => (await signIn.getToken(scope)).token;
}
