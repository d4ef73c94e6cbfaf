import { z } from "zod";
import type { SlackConfiguration } from "./configuration.ts";
import type { Secret } from "./secret.ts";
import { secretSetting } from "./secret-setting.ts";
import type { SecretSources } from "./secret-setting.ts";
import { portSetting, switchSetting, textSetting, urlSetting } from "./setting-forms.ts";

/** Source: https://docs.slack.dev/interactivity/implementing-slash-commands */
const COMMAND = /^\/[a-z0-9_-]{1,31}$/;
const WORKSPACE = /^T[A-Z0-9]{2,20}$/;
const CHANNEL = /^[CG][A-Z0-9]{2,20}$/;
const USER = /^[UW][A-Z0-9]{2,20}$/;
const GROUP = /^S[A-Z0-9]{2,20}$/;
const STATE_SECRET_LENGTH = 32;
const PORT = 3000;
/** How long a call to Slack may take, in ms. */
const CALL_TIMEOUT = 10_000;

/** The section `slack`; null where there is none. */
export function slackSection(sources: SecretSources) {
  return z
    .strictObject({
      "bot-token": tokenSetting(sources, "xoxb-", "Bot User OAuth Token")
        .optional()
        .describe("The Bot User OAuth Token of the app in its one workspace: `xoxb-…`. Or `oauth`.")
        .meta({ examples: [{ env: "DOORBELL_SLACK_BOT_TOKEN" }] }),
      "app-token": tokenSetting(sources, "xapp-", "app-level token")
        .optional()
        .describe(
          "An app-level token with the scope `connections:write`: `xapp-…`. With it Doorbell opens a WebSocket to Slack and needs no public address. Or `http`.",
        )
        .meta({ examples: [{ env: "DOORBELL_SLACK_APP_TOKEN" }] }),
      http: httpSection(sources),
      oauth: oauthSection(sources),
      command: z
        .string({ error: "must be a text" })
        .regex(COMMAND, { error: "must begin with / and have only small letters, digits, - and _" })
        .prefault("/jit")
        .describe("The slash command, as the app's manifest has it.")
        .meta({ title: "text", examples: ["/doorbell"] }),
      "public-answers": switchSetting()
        .prefault("off")
        .describe(
          "Whether everybody in the channel sees answers; else only the asker does, unless the question says `public`.",
        )
        .meta({ examples: ["on"] }),
      workspaces: z
        .array(workspaceSetting())
        .prefault([])
        .describe(
          "IDs of the workspaces that may use Doorbell. Without any: every one that it has a token of.",
        )
        .meta({ examples: [["T0123456789"]] }),
      channels: z
        .union([z.array(channelSetting()), z.literal("all")], {
          error: "must be a list of channel IDs such as C0123456789, or all",
        })
        .describe("IDs of the channels where questions are answered, or `all`.")
        .meta({ title: "list of: channel ID, or `all`", examples: [["C0123456789"]] }),
      "direct-messages": switchSetting()
        .prefault("off")
        .describe(
          "Whether every member of the workspace may ask in direct messages, the shortcut's dialog and the app's home tab.",
        )
        .meta({ examples: ["on"] }),
      guests: switchSetting()
        .prefault("off")
        .describe(
          "Whether guests of the workspace may ask; people of other organisations never may.",
        )
        .meta({ examples: ["on"] }),
      users: peopleSetting(USER, "must be the ID of a person, such as U0123456789", "user ID")
        .describe(
          "IDs of the people who may ask, beside the members of `groups`. Without `users` and `groups`: all whom the other settings let in.",
        )
        .meta({ examples: [["U0123456789"]] }),
      groups: peopleSetting(
        GROUP,
        "must be the ID of a user group, such as S0123456789",
        "group ID",
      )
        .describe(
          "IDs of the user groups whose members may ask, beside `users`. The app needs the scope `usergroups:read` then.",
        )
        .meta({ examples: [["S0123456789"]] }),
      "api-url": apiUrlSetting()
        .prefault("https://slack.com/api")
        .describe("Where Slack's Web API answers; `https://slack-gov.com/api` for GovSlack.")
        .meta({ examples: ["https://slack-gov.com/api"] }),
    })
    .transform((own, context): SlackConfiguration => {
      const identity = own.oauth ?? identityOf(own["bot-token"]);
      const transport = own.http ?? transportOf(own["app-token"]);
      for (const [one, other] of [
        ["bot-token", "oauth"],
        ["app-token", "http"],
      ] as const) {
        const count = [own[one], own[other]].filter((value) => value !== undefined).length;
        if (count !== 1) {
          const is = count === 0 ? "is missing" : "stands beside the other";
          context.addIssue({
            code: "custom",
            message: `${is}: name ${one} or ${other}`,
            path: [one],
          });
        }
      }
      if (identity === null || transport === null) {
        return z.NEVER;
      }
      return {
        identity,
        transport,
        command: own.command,
        publicAnswers: own["public-answers"],
        workspaces: own.workspaces,
        channels: own.channels,
        directMessages: own["direct-messages"],
        guests: own.guests,
        users: own.users ?? [],
        groups: own.groups ?? [],
        apiUrl: `${own["api-url"]}/`,
        callTimeout: CALL_TIMEOUT,
      };
    })
    .optional()
    .describe("Slack as a chat; docs/slack.md leads through it. Without this section: no Slack.");
}

