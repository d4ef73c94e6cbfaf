import type { Secret } from "../../src/config/secret.ts";
import type { AccessRules } from "../../src/domain/access.ts";
import type { Duration } from "../../src/domain/instant.ts";

/**
 * The `slack` section of the configuration. The rules of who may ask carry Slack's IDs: workspaces `T…`,
 * channels `C…`, users `U…` and `W…`, user groups `S…`.
 */
export interface SlackSettings extends AccessRules {
  /** How the app proves itself to Slack: one token, or tokens of every workspace that installs it. */
  readonly identity: SlackIdentity;
  /** How Slack reaches Doorbell. */
  readonly transport: SlackTransport;
  /** The slash command, such as `/jit`. */
  readonly command: string;
  /** Whether everybody in the channel sees answers; else only the asker does, unless they say `public`. */
  readonly publicAnswers: boolean;
  /** The Web API; `https://slack.com/api/` but in tests. */
  readonly apiUrl: string;
  /** How long a call may take, in ms; 10,000 but in tests. What was sent by then may have been done. */
  readonly callTimeout: Duration;
}

/** How the app proves itself to Slack. */
export type SlackIdentity =
  | {
      readonly kind: "token";
      /** `xoxb-…` */
      readonly botToken: Secret;
    }
  | {
      readonly kind: "oauth";
      readonly clientId: string;
      readonly clientSecret: Secret;
      /** At least 32 random characters: they sign the state of an installation under way. */
      readonly stateSecret: Secret;
      /** Where Slack sends browsers back, such as `https://doorbell.example/slack/oauth_redirect`. */
      readonly redirectUri: string;
      /** Where the pages `/slack/install` and `/slack/oauth_redirect` are served with a socket. */
      readonly host: string;
      readonly port: number;
    };

/** How Slack reaches Doorbell. */
export type SlackTransport =
  | {
      /** Doorbell opens a WebSocket: no public address is needed. */
      readonly kind: "socket";
      /** `xapp-…`, with `connections:write`. */
      readonly appToken: Secret;
    }
  | {
      /** Slack posts to Doorbell, signed. */
      readonly kind: "http";
      readonly signingSecret: Secret;
      readonly host: string;
      readonly port: number;
      /** Such as `/slack/events`. */
      readonly path: string;
    };
