import type { Duration } from "../domain/instant.ts";
import type { ChannelRef, NotificationFilter } from "../domain/notification.ts";
import type { WorkingHours } from "../domain/working-hours.ts";
import type { Secret } from "./secret.ts";

/** Everything that `doorbell.yaml` says, with every default filled in. */
export interface Configuration {
  readonly azure: AzureConfiguration;
  readonly store: StoreConfiguration;
  /** Data older than this may be thinned; null keeps everything. */
  readonly retention: Duration | null;
  /** Entries of the audit that are older are removed; null keeps all. */
  readonly auditRetention: Duration | null;
  /** How many events are held in memory; what is beyond rests in the store. */
  readonly eventsInMemory: number;
  /** IANA time zone. */
  readonly zone: string;
  /** In `zone`; null when openings are not told by the hour. */
  readonly workingHours: WorkingHours | null;
  readonly notifications: readonly ConfiguredSubscription[];
  /** null without Slack. */
  readonly slack: SlackConfiguration | null;
  /** null without Microsoft Teams. */
  readonly teams: TeamsConfiguration | null;
  readonly http: HttpConfiguration;
  readonly log: { readonly level: LogLevel };
}

/** What is read of Azure, and how. */
export interface AzureConfiguration {
  readonly cloud: CloudEndpoints;
  /** Empty when no Azure subscription is watched. */
  readonly tenants: readonly TenantConfiguration[];
  /** Streams of diagnostic settings. */
  readonly eventHubs: readonly EventHubConfiguration[];
  /** How often new events are asked for. */
  readonly poll: Duration;
  /** How far back each poll reads again, because Azure delivers late and out of order. */
  readonly overlap: Duration;
  /** How often the last 24 hours are read again. */
  readonly sweep: Duration;
  /** How far back the first start reads; 0 reads nothing that is past. */
  readonly backfill: Duration;
  /** Whether NSGs, VMs, network interfaces and JIT policies are read too. */
  readonly liveState: boolean;
}

/** Where an Azure cloud answers. URLs without a slash at the end. */
export interface CloudEndpoints {
  /** Signs in, such as `https://login.microsoftonline.com`. */
  readonly authorityHost: string;
  /** Azure Resource Manager, such as `https://management.azure.com`. */
  readonly resourceManager: string;
  /** What tokens are for: the scope is this with `/.default` behind it. */
  readonly audience: string;
  /** The query service of Log Analytics; its tokens are for this address. */
  readonly logAnalytics: string;
}

/** One Entra tenant with the Azure subscriptions to watch. */
export interface TenantConfiguration {
  /** The tenant's ID or one of its domains, lower-cased. */
  readonly id: string;
  readonly credential: CredentialConfiguration;
  /** IDs, lower-cased, at least one; none stands twice, in whatever tenants. */
  readonly subscriptions: readonly string[];
  /** null when only the Activity Log itself is read. */
  readonly logAnalytics: LogAnalyticsConfiguration | null;
}

/** A Log Analytics workspace that holds the Activity Log from before the 90 days that Azure keeps. */
export interface LogAnalyticsConfiguration {
  /** The workspace's ID, lower-cased. */
  readonly workspace: string;
  /** How far back it is read, from the first start on. */
  readonly backTo: Duration;
}

/** An Event Hub to which diagnostic settings stream the Activity Log of Azure subscriptions. */
export interface EventHubConfiguration {
  /** Host name, lower-cased, such as `contoso.servicebus.windows.net`. */
  readonly namespace: string;
  readonly hub: string;
  readonly consumerGroup: string;
  readonly access:
    | { readonly kind: "connection-string"; readonly connectionString: Secret }
    | {
        readonly kind: "sign-in";
        readonly tenantId: string;
        readonly credential: CredentialConfiguration;
      };
}

/** How to sign in to a tenant. */
export type CredentialConfiguration =
  /** The first that works of environment, workload identity, managed identity and developer tools. */
  | { readonly kind: "default" }
  | { readonly kind: "client-secret"; readonly clientId: string; readonly clientSecret: Secret }
  | {
      readonly kind: "client-certificate";
      readonly clientId: string;
      /** Path of a PEM file with certificate and private key. */
      readonly certificate: string;
      /** Of the private key; null when it has none. */
      readonly password: Secret | null;
    }
  /** `clientId` of a user-assigned identity; null for the system-assigned one. */
  | { readonly kind: "managed-identity"; readonly clientId: string | null }
  /** null for what the webhook put into the environment. */
  | {
      readonly kind: "workload-identity";
      readonly clientId: string | null;
      readonly tokenFile: string | null;
    }
  | { readonly kind: "azure-cli" };

