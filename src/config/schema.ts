import { z } from "zod";
import { parseWorkingHours } from "../domain/working-hours.ts";
import { azureSection } from "./azure-section.ts";
import { LOG_LEVELS } from "./configuration.ts";
import { notificationSection } from "./notification-section.ts";
import { resolvePath, secretSetting } from "./secret-setting.ts";
import type { SecretSources } from "./secret-setting.ts";
import {
  durationSetting,
  portSetting,
  textSetting,
  eventCountSetting,
  zoneSetting,
} from "./setting-forms.ts";
import { slackSection } from "./slack-section.ts";
import { teamsSection } from "./teams-section.ts";

/** What the meaning of a configuration depends on besides its text. */
export interface ConfigurationSources extends SecretSources {
  /** The machine's IANA time zone. */
  readonly zone: string;
}

/**
 * The whole configuration file: one schema for reading it, for its documentation and for editors.
 * Parsing is asynchronous, because secrets are read from their files.
 */
export function configurationSchema(sources: ConfigurationSources) {
  return z
    .strictObject({
      azure: azureSection(sources),
      store: storeSection(sources),
      retention: z
        .union([z.literal("forever"), durationSetting("2d", "9999d")], {
          error: "must be a length of time of at least 2d, or forever",
        })
        .prefault("forever")
        .describe(
          "Age after which events and openings may be thinned; the evidence behind openings that stay is kept with them.",
        )
        .meta({ title: "length of time, at least 2d, or `forever`", examples: ["400d"] }),
      "audit-retention": z
        .union([z.literal("forever"), durationSetting("1d", "9999d")], {
          error: "must be a length of time of at least 1d, or forever",
        })
        .prefault("365d")
        .describe(
          "Age after which it is forgotten who asked what; `doorbell audit` shows what is kept.",
        )
        .meta({ title: "length of time, at least 1d, or `forever`", examples: ["90d"] }),
      "events-in-memory": eventCountSetting()
        .prefault(250_000)
        .describe(
          "How many events are held in memory, some 2.5 kB each; those of quiet Azure subscriptions rest in the store beyond that. More make a busy night cheaper; docs/scale.md has the figures.",
        )
        .meta({ examples: [1_000_000] }),
      zone: zoneSetting()
        .optional()
        .describe(
          "Time zone of answers and working hours where the asker's is not known. Without it: the machine's.",
        )
        .meta({ examples: ["Europe/Berlin"] }),
      "working-hours": z
        .string({ error: "must be days and hours" })
        .refine((text) => parseWorkingHours(text, "UTC") !== null, {
          error: "must be days and hours, such as mon-fri 07:00-19:00",
        })
        .optional()
        .describe(
          "Days and hours in `zone`: openings outside of them get the finding `out-of-hours`. Without it: none do.",
        )
        .meta({ title: "days and hours", examples: ["mon-fri 07:00-19:00"] }),
      notifications: notificationSection(),
      slack: slackSection(sources),
      teams: teamsSection(sources),
      http: httpSection(),
      log: z
        .strictObject({
          level: z
            .enum(LOG_LEVELS)
            .prefault("info")
            .describe("The least important lines that are logged.")
            .meta({ examples: ["debug"] }),
        })
        .prefault({})
        .describe("What the program says about itself, on standard error."),
    })
    .superRefine(({ notifications, slack, teams }, context) => {
      const absent: Readonly<Record<string, string>> = {
        ...(slack === undefined ? { slack: "is Slack, and there is no section slack" } : {}),
        ...(teams === undefined ? { teams: "is Teams, and there is no section teams" } : {}),
      };
      for (const [index, { channel }] of notifications.entries()) {
        const message = absent[channel.platform];
        if (message !== undefined) {
          const path = ["notifications", index, "channel", "platform"];
          context.addIssue({ code: "custom", message, path });
        }
      }
    })
    .transform(
      ({
        "working-hours": hours,
        "audit-retention": auditRetention,
        "events-in-memory": eventsInMemory,
        retention,
        slack,
        teams,
        zone = sources.zone,
        ...rest
      }) => ({
        ...rest,
        slack: slack ?? null,
        teams: teams ?? null,
        zone,
        retention: retention === "forever" ? null : retention,
        eventsInMemory,
        auditRetention: auditRetention === "forever" ? null : auditRetention,
        workingHours: hours === undefined ? null : parseWorkingHours(hours, zone),
      }),
    );
}

function storeSection(sources: SecretSources) {
  return z
    .discriminatedUnion("kind", [
      z
        .strictObject({
          kind: z.literal("sqlite"),
          path: textSetting("path")
            .prefault("doorbell.db")
            .describe("The database file; relative to the folder of the configuration file.")
            .meta({ examples: ["/var/lib/doorbell/doorbell.db"] }),
        })
        .transform((own) => ({ ...own, path: resolvePath(own.path, sources.folder) }))
        .describe("One file, for one running Doorbell."),
      z
        .strictObject({
          kind: z.literal("postgres"),
          url: secretSetting(sources)
            .describe("Connection URL, such as `postgres://user:password@host:5432/doorbell`.")
            .meta({ examples: [{ env: "DOORBELL_DATABASE_URL" }] }),
        })
        .describe("A PostgreSQL server, which several Doorbells may share."),
    ])
    .prefault({ kind: "sqlite" })
    .describe("Where events and openings are kept.");
}

function httpSection() {
  const noPort = "must be a port from 1 to 65535, or off";
  return z
    .strictObject({
      host: textSetting("address")
        .prefault("127.0.0.1")
        .describe("Address to listen on; `0.0.0.0` for every IPv4 address of the machine.")
        .meta({ examples: ["0.0.0.0"] }),
      port: z
        .union([portSetting(noPort), z.literal("off")], { error: noPort })
        .prefault(8080)
        .describe("Port to listen on; `off` serves nothing.")
        .meta({ title: "port, or `off`", examples: ["off"] }),
    })
    .transform(({ host, port }) => ({ host, port: port === "off" ? null : port }))
    .prefault({})
    .describe("Where `/healthz` and `/metrics` are served.");
}
