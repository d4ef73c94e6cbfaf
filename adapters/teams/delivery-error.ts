import { z } from "zod";
import { SECOND } from "../../src/domain/instant.ts";
import { DeliveryError, DoorbellError } from "../../src/errors.ts";
import type { DeliveryFault } from "../../src/errors.ts";
import { networkCode, wasNeverSent } from "../chat/network-code.ts";

/** How long to wait where Teams counts too many calls and does not say for how long. */
const RATE_LIMIT_PAUSE = 30 * SECOND;
const MOST_CODE = 60;

/**
 * What HTTP statuses of the Bot Connector mean for a delivery. What fails inside Teams (5xx) may have been
 * done.
 * Source: https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/conversations/conversation-messages#status-codes-from-bot-conversational-apis
 */
const STATUSES: Readonly<Record<number, DeliveryFault>> = {
  400: "invalid",
  401: "refused",
  403: "channel-closed",
  404: "channel-closed",
  405: "invalid",
  409: "not-sent",
  412: "not-sent",
  413: "invalid",
  429: "rate-limited",
};

/** Error codes that say more than the status that they come with. */
const CODES: Readonly<Record<string, DeliveryFault>> = {
  ActivityNotFoundInConversation: "message-gone",
  MessageNotFound: "message-gone",
  BotNotRegistered: "refused",
  BotDisabledByAdmin: "refused",
  InvalidBotApiHost: "refused",
  MessageSizeTooBig: "invalid",
};

const MEANINGS: { readonly [fault in DeliveryFault]: string } = {
  "not-sent": "Teams did not take it",
  "rate-limited": "Teams counts too many calls",
  unknown: "Teams failed and may have done it nevertheless",
  "channel-closed":
    "The conversation is gone, archived, or Doorbell is not in it: add the app to the team or chat, or end the subscription",
  refused:
    "Teams refuses the bot: check `teams.app-id` and `teams.credential`, and that the app is allowed in the Teams admin center",
  "message-gone": "The message is no longer there",
  invalid: "Teams refuses what the message says",
};

const failure = z.object({ error: z.object({ code: z.string() }) });

/** What the Bot Connector's answer means that is not a success. */
export function answerError(
  status: number,
  body: string,
  retryAfter: string | null,
): DeliveryError {
  const code = codeIn(body);
  const fault = CODES[code] ?? STATUSES[status] ?? (status >= 500 ? "unknown" : "not-sent");
  const said = `HTTP status ${status}${code === "" ? "" : `, ${code}`}`;
  const message = `${MEANINGS[fault]} (${said}).`;
  return fault === "rate-limited"
    ? new DeliveryError(fault, message, { retryAfter: pauseOf(retryAfter) })
    : new DeliveryError(fault, message);
}

/** What a failed call to Teams means: the one place where its errors become the outbox's. */
export function deliveryError(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) {
    return error;
  }
  if (error instanceof DoorbellError) {
    // The bot's own token: without one nothing was sent.
    const refused = error.code === "credentials" || error.code === "permission";
    return new DeliveryError(refused ? "refused" : "not-sent", error.message, { cause: error });
  }
  const code = networkCode(error);
  return code !== null && wasNeverSent(code)
    ? new DeliveryError("not-sent", `Teams cannot be reached (${code}).`, { cause: error })
    : new DeliveryError("unknown", "The connection to Teams broke before an answer came.", {
        cause: error,
      });
}

/** The answer's error code where it is one that can be shown; else empty. */
function codeIn(body: string): string {
  try {
    const { code } = failure.parse(JSON.parse(body)).error;
    return /^\w+$/.test(code) ? code.slice(0, MOST_CODE) : "";
  } catch {
    return "";
  }
}

function pauseOf(retryAfter: string | null): number {
  const seconds = Number(retryAfter ?? "");
  return Number.isFinite(seconds) && seconds > 0 ? seconds * SECOND : RATE_LIMIT_PAUSE;
}
