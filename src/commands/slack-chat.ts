import type { Check } from "../app/azure-checks.ts";
import type { SlackConfiguration } from "../config/configuration.ts";
import type { ChannelRef } from "../domain/notification.ts";
import type { ChatAdapter, ChatInstallations, Clock, Log, RandomSource } from "../ports.ts";

/** What the chat in Slack works with besides its configuration. */
export interface SlackSurroundings {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  readonly installations: ChatInstallations;
  /** Told that a workspace gave Doorbell a token. */
  readonly onInstalled: (workspace: ChannelRef) => Promise<void>;
}

/** Slack as it is configured. Its libraries are loaded only where it is. */
export async function slackChat(
  configuration: SlackConfiguration,
  { clock, random, log, installations, onInstalled }: SlackSurroundings,
): Promise<ChatAdapter> {
  const { createSlackChat } = await import("../../adapters/slack/index.ts");
  return createSlackChat(configuration, {
    clock,
    random,
    log,
    installations: {
      saveInstallation: async (platform, workspace, record) => {
        await installations.saveInstallation(platform, workspace, record);
        await onInstalled({ platform, workspace, channel: "" });
      },
      installation: async (...of) => installations.installation(...of),
      forgetInstallation: async (...of) => installations.forgetInstallation(...of),
    },
  });
}

/** Asks Slack about the tokens of the configuration. */
export async function* slackChecks(
  configuration: SlackConfiguration,
  log: Log,
): AsyncGenerator<Check, void, undefined> {
  const { checkSlack } = await import("../../adapters/slack/index.ts");
  yield* checkSlack(configuration, log);
}
