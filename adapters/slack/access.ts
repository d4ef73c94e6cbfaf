import type { SlackPerson } from "./people.ts";
import type { SlackSettings } from "./settings.ts";

/** Where a question came from. */
export interface Origin {
  readonly team: string;
  readonly channel: string;
  readonly isDirect: boolean;
}

/** Why a question is not answered, in a sentence for the asker; null when it is. */
export function refusal(
  settings: SlackSettings,
  origin: Origin,
  person: SlackPerson | null,
): string | null {
  if (settings.workspaces.length > 0 && !settings.workspaces.includes(origin.team)) {
    return "Doorbell does not answer in this workspace.";
  }
  if (origin.isDirect) {
    if (!settings.directMessages) {
      return "Doorbell does not answer direct messages here. Ask in a channel.";
    }
  } else if (settings.channels !== "all" && !settings.channels.includes(origin.channel)) {
    return "Doorbell does not answer in this channel. Ask whoever runs Doorbell to allow it.";
  }
  if (person === null) {
    return "Slack does not tell Doorbell who you are, so it does not answer. Try again in a minute.";
  }
  if (person.standing === "foreign") {
    return "Doorbell answers people of its own organisation only.";
  }
  if (person.standing === "guest" && !settings.guests) {
    return "Doorbell does not answer guests of this workspace.";
  }
  return null;
}