/** The ID of a workspace. */
export function workspaceSetting() {
  const wrong = "must be the ID of a workspace, such as T0123456789";
  return z
    .string({ error: wrong })
    .regex(WORKSPACE, { error: wrong })
    .meta({ title: "workspace ID" });
}

/** The ID of a public or private channel. */
export function channelSetting() {
  const wrong = "must be the ID of a channel, such as C0123456789: channel names may change";
  return z.string({ error: wrong }).regex(CHANNEL, { error: wrong }).meta({ title: "channel ID" });
}

/** IDs of some; nobody at all is no list of people, but a mistake. */
function peopleSetting(form: RegExp, wrong: string, title: string) {
  return z
    .array(z.string({ error: wrong }).regex(form, { error: wrong }).meta({ title }))
    .min(1, { error: "is empty: name somebody, or leave it out" })
    .optional();
}

/** HTTPS, because tokens travel there; plain HTTP does within this machine, where Slack is a test's. */
function apiUrlSetting() {
  const wrong = "must be an https: URL";
  return z
    .string({ error: wrong })
    .regex(/^(?:https:\/\/[^/\s]+|http:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?)(?:\/\S*)?$/, {
      error: wrong,
    })
    .transform((text) => text.replace(/\/+$/, ""))
    .meta({ title: "URL" });
}

function identityOf(botToken: Secret | undefined): SlackConfiguration["identity"] | null {
  return botToken === undefined ? null : { kind: "token", botToken };
}

function transportOf(appToken: Secret | undefined): SlackConfiguration["transport"] | null {
  return appToken === undefined ? null : { kind: "socket", appToken };
}

function oauthSection(sources: SecretSources) {
  return z
    .strictObject({
      "client-id": textSetting("text")
        .describe("The app's Client ID.")
        .meta({ examples: ["1234567890.1234567890123"] }),
      "client-secret": secretSetting(sources)
        .describe("The app's Client Secret.")
        .meta({ examples: [{ env: "DOORBELL_SLACK_CLIENT_SECRET" }] }),
      "state-secret": secretSetting(sources)
        .refine((secret) => secret.reveal().length >= STATE_SECRET_LENGTH, {
          error: "names a secret that is too short: at least 32 random characters",
        })
        .describe(
          "At least 32 random characters of your own, which sign an installation under way.",
        )
        .meta({ examples: [{ env: "DOORBELL_SLACK_STATE_SECRET" }] }),
      "redirect-uri": urlSetting()
        .describe(
          "Where Slack sends browsers back after an installation: the public address of Doorbell with `/slack/oauth_redirect` behind it.",
        )
        .meta({ examples: ["https://doorbell.example/slack/oauth_redirect"] }),
      host: hostSetting().describe(
        "With `app-token`, address to listen on for the pages of an installation.",
      ),
      port: portSetting()
        .prefault(PORT)
        .describe("With `app-token`, port of the pages of an installation.")
        .meta({ examples: [PORT] }),
    })
    .transform((own) => ({
      kind: "oauth" as const,
      clientId: own["client-id"],
      clientSecret: own["client-secret"],
      stateSecret: own["state-secret"],
      redirectUri: own["redirect-uri"],
      host: own.host,
      port: own.port,
    }))
    .optional()
    .describe(
      "In place of `bot-token`: several workspaces, which install the app at `/slack/install`.",
    );
}

function httpSection(sources: SecretSources) {
  return z
    .strictObject({
      "signing-secret": secretSetting(sources)
        .describe("The app's Signing Secret.")
        .meta({ examples: [{ env: "DOORBELL_SLACK_SIGNING_SECRET" }] }),
      host: hostSetting().describe("Address to listen on, behind what ends TLS."),
      port: portSetting()
        .prefault(PORT)
        .describe("Port to listen on.")
        .meta({ examples: [PORT] }),
      path: z
        .string({ error: "must be a path" })
        .regex(/^\/[\w./-]*$/, { error: "must be a path such as /slack/events" })
        .prefault("/slack/events")
        .describe("Path of what Slack posts.")
        .meta({ title: "path", examples: ["/slack/events"] }),
      "public-url": urlSetting()
        .optional()
        .describe(
          "The address under which Slack reaches `path`; only `doorbell manifest slack` needs it.",
        )
        .meta({ examples: ["https://doorbell.example/slack/events"] }),
    })
    .transform((own) => ({
      kind: "http" as const,
      signingSecret: own["signing-secret"],
      host: own.host,
      port: own.port,
      path: own.path,
      publicUrl: own["public-url"] ?? null,
    }))
    .optional()
    .describe("In place of `app-token`: Slack posts to Doorbell, signed.");
}

function hostSetting() {
  return textSetting("address")
    .prefault("127.0.0.1")
    .meta({ examples: ["0.0.0.0"] });
}

/** A token of this kind: the wrong one of Slack's many is told before Slack refuses it. */
function tokenSetting(sources: SecretSources, prefix: "xoxb-" | "xapp-", what: string) {
  return secretSetting(sources).refine((secret) => secret.reveal().startsWith(prefix), {
    error: `names a secret that is no ${what}: those begin with ${prefix}`,
  });
}
