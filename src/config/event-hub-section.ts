import { z } from "zod";
import type { EventHubConfiguration } from "./configuration.ts";
import { credentialSection } from "./credential-section.ts";
import { secretSetting } from "./secret-setting.ts";
import type { SecretSources } from "./secret-setting.ts";
import { hostSetting, tenantSetting, textSetting } from "./setting-forms.ts";

/** An Event Hub of the section `azure`. */
export function eventHubSection(sources: SecretSources) {
  return z
    .strictObject({
      namespace: hostSetting()
        .describe("Host name of the Event Hubs namespace.")
        .meta({ examples: ["contoso.servicebus.windows.net"] }),
      hub: textSetting("name")
        .describe("Name of the Event Hub.")
        .meta({ examples: ["activity-log"] }),
      "consumer-group": textSetting("name")
        .prefault("$Default")
        .describe(
          "Consumer group to read in. One that nobody else reads in: all Doorbells that share a store share it.",
        )
        .meta({ examples: ["doorbell"] }),
      "connection-string": secretSetting(sources)
        .optional()
        .describe(
          "Connection string of a shared access policy with the right Listen, instead of `tenant` and `credential`.",
        )
        .meta({ examples: [{ env: "DOORBELL_EVENT_HUB" }] }),
      tenant: tenantSetting()
        .optional()
        .describe("The tenant to sign in to; needed without `connection-string`.")
        .meta({ examples: ["contoso.onmicrosoft.com"] }),
      credential: credentialSection(sources),
    })
    .superRefine(({ tenant, "connection-string": connectionString }, context) => {
      if ((tenant === undefined) === (connectionString === undefined)) {
        const message =
          tenant === undefined
            ? "is missing: name the tenant to sign in to, or a connection-string"
            : "stands beside connection-string: only one of them says who reads";
        context.addIssue({ code: "custom", message, path: ["tenant"] });
      }
    })
    .transform((own): EventHubConfiguration => {
      const { namespace, hub, tenant, credential } = own;
      const connectionString = own["connection-string"];
      return {
        namespace,
        hub,
        consumerGroup: own["consumer-group"],
        access:
          connectionString === undefined
            ? { kind: "sign-in", tenantId: tenant ?? "", credential }
            : { kind: "connection-string", connectionString },
      };
    });
}
