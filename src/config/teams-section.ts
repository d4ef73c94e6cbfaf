import { z } from "zod";
import type { BotCloud, TeamsConfiguration } from "./configuration.ts";
import { botCredentialSection } from "./credential-section.ts";
import type { SecretSources } from "./secret-setting.ts";
import {
  guidSetting,
  portSetting,
  switchSetting,
  textSetting,
  urlSetting,
} from "./setting-forms.ts";

/**
 * The Bot Framework in Azure's national clouds.
 * Sources: `authenticationConstants` and `governmentConstants` of the Bot Framework SDK, and
 * https://learn.microsoft.com/en-us/azure/bot-service/how-to-deploy-china-cloud
 */
const CLOUDS = {
  public: {
    authorityHost: "https://login.microsoftonline.com",
    openIdMetadataUrl: "https://login.botframework.com/v1/.well-known/openidconfiguration",
    issuer: "https://api.botframework.com",
    scope: "https://api.botframework.com/.default",
    serviceUrl: "https://smba.trafficmanager.net/teams/",
  },
  "us-government": {
    authorityHost: "https://login.microsoftonline.us",
    openIdMetadataUrl: "https://login.botframework.azure.us/v1/.well-known/openidconfiguration",
    issuer: "https://api.botframework.us",
    scope: "https://api.botframework.us/.default",
    serviceUrl: "https://smba.infra.gov.teams.microsoft.us/teams/",
  },
  china: {
    authorityHost: "https://login.partner.microsoftonline.cn",
    openIdMetadataUrl: "https://login.botframework.azure.cn/v1/.well-known/openidconfiguration",
    issuer: "https://api.botframework.azure.cn",
    scope: "https://api.botframework.azure.cn/.default",
    serviceUrl: "https://frontend.botapi.msg.infra.teams.microsoftonline.cn/teams/",
  },
} satisfies Record<string, BotCloud>;

const APP_ID = "11111111-2222-3333-4444-555555555555";
const TENANT = "66666666-7777-8888-9999-000000000000";
const CHANNEL = "19:0123456789abcdef@thread.tacv2";
/** Channels and group chats, as their ID stands in a link, percent signs and all. */
const CONVERSATION = /^19(?::|%3[Aa])[A-Za-z0-9_-]{4,200}(?:@|%40)thread\.(?:tacv2|skype|v2)$/;
/** Tenants of everybody, as bots of several tenants had them. */
const ANY_TENANT = /^(?:common|organizations|consumers|botframework\.com)$/i;
const LOOPBACK = /^(?:127\.\d{1,3}\.\d{1,3}\.\d{1,3}|localhost|::1)$/;
const PORT = 3978;
const PATH = "/api/messages";
/** How long a call to the Bot Connector may take, in ms. */
const CALL_TIMEOUT = 15_000;

/** The section `teams`; null where there is none. */
export function teamsSection(sources: SecretSources) {
  return z
    .strictObject({
      "app-id": guidSetting()
        .optional()
        .describe(
          "The Microsoft app ID of the Azure Bot (of a managed identity: its client ID); without it nothing that arrives would be authenticated.",
        )
        .meta({ examples: [APP_ID] }),
      tenant: botTenantSetting(),
      credential: botCredentialSection(sources),
      http: httpSection(),
      tenants: z
        .array(guidSetting())
        .prefault([])
        .describe("IDs of the tenants whose people may use Doorbell. Without any: `tenant` alone.")
        .meta({ examples: [[TENANT]] }),
      channels: z
        .union([z.array(conversationSetting()), z.literal("all")], {
          error: `must be a list of IDs such as "${CHANNEL}", or all`,
        })
        .describe("IDs of the channels and group chats where questions are answered, or `all`.")
        .meta({ title: "list of: channel ID, or `all`", examples: [[CHANNEL]] }),
      "personal-chats": switchSetting()
        .prefault("off")
        .describe(
          "Whether everybody in the tenants may ask in a personal chat with the bot, and search through its message extension.",
        )
        .meta({ examples: ["on"] }),
      guests: switchSetting()
        .prefault("off")
        .describe("Whether guests may ask; people of other tenants never may.")
        .meta({ examples: ["on"] }),
      cloud: z
        .enum(["public", "us-government", "china"])
        .prefault("public")
        .describe("The Azure cloud that the bot is registered in.")
        .meta({ examples: ["us-government"] }),
      endpoints: endpointSettings(),
      "development-without-authentication": switchSetting()
        .prefault("off")
        .describe(
          "For the Agents Playground alone: whoever reaches `http` is believed. Only without `app-id`, and only where `http.host` is this machine's own loopback.",
        )
        .meta({ examples: ["on"] }),
    })
    .superRefine((own, context) => {
      const tell = (key: string, message: string, path: readonly string[] = [key]): void => {
        context.addIssue({ code: "custom", message, path: [...path] });
      };
      const development = "development-without-authentication";
      if (own[development]) {
        if (own["app-id"] !== undefined || own.credential !== undefined) {
          tell(development, "stands beside app-id or credential: remove it, or both of them");
        } else if (!LOOPBACK.test(own.http.host)) {
          const why = "must be 127.0.0.1, ::1 or localhost: nothing that arrives is authenticated";
          tell("http", why, ["http", "host"]);
        }
        return;
      }
      if (own["app-id"] === undefined) {
        tell("app-id", "is missing");
      }
      if (own.credential === undefined) {
        tell("credential", "is missing");
      }
    })
    .transform((own): TeamsConfiguration => {
      const { "app-id": appId = null, credential } = own;
      return {
        appId,
        tenant: own.tenant,
        credential:
          appId === null || credential === undefined ? null : { ...credential, clientId: appId },
        listen: { host: own.http.host, port: own.http.port, path: own.http.path },
        publicUrl: own.http["public-url"] ?? null,
        tenants: own.tenants,
        channels: own.channels,
        directMessages: own["personal-chats"],
        guests: own.guests,
        cloud: {
          authorityHost: own.endpoints["authority-host"] ?? CLOUDS[own.cloud].authorityHost,
          openIdMetadataUrl:
            own.endpoints["openid-metadata"] ?? CLOUDS[own.cloud].openIdMetadataUrl,
          issuer: own.endpoints.issuer ?? CLOUDS[own.cloud].issuer,
          scope: own.endpoints.scope ?? CLOUDS[own.cloud].scope,
          serviceUrl: own.endpoints["service-url"] ?? CLOUDS[own.cloud].serviceUrl,
        },
        callTimeout: CALL_TIMEOUT,
      };
    })
    .optional()
    .describe(
      "Microsoft Teams as a chat; docs/teams.md leads through it. Without this section: no Teams.",
    );
}

