import { z } from "zod";
import type { CloudEndpoints } from "./configuration.ts";
import { credentialSection } from "./credential-section.ts";
import type { SecretSources } from "./secret-setting.ts";
import {
  durationSetting,
  guidSetting,
  switchSetting,
  tenantSetting,
  urlSetting,
} from "./setting-forms.ts";

/** Azure's national clouds, as the Azure SDK names their endpoints. */
const CLOUDS = {
  public: {
    authorityHost: "https://login.microsoftonline.com",
    resourceManager: "https://management.azure.com",
    audience: "https://management.azure.com",
  },
  "us-government": {
    authorityHost: "https://login.microsoftonline.us",
    resourceManager: "https://management.usgovcloudapi.net",
    audience: "https://management.usgovcloudapi.net",
  },
  china: {
    authorityHost: "https://login.chinacloudapi.cn",
    resourceManager: "https://management.chinacloudapi.cn",
    audience: "https://management.chinacloudapi.cn",
  },
} satisfies Record<string, CloudEndpoints>;

const SUBSCRIPTION = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";

/** The section `azure`. */
export function azureSection(sources: SecretSources) {
  return z
    .strictObject({
      cloud: z
        .enum(["public", "us-government", "china"])
        .prefault("public")
        .describe("The Azure cloud.")
        .meta({ examples: ["us-government"] }),
      endpoints: endpointSettings(),
      tenants: z
        .array(tenantSection(sources))
        .superRefine(tellRepeated, { when: () => true })
        .prefault([])
        .describe("The Entra tenants to watch. Without one, nothing is read from Azure."),
      poll: durationSetting("1s", "1h")
        .prefault("1m")
        .describe("How often new events are asked for.")
        .meta({ examples: ["1m"] }),
      overlap: durationSetting("30m", "1d")
        .prefault("30m")
        .describe(
          "How far back each poll reads again: Azure delivers events up to 20 minutes late and out of order.",
        )
        .meta({ examples: ["45m"] }),
      sweep: durationSetting("10m", "1d")
        .prefault("1h")
        .describe("How often the last 24 hours are read again, for what came later still.")
        .meta({ examples: ["2h"] }),
      backfill: z
        .union([z.literal(0), durationSetting("1h", "90d")], {
          error: "must be a length of time from 1h to 90d, or 0",
        })
        .prefault("90d")
        .describe(
          "How far back the first start reads. Azure keeps 90 days; 0 reads nothing that is past.",
        )
        .meta({ title: "length of time, 1h to 90d, or `0`", examples: ["30d"] }),
      "live-state": switchSetting()
        .prefault("on")
        .describe(
          "Whether NSGs, VMs, network interfaces and JIT policies are read too: then an answer says whether a rule stands right now. Without the permissions the rest still works.",
        )
        .meta({ examples: ["off"] }),
    })
    .transform(({ "live-state": liveState, cloud, endpoints, ...rest }) => {
      const own = CLOUDS[cloud];
      const resourceManager = endpoints["resource-manager"];
      return {
        ...rest,
        liveState,
        cloud: {
          authorityHost: endpoints["authority-host"] ?? own.authorityHost,
          resourceManager: resourceManager ?? own.resourceManager,
          audience: endpoints.audience ?? resourceManager ?? own.audience,
        },
      };
    })
    .prefault({})
    .describe("What is read of Azure, and how. Doorbell only ever reads.");
}

function endpointSettings() {
  return z
    .strictObject({
      "authority-host": urlSetting()
        .optional()
        .describe("Where the program signs in.")
        .meta({ examples: ["https://login.example.com"] }),
      "resource-manager": urlSetting()
        .optional()
        .describe("Where Azure Resource Manager answers.")
        .meta({ examples: ["https://management.example.com"] }),
      audience: urlSetting()
        .optional()
        .describe("What tokens are for. Without it: the address of `resource-manager`.")
        .meta({ examples: ["https://management.example.com"] }),
    })
    .prefault({})
    .describe("Endpoints that differ from the cloud's own, such as those of Azure Stack.");
}

function tenantSection(sources: SecretSources) {
  return z.strictObject({
    id: tenantSetting()
      .describe("The tenant's ID or one of its domains.")
      .meta({ examples: ["contoso.onmicrosoft.com"] }),
    credential: credentialSection(sources),
    subscriptions: z
      .array(guidSetting().meta({ examples: [SUBSCRIPTION] }))
      .min(1, { error: "must name at least one Azure subscription" })
      .describe("IDs of the Azure subscriptions to watch.")
      .meta({ examples: [[SUBSCRIPTION]] }),
  });
}

/** Told beside other faults, so the tenants may be anything yet. */
const ANY_TENANTS = z
  .array(
    z
      .object({ subscriptions: z.array(z.unknown()).catch([]) })
      .catch({ subscriptions: [] })
      .transform(({ subscriptions }) => subscriptions),
  )
  .catch([]);

function tellRepeated(tenants: unknown, context: z.core.$RefinementCtx): void {
  const seen = new Set<string>();
  for (const [tenant, subscriptions] of ANY_TENANTS.parse(tenants).entries()) {
    for (const [index, id] of subscriptions.entries()) {
      const key = typeof id === "string" ? id.toLowerCase() : null;
      if (key !== null && seen.has(key)) {
        context.addIssue({
          code: "custom",
          message: "stands here a second time: each Azure subscription is watched once",
          path: [tenant, "subscriptions", index],
        });
      } else if (key !== null) {
        seen.add(key);
      }
    }
  }
}
