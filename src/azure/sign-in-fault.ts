import { z } from "zod";
import { AzureFault } from "./azure-fault.ts";
import type { CredentialSettings } from "./credentials.ts";
import { networkCode, networkFault } from "./network-fault.ts";
import { parseJson, singleLine } from "./wire-fields.ts";
import { textField } from "./wire-schema.ts";

/**
 * The last exchange with the token endpoint. The identity library tells of most failures only that
 * there was one, so that what it received has to be looked at.
 */
export type SignInExchange =
  | { readonly kind: "no-answer"; readonly url: string; readonly error: unknown }
  | {
      readonly kind: "answer";
      readonly url: string;
      readonly status: number;
      readonly body: string;
    };

const WORDS_LIMIT = 240;
const AADSTS = /AADSTS(\d{4,9})/;

const entraError = z
  .object({ error: textField, error_description: textField })
  .catch({ error: null, error_description: null });

/** Keys of the configuration that say how to sign in, for the words of a fault. */
export interface SignInKeys {
  /** Such as `azure.tenants[0].credential`. */
  readonly credential: string;
  /** Such as `azure.tenants[0].credential.client-id`. */
  readonly client: string;
  /** Such as `azure.tenants[0].id`. */
  readonly tenant: string;
  /** Such as `azure.cloud`. */
  readonly cloud: string;
}

/** The keys of a tenant that is watched. */
export function tenantKeys(setting: string): SignInKeys {
  const credential = `${setting}.credential`;
  return {
    credential,
    client: `${credential}.client-id`,
    tenant: `${setting}.id`,
    cloud: "azure.cloud",
  };
}

/** What Entra's error codes ask for; `%{…}` stands for a key of the configuration. */
const ADVICE: ReadonlyMap<string, string> = new Map([
  ["7000215", "%{credential}.client-secret is wrong: it must be the secret's value, not its ID"],
  ["7000222", "%{credential}.client-secret has expired: make a new one for the app registration"],
  ["7000218", "%{credential} must have a secret or a certificate"],
  ["700016", "there is no application %{client} in this tenant: check it and %{tenant}"],
  ["7000112", "the application %{client} is disabled"],
  ["700027", "%{credential}.certificate is not one of the app registration, or has expired"],
  ["7000214", "%{credential}.certificate is not one of the app registration"],
  ["700024", "%{credential}'s assertion is outside its time: check this machine's clock"],
  ["700211", "no federated credential of the app registration fits %{credential}"],
  ["700213", "no federated credential of the app registration fits %{credential}"],
  ["90002", "there is no tenant %{tenant} in this cloud: check it and %{cloud}"],
  ["900023", "%{tenant} is neither a tenant's ID nor one of its domains"],
  ["500011", "tokens for %{cloud} cannot be had in this tenant: check %{cloud}"],
  ["53003", "a Conditional Access policy of the tenant keeps %{credential} out"],
  ["50076", "the account behind %{credential} must sign in again, with a second factor"],
  ["50079", "the account behind %{credential} must sign in again, with a second factor"],
  ["50173", "the account behind %{credential} must sign in again"],
  ["70043", "the account behind %{credential} must sign in again"],
  ["700082", "the account behind %{credential} must sign in again"],
]);

/** What to do when a kind of credential is not there at all. */
const ABSENT: Readonly<Record<CredentialSettings["kind"], string>> = {
  default: "no Azure credential was found: run `az login`, or choose one in %{credential}",
  "client-secret": "%{credential} cannot sign in",
  "client-certificate": "%{credential}.certificate cannot be used",
  "managed-identity": "this machine has no such managed identity: assign it, or check %{client}",
  "workload-identity": "%{credential} finds no workload identity here",
  "azure-cli": "the Azure CLI is not signed in: run `az login`",
};

/**
 * Why no token could be had.
 *
 * @param exchange what the token endpoint said last in this attempt; null when it was not asked.
 */
export function signInFault(
  error: unknown,
  exchange: SignInExchange | null,
  kind: CredentialSettings["kind"],
  keys: SignInKeys,
): AzureFault {
  if (exchange?.kind === "no-answer") {
    return networkCode(exchange.error) === null
      ? absentFault(error, kind, keys)
      : networkFault(exchange.url, "a token", exchange.error);
  }
  if (exchange !== null && (exchange.status >= 500 || exchange.status === 429)) {
    return new AzureFault(
      "unreachable",
      `${new URL(exchange.url).host} gives no tokens for the time being (HTTP ${exchange.status}); it is tried again.`,
      { cause: error },
    );
  }
  const described = exchange === null ? null : entraError.parse(parseJson(exchange.body));
  const words = described?.error_description ?? messageOf(error);
  const code = AADSTS.exec(words)?.[1];
  if (code === undefined) {
    return absentFault(error, kind, keys);
  }
  const advice = ADVICE.get(code);
  const told =
    advice === undefined
      ? `Entra refuses ${keys.credential}: ${firstSentence(words)}`
      : filledIn(advice, keys);
  return credentialFault(`${told} (AADSTS${code})`, error);
}

function absentFault(
  error: unknown,
  kind: CredentialSettings["kind"],
  keys: SignInKeys,
): AzureFault {
  // What each credential of the chain says would not fit in a line.
  const detail = kind === "default" ? "" : ` (${firstSentence(messageOf(error))})`;
  return credentialFault(`${filledIn(ABSENT[kind], keys)}${detail}`, error);
}

function filledIn(text: string, { credential, client, tenant, cloud }: SignInKeys): string {
  return text
    .replaceAll("%{credential}", credential)
    .replaceAll("%{client}", client)
    .replaceAll("%{tenant}", tenant)
    .replaceAll("%{cloud}", cloud);
}

function credentialFault(words: string, cause: unknown): AzureFault {
  return new AzureFault("credentials", `Doorbell cannot sign in to Azure: ${words}.`, { cause });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function firstSentence(text: string): string {
  const line = singleLine(text.split("\n")[0], WORDS_LIMIT) ?? "no reason given";
  return line.replace(/^AADSTS\d+:\s*/, "").replace(/\.(?:\s.*)?$/, "");
}