/** The ID of a channel or group chat, also as it stands in the channel's link; comes out decoded. */
export function conversationSetting() {
  const wrong = `must be the ID of a channel or group chat, such as "${CHANNEL}", as it stands in its link`;
  return z
    .string({ error: wrong })
    .regex(CONVERSATION, { error: wrong })
    .transform((text) => decodeURIComponent(text))
    .meta({ title: "channel ID" });
}

function botTenantSetting() {
  const wrong = "must be the ID of the tenant that the bot is registered in, a GUID";
  return z
    .string({ error: wrong })
    .refine((text) => !ANY_TENANT.test(text), {
      error:
        "must be one tenant's ID: bots of several tenants cannot be created since 2025-07-31, and Doorbell does not serve those that were; register a single-tenant bot or one of a managed identity",
      abort: true,
    })
    .pipe(guidSetting())
    .describe("The ID of the tenant that the bot is registered in.")
    .meta({ title: "GUID", examples: [TENANT] });
}

function httpSection() {
  return z
    .strictObject({
      host: textSetting("address")
        .prefault("127.0.0.1")
        .describe("Address to listen on, behind what ends TLS.")
        .meta({ examples: ["0.0.0.0"] }),
      port: portSetting()
        .prefault(PORT)
        .describe("Port to listen on.")
        .meta({ examples: [PORT] }),
      path: z
        .string({ error: "must be a path" })
        .regex(/^\/[\w./-]*$/, { error: `must be a path such as ${PATH}` })
        .prefault(PATH)
        .describe("Path of what the Bot Connector posts.")
        .meta({ title: "path", examples: [PATH] }),
      "public-url": urlSetting()
        .optional()
        .describe(
          "The address under which the Bot Connector reaches `path`: the messaging endpoint of the Azure Bot.",
        )
        .meta({ examples: [`https://doorbell.example${PATH}`] }),
    })
    .prefault({})
    .describe("Where the Bot Connector posts.");
}

function endpointSettings() {
  return z
    .strictObject({
      "authority-host": urlSetting()
        .optional()
        .describe("Where the bot signs in.")
        .meta({ examples: ["https://login.example.com"] }),
      "openid-metadata": endpointSetting()
        .optional()
        .describe("Where the keys that sign activities are published.")
        .meta({ examples: ["https://login.example.com/v1/.well-known/openidconfiguration"] }),
      issuer: endpointSetting()
        .optional()
        .describe("Who signs activities.")
        .meta({ examples: ["https://api.example.com"] }),
      scope: endpointSetting()
        .optional()
        .describe("What the bot's tokens are for.")
        .meta({ examples: ["https://api.example.com/.default"] }),
      "service-url": endpointSetting()
        .optional()
        .describe("The Bot Connector, until Teams has told a nearer one.")
        .meta({ examples: ["https://smba.infra.gcc.teams.microsoft.com/teams/"] }),
    })
    .prefault({})
    .describe("Endpoints that differ from the cloud's own.");
}

/** HTTPS, because trust hangs on it; plain HTTP does within this machine, where Teams is a test's. */
function endpointSetting() {
  const wrong = "must be an https: URL";
  return z
    .string({ error: wrong })
    .regex(/^(?:https:\/\/[^/\s]+|http:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?)(?:\/\S*)?$/, {
      error: wrong,
    })
    .meta({ title: "URL" });
}
