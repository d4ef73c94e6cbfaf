import type { Duration } from "../../src/domain/instant.ts";

/** How the adapter reaches Microsoft Teams, and whom it answers. */
export interface TeamsSettings {
  /**
   * The bot's Microsoft app ID. Null only in development: nothing that arrives is authenticated then, and
   * the adapter starts only where it listens on loopback.
   */
  readonly appId: string | null;
  /** The Entra tenant that the bot is registered in, lower-cased. */
  readonly tenant: string;
  /** Where the Bot Connector delivers activities. */
  readonly listen: { readonly host: string; readonly port: number; readonly path: string };
  /**
   * The `https:` address under which `listen` is reached from the internet, path included: the messaging
   * endpoint of the Azure Bot. null where that is unknown.
   */
  readonly publicUrl: string | null;
  /** Entra tenants that may use Doorbell, lower-cased; the bot's own when there are none. */
  readonly tenants: readonly string[];
  /** IDs of the conversations (channels and group chats) where questions are answered, or all of them. */
  readonly channels: readonly string[] | "all";
  /** Whether everybody in the tenant may ask in personal chats. */
  readonly directMessages: boolean;
  /** Whether guests may ask. */
  readonly guests: boolean;
  /** Who signs what arrives, and whom tokens are for. */
  readonly cloud: TeamsCloud;
  /** How long a call to the Bot Connector may take, in ms. What was sent by then may have been done. */
  readonly callTimeout: Duration;
}

/**
 * What differs between Azure's clouds.
 * Source: https://learn.microsoft.com/en-us/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
 */
export interface TeamsCloud {
  /** Where the keys that sign activities are published. */
  readonly openIdMetadataUrl: string;
  /** The issuer of the activities' tokens. */
  readonly issuer: string;
  /** What the bot's own tokens are asked for, such as `https://api.botframework.com/.default`. */
  readonly scope: string;
  /**
   * The Bot Connector for conversations of a tenant that nothing was heard from yet, such as
   * `https://smba.trafficmanager.net/teams/`; activities tell a nearer one.
   * Source: https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
   */
  readonly serviceUrl: string;
}
