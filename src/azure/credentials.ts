import type { TokenCredential, TokenCredentialOptions } from "@azure/identity";
import type { Secret } from "../config/secret.ts";

/** How to sign in to a tenant. */
export type CredentialSettings =
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
  /** null for what the environment says. */
  | {
      readonly kind: "workload-identity";
      readonly clientId: string | null;
      readonly tokenFile: string | null;
    }
  | { readonly kind: "azure-cli" };

/** Settings that the credentials of the identity library share. */
export interface IdentityOptions extends TokenCredentialOptions {
  /** The authority is not one that Microsoft lists: a private cloud, or the sandbox. */
  readonly disableInstanceDiscovery: boolean;
}

const PROCESS_LIMIT_MS = 30_000;

/**
 * The identity library's credential; the library is loaded only here, because it is large.
 *
 * @throws what the library throws when the environment lacks something, or a file cannot be read.
 */
export async function createCredential(
  settings: CredentialSettings,
  tenantId: string,
  options: IdentityOptions,
): Promise<TokenCredential> {
  const identity = await import("@azure/identity");
  switch (settings.kind) {
    case "client-secret":
      return new identity.ClientSecretCredential(
        tenantId,
        settings.clientId,
        settings.clientSecret.reveal(),
        options,
      );
    case "client-certificate":
      return new identity.ClientCertificateCredential(
        tenantId,
        settings.clientId,
        {
          certificatePath: settings.certificate,
          ...(settings.password === null
            ? {}
            : { certificatePassword: settings.password.reveal() }),
        },
        options,
      );
    case "managed-identity":
      // The identity endpoint of the machine is no authority, and its library retries while it starts.
      return new identity.ManagedIdentityCredential(
        settings.clientId === null ? {} : { clientId: settings.clientId },
      );
    case "workload-identity":
      return new identity.WorkloadIdentityCredential({
        ...options,
        tenantId,
        ...(settings.clientId === null ? {} : { clientId: settings.clientId }),
        ...(settings.tokenFile === null ? {} : { tokenFilePath: settings.tokenFile }),
      });
    case "azure-cli":
      return new identity.AzureCliCredential({ tenantId, processTimeoutInMs: PROCESS_LIMIT_MS });
    case "default":
      return new identity.DefaultAzureCredential({
        ...options,
        tenantId,
        processTimeoutInMs: PROCESS_LIMIT_MS,
      });
  }
}
