import { AzureFault } from "./azure-fault.ts";
import { networkCode, networkFault } from "./network-fault.ts";
import { singleLine } from "./wire-fields.ts";

/** Of which Event Hub a fault tells. */
export interface HubIdentity {
  /** Host name, such as `contoso.servicebus.windows.net`, lower-cased. */
  readonly namespace: string;
  readonly hub: string;
  readonly consumerGroup: string;
  /** Key in the configuration, such as `azure.tenants[0].event-hubs[0]`. */
  readonly setting: string;
  readonly signsIn: "with-token" | "with-connection-string";
}

const WORDS_LIMIT = 240;

/** What Event Hubs says of an entity that is not there, whatever the code. */
const NOT_FOUND = /could not be found|status-code: 404/i;

/** Codes of the AMQP library, after the conditions of the protocol. */
const BUSY: ReadonlySet<string> = new Set(["ServerBusyError"]);
const QUOTA = "QuotaExceededError";
/** The library's code of a reader that another one, of a higher owner level, cut off. */
export const TAKEN = "ReceiverDisconnectedError";
const REFUSED: ReadonlySet<string> = new Set(["UnauthorizedError"]);

/**
 * Why an Event Hub could not be read.
 *
 * @param error whatever the library threw.
 */
export function hubFault(error: unknown, of: HubIdentity): AzureFault {
  const [own] = causesOf(error);
  if (own instanceof AzureFault) {
    return own;
  }
  const code = codeOf(own);
  const words = wordsOf(own);
  const where = `the Event Hub ${of.hub} of ${of.namespace}`;
  if (REFUSED.has(code)) {
    return refused(of, where, words, error);
  }
  if (code === TAKEN) {
    return new AzureFault(
      "rejected",
      `Another program has taken over reading ${where}: where it is no Doorbell of the same store, give this one a consumer group of its own in ${of.setting}.consumer-group.`,
      { cause: error, azureCode: code },
    );
  }
  if (code === QUOTA) {
    return new AzureFault(
      "rejected",
      `Too many programs read ${where} in the consumer group ${of.consumerGroup}, or the namespace is at its limit: give Doorbell a consumer group of its own in ${of.setting}.consumer-group (${words}).`,
      { cause: error, azureCode: code },
    );
  }
  if (code === "MessagingEntityNotFoundError" || NOT_FOUND.test(words)) {
    return new AzureFault(
      "not-found",
      `There is no Event Hub ${of.hub} with the consumer group ${of.consumerGroup} in ${of.namespace}: check ${of.setting}.`,
      { cause: error, azureCode: code },
    );
  }
  if (BUSY.has(code)) {
    const words_ = `${of.namespace} is busy and asks Doorbell to wait; if that goes on, give it more throughput units.`;
    return new AzureFault("throttled", words_, { cause: error, azureCode: code });
  }
  if (networkCode(own) !== null) {
    return networkFault(`https://${of.namespace}`, where, own);
  }
  return new AzureFault("unreachable", `Reading ${where} failed: ${words}`, {
    cause: error,
    azureCode: code === "" ? null : code,
  });
}

function refused(of: HubIdentity, where: string, words: string, cause: unknown): AzureFault {
  return of.signsIn === "with-token"
    ? new AzureFault(
        "permission",
        `Doorbell may not read ${where}: give its identity the role "Azure Event Hubs Data Receiver" there (${words}).`,
        { cause },
      )
    : new AzureFault(
        "credentials",
        `${of.namespace} does not accept ${of.setting}.connection-string for ${of.hub}: it must be of a policy with the right Listen, and its key must be valid (${words}).`,
        { cause },
      );
}

/** The error itself, or those that the library put together: of several attempts, or of several addresses. */
function causesOf(error: unknown): readonly unknown[] {
  return error instanceof AggregateError && error.errors.length > 0
    ? causesOf(error.errors.at(-1))
    : [error];
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return typeof code === "string" ? code : "";
}

/** Without the tracking identities that Event Hubs puts behind its words. */
function wordsOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  const told = words.replace(/\s*(?:TrackingId|Reference|SystemTracker|Timestamp):.*$/s, "");
  return singleLine(told, WORDS_LIMIT) ?? "no reason given";
}
