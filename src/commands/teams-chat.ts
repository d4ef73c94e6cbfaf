import type { Check } from "../app/azure-checks.ts";
import { teamsSignIn } from "../app/teams-sign-in.ts";
import type { TeamsConfiguration } from "../config/configuration.ts";
import type { ChatAdapter, ChatInstallations, Clock, Log, RandomSource } from "../ports.ts";

/** What the chat in Teams works with besides its configuration. */
export interface TeamsSurroundings {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  /** Keeps how each conversation is reached. */
  readonly references: ChatInstallations;
}

/** Microsoft Teams as it is configured. Its libraries are loaded only where it is. */
export async function teamsChat(
  configuration: TeamsConfiguration,
  { clock, random, log, references }: TeamsSurroundings,
): Promise<ChatAdapter> {
  const { createTeamsChat } = await import("../../adapters/teams/index.ts");
  const accessToken = teamsSignIn(configuration, clock);
  return createTeamsChat(configuration, { clock, random, log, references, accessToken });
}

/** Tries the bot's sign-in, and what Doorbell needs of the Bot Framework. */
export async function* teamsChecks(
  configuration: TeamsConfiguration,
  clock: Clock,
  log: Log,
): AsyncGenerator<Check, void, undefined> {
  const { checkTeams } = await import("../../adapters/teams/index.ts");
  yield* checkTeams(configuration, teamsSignIn(configuration, clock), log);
}
