/**
 * The coded error kinds of Doorbell. A message is written for the person who must act: it names what
 * was wrong and what to change. The original failure travels in `cause`.
 */
export type ErrorCode =
  /** The command line or a question's options cannot be understood; exit status 2. */
  | "usage"
  /** A file cannot be opened or read. */
  | "unreadable-file"
  /** A file cannot be written where it is wanted. */
  | "unwritable-file"
  /** A file is readable but holds nothing that is an Activity Log export. */
  | "not-an-export"
  /** A file ends in the middle; what it held up to there was used. */
  | "truncated-file"
  /** The configuration is missing, or has faults; the message names every faulty key. */
  | "configuration"
  /** Azure does not accept the credential, or there is none. */
  | "credentials"
  /** The credential lacks a permission, which the message names. */
  | "permission"
  /** A subscription, resource or file that a setting names does not exist. */
  | "not-found"
  /** A service cannot be reached, or fails for the time being. */
  | "unreachable"
  /** The database cannot be opened: locked, damaged, of a newer Doorbell, or its server is away. */
  | "store"
  /** No space is left where the database lies. */
  | "store-full"
  /** Another replica has taken over what this one was about to write. */
  | "lease-lost"
  /** A port that Doorbell is to listen on is taken. */
  | "port-in-use";

/** An error that a person can act on; `code` drives decisions, never the message's text. */
export class DoorbellError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = "DoorbellError";
    this.code = code;
  }
}

/** What is told to whoever writes under a lease that another replica has taken over. */
export function leaseLost(name: string): DoorbellError {
  return new DoorbellError(
    "lease-lost",
    `Another replica has taken over ${name} and goes on with it. This one was away for too long: if that happens often, give it more processor time, or bring it nearer to the database of store.url.`,
  );
}

/** Whether something was refused because another replica has taken it over. */
export function isLeaseLost(error: unknown): boolean {
  return error instanceof DoorbellError && error.code === "lease-lost";
}

/** Why a message could not be posted or edited, which decides what the outbox does next. */
export type DeliveryFault =
  /** Surely not delivered; may be tried again. */
  | "not-sent"
  /** Surely not delivered: too many calls; `retryAfter` says when to try again. */
  | "rate-limited"
  /** Nobody knows: the request was sent and no answer came. */
  | "unknown"
  /** The channel is gone, archived, or closed to the bot: a person must act. */
  | "channel-closed"
  /** The token or secret is refused: a person must act. */
  | "refused"
  /** The message to edit is no longer there. */
  | "message-gone"
  /** The platform refuses what the message says, now and always: a fault of Doorbell. */
  | "invalid";

/** Thrown by chat adapters when a message could not be posted or edited. */
export class DeliveryError extends Error {
  readonly fault: DeliveryFault;
  /** How many ms to wait before the next attempt, where the platform says; else null. */
  readonly retryAfter: number | null;
  /** How much of the platform fails, where it is more than this message; `channel` by default. */
  readonly scope: "channel" | "workspace" | "platform";

  constructor(
    fault: DeliveryFault,
    message: string,
    options?: {
      readonly cause?: unknown;
      readonly retryAfter?: number;
      readonly scope?: DeliveryError["scope"];
    },
  ) {
    super(message, options);
    this.name = "DeliveryError";
    this.fault = fault;
    this.retryAfter = options?.retryAfter ?? null;
    this.scope = options?.scope ?? "channel";
  }
}
