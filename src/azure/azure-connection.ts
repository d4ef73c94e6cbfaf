import { Agent } from "node:https";
import { bearerTokenAuthenticationPolicy } from "@azure/core-rest-pipeline";
import type { PipelineOptions, PipelinePolicy } from "@azure/core-rest-pipeline";
import type { Clock } from "../ports.ts";
import type { CredentialSettings } from "./credentials.ts";
import { SignIn } from "./sign-in.ts";
import { tenantKeys } from "./sign-in-fault.ts";
import type { SignInKeys } from "./sign-in-fault.ts";

/** Where an Azure cloud answers. URLs without a slash at the end. */
export interface AzureEndpoints {
  /** Signs in, such as `https://login.microsoftonline.com`. */
  readonly authorityHost: string;
  /** Azure Resource Manager, such as `https://management.azure.com`. */
  readonly resourceManager: string;
  /** What tokens are for: the scope is this with `/.default` behind it. */
  readonly audience: string;
}

/** What connects to one tenant. */
export interface ConnectionSettings {
  readonly cloud: AzureEndpoints;
  /** The tenant's ID or one of its domains. */
  readonly tenantId: string;
  readonly credential: CredentialSettings;
  /** Certificates (PEM) to trust instead of those that Node.js trusts; null for those. */
  readonly ca: string | null;
  /** Key of the tenant in the configuration, such as `azure.tenants[0]`. */
  readonly setting: string;
}

/** A tenant that can be read: shared by all feeds of its Azure subscriptions. */
export interface AzureConnection {
  /** Such as `https://management.azure.com`. */
  readonly resourceManager: string;
  readonly credential: SignIn;
  /** Puts the token on a request. */
  readonly authorise: PipelinePolicy;
  readonly transport: PipelineOptions;
  /** Key of the tenant in the configuration, such as `azure.tenants[0]`. */
  readonly setting: string;
}

/** The authorities that Microsoft lists: any other cannot be looked up in that list. */
const LISTED_AUTHORITIES: ReadonlySet<string> = new Set([
  "login.microsoftonline.com",
  "login.microsoftonline.us",
  "login.chinacloudapi.cn",
  "login.partner.microsoftonline.cn",
]);
const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/;

/**
 * Prepares the reading of a tenant; nothing is sent yet.
 *
 * @param wall real time, which tokens live by.
 */
export function connectAzure(settings: ConnectionSettings, wall: Clock): AzureConnection {
  const { cloud, credential: how, tenantId, ca, setting } = settings;
  const { authorityHost } = cloud;
  const keys = tenantKeys(setting);
  const credential = signInTo({ authorityHost, tenantId, credential: how, ca, keys }, wall);
  return {
    resourceManager: cloud.resourceManager,
    credential,
    authorise: bearerTokenAuthenticationPolicy({
      credential,
      scopes: `${cloud.audience}/.default`,
      challengeCallbacks: {
        authorizeRequest: async ({ request, scopes }) => {
          const { token } = await credential.getToken(scopes, { enableCae: true });
          request.headers.set("Authorization", `Bearer ${token}`);
        },
      },
    }),
    transport: transportTo(cloud.resourceManager, ca),
    setting,
  };
}

/** Whom to sign in as, and where. */
export interface SignInTarget {
  /** Such as `https://login.microsoftonline.com`. */
  readonly authorityHost: string;
  /** The tenant's ID or one of its domains. */
  readonly tenantId: string;
  readonly credential: CredentialSettings;
  /** Certificates (PEM) to trust instead of those that Node.js trusts; null for those. */
  readonly ca: string | null;
  readonly keys: SignInKeys;
}

/**
 * Prepares a sign-in for tokens of one scope; nothing is sent yet.
 *
 * @param wall real time, which tokens live by.
 */
export function signInTo(target: SignInTarget, wall: Clock): SignIn {
  const { authorityHost, tenantId, credential, ca, keys } = target;
  const options = {
    ...transportTo(authorityHost, ca),
    authorityHost,
    disableInstanceDiscovery: !LISTED_AUTHORITIES.has(new URL(authorityHost).hostname),
  };
  return new SignIn({ credential, tenantId, authorityHost, keys, options }, wall);
}

/** Retries are the feeds' own: the libraries' would hide that Azure throttles. */
function transportTo(url: string, ca: string | null): PipelineOptions {
  const trust = ca === null ? {} : { ca };
  const options: PipelineOptions = {
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: "doorbell" },
  };
  // An agent of one's own keeps requests to this machine away from a proxy of the environment.
  return LOOPBACK.test(new URL(url).hostname)
    ? { ...options, agent: new Agent({ keepAlive: true, ...trust }) }
    : { ...options, ...(ca === null ? {} : { tlsOptions: trust }) };
}
