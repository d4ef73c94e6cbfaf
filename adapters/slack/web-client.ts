import { webApi } from "@slack/bolt";
import { boltLogger } from "./bolt-logger.ts";
import type { Log } from "../../src/ports.ts";
import type { SlackSettings } from "./settings.ts";

/** The options of every Web API client: no retries of its own, no waiting out of rate limits. */
export function clientOptions(
  settings: Pick<SlackSettings, "apiUrl" | "callTimeout">,
  log: Log,
): webApi.WebClientOptions {
  return {
    slackApiUrl: settings.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: settings.callTimeout,
    allowAbsoluteUrls: false,
    logger: boltLogger(log),
  };
}

/** A Web API client for a token. */
export function webClient(
  token: string,
  settings: Pick<SlackSettings, "apiUrl" | "callTimeout">,
  log: Log,
): webApi.WebClient {
  return new webApi.WebClient(token, clientOptions(settings, log));
}
