import { webApi } from "@slack/bolt";
import { z } from "zod";
import { SECOND } from "../../src/domain/instant.ts";
import { DeliveryError } from "../../src/errors.ts";
import type { DeliveryFault } from "../../src/errors.ts";
import { networkCode, wasNeverSent } from "../chat/network-code.ts";

/** How long to wait where Slack counts too many calls and does not say for how long. */
const RATE_LIMIT_PAUSE = 30 * SECOND;

/**
 * What Slack's error codes mean for a delivery. Codes that are not listed come from calls that Slack
 * surely refused.
 * Source: the error tables of https://docs.slack.dev/reference/methods/chat.postMessage, chat.update,
 * conversations.history and files.completeUploadExternal
 */
const FAULTS: Readonly<Record<string, DeliveryFault>> = {
  ratelimited: "rate-limited",
  rate_limited: "rate-limited",
  message_limit_exceeded: "rate-limited",
  channel_not_found: "channel-closed",
  not_in_channel: "channel-closed",
  is_archived: "channel-closed",
  is_inactive: "channel-closed",
  restricted_action: "channel-closed",
  restricted_action_read_only_channel: "channel-closed",
  restricted_action_thread_only_channel: "channel-closed",
  restricted_action_non_threadable_channel: "channel-closed",
  restricted_action_thread_locked: "channel-closed",
  no_permission: "channel-closed",
  access_denied: "channel-closed",
  messages_tab_disabled: "channel-closed",
  user_not_found: "channel-closed",
  external_channel_migrating: "channel-closed",
  not_authed: "refused",
  invalid_auth: "refused",
  account_inactive: "refused",
  token_revoked: "refused",
  token_expired: "refused",
  missing_scope: "refused",
  not_allowed_token_type: "refused",
  org_login_required: "refused",
  team_access_not_granted: "refused",
  ekm_access_denied: "refused",
  accesslimited: "refused",
  two_factor_setup_required: "refused",
  file_uploads_disabled: "refused",
  message_not_found: "message-gone",
  cant_update_message: "message-gone",
  edit_window_closed: "message-gone",
  thread_not_found: "message-gone",
  cannot_reply_to_message: "message-gone",
  msg_too_long: "invalid",
  msg_blocks_too_long: "invalid",
  no_text: "invalid",
  invalid_blocks: "invalid",
  invalid_blocks_format: "invalid",
  block_mismatch: "invalid",
  invalid_arguments: "invalid",
  invalid_metadata_format: "invalid",
  invalid_metadata_schema: "invalid",
  metadata_too_large: "invalid",
  alt_txt_too_large: "invalid",
  file_type_not_allowed: "invalid",
  // "Some aspect of the operation" may have succeeded.
  fatal_error: "unknown",
  internal_error: "unknown",
  service_unavailable: "unknown",
  team_added_to_org: "not-sent",
};

const needed = z.object({ needed: z.string() });

/**
 * What a failed call to Slack means: the one place where Slack's errors become the outbox's.
 *
 * @param counted what Slack counts calls of this kind by: posts by channel, other calls by workspace.
 *   Source: https://docs.slack.dev/apis/web-api/rate-limits
 */
export function deliveryError(
  error: unknown,
  counted: DeliveryError["scope"] = "workspace",
): DeliveryError {
  if (error instanceof DeliveryError) {
    return error;
  }
  if (error instanceof webApi.WebAPIRateLimitedError) {
    return new DeliveryError("rate-limited", "Slack counts too many calls.", {
      cause: error,
      retryAfter: error.retryAfter * SECOND,
      scope: counted,
    });
  }
  if (error instanceof webApi.WebAPIPlatformError) {
    return platformError(error, counted);
  }
  if (error instanceof webApi.WebAPIHTTPError) {
    return httpError(error);
  }
  return requestError(error);
}

function platformError(
  error: webApi.WebAPIPlatformError,
  counted: DeliveryError["scope"],
): DeliveryError {
  const code = error.data.error;
  const fault = FAULTS[code] ?? "not-sent";
  const scope = needed.safeParse(error.data);
  const message =
    code === "missing_scope" && scope.success
      ? `Slack refuses: the token lacks the scope ${scope.data.needed}. Add it to the app and install the app again.`
      : `${MEANINGS[fault]} (${code}).`;
  return new DeliveryError(fault, message, {
    cause: error,
    ...(fault === "rate-limited" ? { retryAfter: RATE_LIMIT_PAUSE, scope: counted } : {}),
    ...(code === "message_limit_exceeded" || fault === "refused" ? { scope: "workspace" } : {}),
  });
}

const MEANINGS: { readonly [fault in DeliveryFault]: string } = {
  "not-sent": "Slack did not take it",
  "rate-limited": "Slack counts too many calls",
  unknown: "Slack failed and may have done it nevertheless",
  "channel-closed":
    "The channel is gone, archived, or Doorbell is not in it: invite the bot, or end the subscription",
  refused: "Slack refuses Doorbell's token: install the app again and set `slack.bot-token`",
  "message-gone": "The message is no longer there",
  invalid: "Slack refuses what the message says",
};

function httpError(error: webApi.WebAPIHTTPError): DeliveryError {
  const { statusCode } = error;
  const undone = statusCode >= 400 && statusCode < 500 && statusCode !== 408;
  return new DeliveryError(
    undone ? "not-sent" : "unknown",
    `Slack answered with HTTP status ${statusCode}.`,
    { cause: error },
  );
}

function requestError(error: unknown): DeliveryError {
  const code = networkCode(error);
  return code !== null && wasNeverSent(code)
    ? new DeliveryError("not-sent", `Slack cannot be reached (${code}).`, { cause: error })
    : new DeliveryError("unknown", "The connection to Slack broke before an answer came.", {
        cause: error,
      });
}