/** Where events and openings are kept. */
export type StoreConfiguration =
  | { readonly kind: "sqlite"; readonly path: string }
  /** A connection URL, `postgres://user:password@host:5432/database`. */
  | { readonly kind: "postgres"; readonly url: Secret };

/** A channel that the configuration subscribes. */
export interface ConfiguredSubscription {
  readonly channel: ChannelRef;
  readonly filter: NotificationFilter;
}

/** Slack as a chat: what its adapter is made with, and what the app's manifest says. */
export interface SlackConfiguration {
  readonly identity:
    | { readonly kind: "token"; readonly botToken: Secret }
    | {
        readonly kind: "oauth";
        readonly clientId: string;
        readonly clientSecret: Secret;
        readonly stateSecret: Secret;
        readonly redirectUri: string;
        readonly host: string;
        readonly port: number;
      };
  readonly transport:
    | { readonly kind: "socket"; readonly appToken: Secret }
    | {
        readonly kind: "http";
        readonly signingSecret: Secret;
        readonly host: string;
        readonly port: number;
        readonly path: string;
        /** Where Slack posts, for the manifest; null where nobody said. */
        readonly publicUrl: string | null;
      };
  /** With its slash. */
  readonly command: string;
  readonly publicAnswers: boolean;
  /** `T…`; empty for every one with a token. */
  readonly workspaces: readonly string[];
  /** `C…` and `G…`. */
  readonly channels: readonly string[] | "all";
  readonly directMessages: boolean;
  readonly guests: boolean;
  /** `U…` and `W…`; with `groups` empty too: everybody. */
  readonly users: readonly string[];
  /** `S…` */
  readonly groups: readonly string[];
  /** With a slash at the end. */
  readonly apiUrl: string;
  readonly callTimeout: Duration;
}

/** Microsoft Teams as a chat: what its adapter is made with, how its bot signs in, and what the manifest says. */
export interface TeamsConfiguration {
  /** Lower-cased; null only in development, where nothing that arrives is authenticated. */
  readonly appId: string | null;
  /** The ID of the tenant that the bot is registered in, lower-cased. */
  readonly tenant: string;
  /** null in development. */
  readonly credential: CredentialConfiguration | null;
  readonly listen: { readonly host: string; readonly port: number; readonly path: string };
  /** Where the Bot Connector posts; null where nobody said. */
  readonly publicUrl: string | null;
  /** IDs of the tenants that may use Doorbell, lower-cased; empty for the bot's own. */
  readonly tenants: readonly string[];
  /** Such as `19:…@thread.tacv2`. */
  readonly channels: readonly string[] | "all";
  readonly directMessages: boolean;
  readonly guests: boolean;
  /** Entra object IDs, lower-cased. */
  readonly users: readonly string[];
  /** IDs of teams, such as `19:…@thread.tacv2`. */
  readonly groups: readonly string[];
  readonly cloud: BotCloud;
  readonly callTimeout: Duration;
}

/** Where the Bot Framework of an Azure cloud signs and lets sign in. */
export interface BotCloud {
  /** Signs the bot in, such as `https://login.microsoftonline.com`. */
  readonly authorityHost: string;
  /** Where the keys that sign activities are published. */
  readonly openIdMetadataUrl: string;
  /** The issuer of the activities' tokens. */
  readonly issuer: string;
  /** What the bot's own tokens are asked for, such as `https://api.botframework.com/.default`. */
  readonly scope: string;
  /** The Bot Connector for tenants that nothing was heard from yet. */
  readonly serviceUrl: string;
}

/** Where `/healthz` and `/metrics` are served. */
export interface HttpConfiguration {
  readonly host: string;
  /** null serves nothing. */
  readonly port: number | null;
}

/** The least important lines that are logged. */
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_LEVELS = ["error", "warning", "info", "debug"] as const;
