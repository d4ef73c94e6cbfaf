import type { ChatAdapter, ChatInstallations, Clock, Log, RandomSource } from "../../src/ports.ts";
import { DoorbellError } from "../../src/errors.ts";
import type { TeamsSettings } from "./settings.ts";

/** What the adapter works with. */
export interface TeamsParts {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  /** Keeps how each conversation is reached. */
  readonly references: ChatInstallations;
  /** A token of the bot for `settings.cloud.scope`; throws DoorbellError (`credentials`) when there is none. */
  readonly accessToken: AccessToken;
}

/** Gets a bearer token, without `Bearer` in front, good for at least some minutes. */
export type AccessToken = (signal?: AbortSignal) => Promise<string>;

/** Microsoft Teams as a chat, on the Bot Framework SDK. */
export function createTeamsChat(settings: TeamsSettings, parts: TeamsParts): ChatAdapter {
  throw new DoorbellError("configuration", `Not yet: ${settings.tenant} ${typeof parts}`);
}
