import { z } from "zod";
import { SECOND } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import { AzureFault } from "./azure-fault.ts";
import type { CallPurpose, FaultKind } from "./azure-fault.ts";
import { parseJson, singleLine } from "./wire-fields.ts";
import { textField } from "./wire-schema.ts";

/** An answer of Azure Resource Manager that is no success. */
export interface ArmRefusal {
  readonly status: number;
  readonly body: string;
  /** The header `Retry-After`: seconds, or a date. */
  readonly retryAfter: string | null;
}

const CODE_LIMIT = 100;
const MESSAGE_LIMIT = 300;
const LONGEST_WAIT: Duration = 3600 * SECOND;

const REFUSED_ACTION = /perform action '([\w./*-]{1,200})' over scope '(\/[\w./()-]{1,300})'/;

const errorPart = z.object({ code: textField, message: textField });
/** `{"error":{"code","message"}}`; Microsoft.Insights leaves the outer object out. */
const errorBody = z
  .object({ error: errorPart })
  .transform(({ error }) => error)
  .or(errorPart)
  .catch({ code: null, message: null });

/** What an answer that is no success means, and what to do about it. */
export function armFault(refusal: ArmRefusal, purpose: CallPurpose, now: Instant): AzureFault {
  const parsed = errorBody.parse(parseJson(refusal.body));
  const code = singleLine(parsed.code, CODE_LIMIT);
  const shown = `HTTP ${refusal.status}${code === null ? "" : `, ${code}`}`;
  const facts = { azureCode: code, retryAfter: waitOf(refusal.retryAfter, now) };
  const fault = (kind: FaultKind, words: string) => new AzureFault(kind, words, facts);
  const { what, setting, azureSubscription } = purpose;
  const isDisabled = code !== null && /disabled/i.test(code);
  if (isDisabled && refusal.status < 500 && refusal.status !== 429) {
    return fault(
      "not-found",
      `Azure subscription ${azureSubscription} is disabled (${shown}): enable it, or take it out of ${setting}.subscriptions.`,
    );
  }
  switch (refusal.status) {
    case 401:
      return fault("credentials", unauthorizedWords(code, shown, purpose));
    case 403:
      return fault("permission", refusedWords(parsed.message, shown, purpose));
    case 404:
      return fault("not-found", notFoundWords(code, shown, purpose));
    case 408:
      return fault("unreachable", `Azure took too long to read ${what} (${shown}).`);
    case 429:
      return fault(
        "throttled",
        `Azure asks for fewer calls (${shown}); reading ${what} goes on later.`,
      );
    default:
      return refusal.status >= 500 || refusal.status < 400
        ? fault("unreachable", `Azure could not read ${what} (${shown}); it is tried again.`)
        : fault("rejected", rejectedWords(parsed.message, shown, purpose));
  }
}

function unauthorizedWords(
  code: string | null,
  shown: string,
  { setting, azureSubscription }: CallPurpose,
): string {
  return code === "InvalidAuthenticationTokenTenant"
    ? `Azure subscription ${azureSubscription} belongs to another tenant (${shown}): check ${setting}.id and ${setting}.subscriptions.`
    : `Azure refuses the token of ${setting}.credential (${shown}): sign in again or renew it, and check this machine's clock.`;
}

/** Azure's own words name the permission and the scope; they differ from what its documents say. */
function refusedWords(
  message: string | null | undefined,
  shown: string,
  { what, action, azureSubscription }: CallPurpose,
): string {
  const [, lacking = action, scope = `/subscriptions/${azureSubscription}`] =
    REFUSED_ACTION.exec(message ?? "") ?? [];
  return `Doorbell may not read ${what} (${shown}): its identity lacks ${lacking} at ${scope}; the role Reader has it.`;
}

function notFoundWords(code: string | null, shown: string, purpose: CallPurpose): string {
  return code === "SubscriptionNotFound" || code === "InvalidSubscriptionId"
    ? `There is no Azure subscription ${purpose.azureSubscription} in this tenant (${shown}): check ${purpose.setting}.subscriptions and ${purpose.setting}.id.`
    : `Azure does not find ${purpose.what} (${shown}).`;
}

function rejectedWords(
  message: string | null | undefined,
  shown: string,
  { what, setting, azureSubscription }: CallPurpose,
): string {
  if (shown.endsWith(", InvalidSubscriptionId")) {
    return `${azureSubscription} is not the ID of an Azure subscription (${shown}): check ${setting}.subscriptions.`;
  }
  if (/, (?:MissingSubscriptionRegistration|SubscriptionNotRegistered)$/.test(shown)) {
    return `Azure subscription ${azureSubscription} has no ${what} (${shown}): their resource provider is not registered there.`;
  }
  const words = singleLine(message, MESSAGE_LIMIT);
  return `Azure does not take the question for ${what} (${shown}${words === null ? "" : `: ${words}`}).`;
}

/** `Retry-After` as a length of time, at most an hour; null when absent or unreadable. */
function waitOf(header: string | null, now: Instant): Duration | null {
  if (header === null) {
    return null;
  }
  const seconds = /^\d{1,9}$/.test(header.trim()) ? Number(header) : null;
  const wait = seconds === null ? Date.parse(header) - now : seconds * SECOND;
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), LONGEST_WAIT) : null;
}
