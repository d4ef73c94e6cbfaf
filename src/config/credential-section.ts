import { z } from "zod";
import type { CredentialConfiguration } from "./configuration.ts";
import { resolvePath, secretSetting } from "./secret-setting.ts";
import type { SecretSources } from "./secret-setting.ts";
import { guidSetting, textSetting } from "./setting-forms.ts";

const CLIENT_ID = "11111111-2222-3333-4444-555555555555";

/** How a bot signs in: as a credential, without the client ID, which is the bot's app ID. */
export type BotCredential = CredentialConfiguration extends infer One
  ? One extends { readonly kind: "default" | "azure-cli" }
    ? never
    : Omit<One, "clientId">
  : never;

/** How to sign in to a tenant that is watched. */
export function credentialSection(sources: SecretSources) {
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
          "client-secret": clientSecret(sources, "DOORBELL_CLIENT_SECRET"),
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
          ...certificate(sources),
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
          "token-file": tokenFile(),
        })
        .transform((own) => ({
          kind: own.kind,
          clientId: own["client-id"] ?? null,
          tokenFile: resolveTokenFile(own["token-file"], sources),
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

/** How a bot signs in to its own tenant, to be allowed to post. */
export function botCredentialSection(sources: SecretSources) {
  return z
    .discriminatedUnion("kind", [
      z
        .strictObject({
          kind: z.literal("client-secret"),
          "client-secret": clientSecret(sources, "DOORBELL_TEAMS_CLIENT_SECRET"),
        })
        .transform((own) => ({ kind: own.kind, clientSecret: own["client-secret"] }))
        .describe("A single-tenant bot, whose app registration has a secret."),
      z
        .strictObject({ kind: z.literal("client-certificate"), ...certificate(sources) })
        .transform((own) => ({
          kind: own.kind,
          certificate: resolvePath(own.certificate, sources.folder),
          password: own.password ?? null,
        }))
        .describe("A single-tenant bot, whose app registration has a certificate."),
      z
        .strictObject({ kind: z.literal("managed-identity") })
        .describe(
          "A bot of a user-assigned managed identity, whose client ID is `app-id`; Doorbell runs on an Azure machine that has it.",
        ),
      z
        .strictObject({ kind: z.literal("workload-identity"), "token-file": tokenFile() })
        .transform((own) => ({
          kind: own.kind,
          tokenFile: resolveTokenFile(own["token-file"], sources),
        }))
        .describe(
          "A bot of either kind, in Kubernetes with Microsoft Entra Workload ID: a federated credential instead of a secret.",
        ),
    ])
    .transform((credential): BotCredential => credential)
    .optional()
    .describe("How the bot signs in.");
}

function clientSecret(sources: SecretSources, variable: string) {
  return secretSetting(sources)
    .describe("A client secret of the app registration.")
    .meta({ examples: [{ env: variable }] });
}

function certificate(sources: SecretSources) {
  return {
    certificate: textSetting("path")
      .describe(
        "PEM file with the certificate and its private key; relative to the folder of the configuration file.",
      )
      .meta({ examples: ["/etc/doorbell/azure.pem"] }),
    password: secretSetting(sources)
      .optional()
      .describe("Password of the private key, where it has one.")
      .meta({ examples: [{ file: "/run/secrets/azure-key-password" }] }),
  };
}

function tokenFile() {
  return textSetting("path")
    .optional()
    .describe("Without it: `AZURE_FEDERATED_TOKEN_FILE` of the environment.")
    .meta({ examples: ["/var/run/secrets/azure/tokens/azure-identity-token"] });
}

function resolveTokenFile(path: string | undefined, { folder }: SecretSources): string | null {
  return path === undefined ? null : resolvePath(path, folder);
}
