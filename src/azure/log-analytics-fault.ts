import { z } from "zod";
import type { Instant } from "../domain/instant.ts";
import { armFault } from "./arm-fault.ts";
import type { ArmRefusal } from "./arm-fault.ts";
import { AzureFault } from "./azure-fault.ts";
import type { CallPurpose, FaultKind } from "./azure-fault.ts";
import { parseJson, singleLine } from "./wire-fields.ts";
import { textField } from "./wire-schema.ts";

const WORDS_LIMIT = 300;
const DEEPEST = 6;

/** An error with errors inside it, as far as they are looked at. */
interface ErrorPart {
  readonly code?: string | null | undefined;
  readonly message?: string | null | undefined;
  readonly innererror?: ErrorPart | null | undefined;
  readonly details?: readonly ErrorPart[] | null | undefined;
}

const errorPart: z.ZodType<ErrorPart> = z.lazy(() =>
  z.object({
    code: textField,
    message: textField,
    innererror: errorPart.nullish().catch(null),
    details: z.array(errorPart).nullish().catch(null),
  }),
);

const errorBody = z.object({ error: errorPart }).catch({ error: {} });

/** What an error says at any depth: codes and messages, from the outside in. */
export interface ErrorWords {
  readonly codes: readonly string[];
  readonly messages: readonly string[];
}

/**
 * The words of an error, as in `{"error":{"code","message","innererror","details"}}`.
 *
 * @see https://learn.microsoft.com/azure/azure-monitor/logs/api/errors
 */
export function errorWords(body: unknown): ErrorWords {
  const parts = partsOf(errorBody.parse(body).error, 0);
  return {
    codes: parts.flatMap(({ code }) => code ?? []),
    messages: parts.flatMap(({ message }) => message ?? []),
  };
}

function partsOf(part: ErrorPart, depth: number): readonly ErrorPart[] {
  if (depth >= DEEPEST) {
    return [part];
  }
  const inner = [...(part.details ?? []), ...(part.innererror ? [part.innererror] : [])];
  return [part, ...inner.flatMap((one) => partsOf(one, depth + 1))];
}

/** The codes of the engine for more rows, or more bytes, than an answer may have. */
const TOO_LARGE =
  /E_QUERY_RESULT_SET_TOO_LARGE|exceeds? the set limit of \d+ (?:bytes|records)|-213319679[67]|-2133196801/;

/** Whether an answer lacks rows because there would be too many of them. */
export function isTooLarge({ codes, messages }: ErrorWords): boolean {
  return [...codes, ...messages].some((text) => TOO_LARGE.test(text));
}

/** An answer that lacks rows for a reason that may pass, such as a part of the service being away. */
export function partialFault({ messages }: ErrorWords, { what }: CallPurpose): AzureFault {
  const words = singleLine(messages.at(-1), WORDS_LIMIT) ?? "no reason given";
  return new AzureFault(
    "unreachable",
    `Azure answered only a part of the question for ${what} (${words}); it is asked again.`,
  );
}

/**
 * What an answer of the query service that is no success means, and what to do about it.
 *
 * @param workspace its ID, a GUID.
 */
export function logAnalyticsFault(
  refusal: ArmRefusal,
  workspace: string,
  purpose: CallPurpose,
  now: Instant,
): AzureFault {
  const usual = armFault(refusal, purpose, now);
  const { codes, messages } = errorWords(parseJson(refusal.body));
  const shown = `HTTP ${refusal.status}${usual.azureCode === null ? "" : `, ${usual.azureCode}`}`;
  const fault = (kind: FaultKind, words: string): AzureFault =>
    new AzureFault(kind, words, { azureCode: usual.azureCode, retryAfter: usual.retryAfter });
  const { setting, action } = purpose;
  if (refusal.status === 403) {
    return fault(
      "permission",
      `Doorbell may not query the Log Analytics workspace ${workspace} (${shown}): its identity lacks ${action} there; the roles Log Analytics Reader and Log Analytics Data Reader have it.`,
    );
  }
  if (refusal.status === 404) {
    return fault(
      "not-found",
      `There is no Log Analytics workspace ${workspace} for this identity (${shown}): check ${setting}.log-analytics.workspace, which is the workspace's ID, not its name.`,
    );
  }
  if (codes.includes("SEM0100") && messages.some((text) => text.includes("'AzureActivity'"))) {
    return fault(
      "not-found",
      `The Log Analytics workspace ${workspace} has no table AzureActivity (${shown}): send the Activity Log there with a diagnostic setting, or take ${setting}.log-analytics out.`,
    );
  }
  return usual;
}
