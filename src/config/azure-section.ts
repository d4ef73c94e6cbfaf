import { z } from "zod";
import type {
  CloudEndpoints,
  CredentialConfiguration,
  EventHubConfiguration,
} from "./configuration.ts";
import { resolvePath, secretSetting } from "./secret-setting.ts";
import type { SecretSources } from "./secret-setting.ts";
import {
  durationSetting,
  guidSetting,
  hostSetting,
  switchSetting,
  tenantSetting,
  textSetting,
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

const CLIENT_ID = "11111111-2222-3333-4444-555555555555";
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
        .describe("The Entra tenants to watch. Without one, nothing is asked of Azure."),
      "event-hubs": z
        .array(eventHubSection(sources))
        .prefault([])
        .describe(
          "Event Hubs to which diagnostic settings stream the Activity Log, of whatever Azure subscriptions; beside `tenants`, or instead.",
        ),
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
    .transform(
      ({ "live-state": liveState, "event-hubs": eventHubs, cloud, endpoints, ...rest }) => {
        const own = CLOUDS[cloud];
        const resourceManager = endpoints["resource-manager"];
        return {
          ...rest,
          eventHubs,
          liveState,
          cloud: {
            authorityHost: endpoints["authority-host"] ?? own.authorityHost,
            resourceManager: resourceManager ?? own.resourceManager,
            audience: endpoints.audience ?? resourceManager ?? own.audience,
          },
        };
      },
    )
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

function eventHubSection(sources: SecretSources) {
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

function credentialSection(sources: SecretSources) {
  const clientId = guidSetting()
    .describe("Application (client) ID of the app registration.")
    .meta({ examples: [CLIENT_ID] });
  const identityId = guidSetting()
    .optional()
    .meta({ examples: [CLIENT_ID] });
  return z
    .discriminatedUnion("kind", [
      z
        .strictObject({ kind: z.literal("default") })
        .describe(
          "The first that works of environment variables, workload identity, managed identity and developer tools.",
        ),
      z
        .strictObject({
          kind: z.literal("client-secret"),
          "client-id": clientId,
          "client-secret": secretSetting(sources)
            .describe("A client secret of the app registration.")
            .meta({ examples: [{ env: "DOORBELL_CLIENT_SECRET" }] }),
        })
        .transform((own) => ({
          kind: own.kind,
          clientId: own["client-id"],
          clientSecret: own["client-secret"],
        }))
        .describe("An app registration with a secret."),
      z
        .strictObject({
          kind: z.literal("client-certificate"),
          "client-id": clientId,
          certificate: textSetting("path")
            .describe(
              "PEM file with the certificate and its private key; relative to the folder of the configuration file.",
            )
            .meta({ examples: ["/etc/doorbell/azure.pem"] }),
          password: secretSetting(sources)
            .optional()
            .describe("Password of the private key, where it has one.")
            .meta({ examples: [{ file: "/run/secrets/azure-key-password" }] }),
        })
        .transform((own) => ({
          kind: own.kind,
          clientId: own["client-id"],
          certificate: resolvePath(own.certificate, sources.folder),
          password: own.password ?? null,
        }))
        .describe("An app registration with a certificate."),
      z
        .strictObject({
          kind: z.literal("managed-identity"),
          "client-id": identityId.describe(
            "Client ID of a user-assigned identity. Without it: the system-assigned one.",
          ),
        })
        .transform((own) => ({ kind: own.kind, clientId: own["client-id"] ?? null }))
        .describe("The managed identity of the Azure machine that Doorbell runs on."),
      z
        .strictObject({
          kind: z.literal("workload-identity"),
          "client-id": identityId.describe("Without it: `AZURE_CLIENT_ID` of the environment."),
          "token-file": textSetting("path")
            .optional()
            .describe("Without it: `AZURE_FEDERATED_TOKEN_FILE` of the environment.")
            .meta({ examples: ["/var/run/secrets/azure/tokens/azure-identity-token"] }),
        })
        .transform((own) => ({
          kind: own.kind,
          clientId: own["client-id"] ?? null,
          tokenFile:
            own["token-file"] === undefined ? null : resolvePath(own["token-file"], sources.folder),
        }))
        .describe("Microsoft Entra Workload ID, in Kubernetes."),
      z
        .strictObject({ kind: z.literal("azure-cli") })
        .describe("Whoever is signed in with `az login`."),
    ])
    .prefault({ kind: "default" })
    .transform((credential): CredentialConfiguration => credential)
    .describe("How to sign in to the tenant.");
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
