import type { ChannelRef } from "../../src/domain/notification.ts";
import type { TeamsPerson } from "./people.ts";
import type { TeamsSettings } from "./settings.ts";

/** Where a question came from. */
export interface Origin {
  readonly channel: ChannelRef;
  /** Whether only the asker and Doorbell are there. */
  readonly isPersonal: boolean;
}

/** Whether people of the tenant may use Doorbell. */
export function isAllowedTenant({ tenants, tenant }: TeamsSettings, asked: string): boolean {
  return tenants.length > 0 ? tenants.includes(asked) : asked === tenant;
}

/** Why a question is not answered, in a sentence for the asker; null when it is. */
export function refusal(
  settings: TeamsSettings,
  { channel, isPersonal }: Origin,
  person: TeamsPerson | "anonymous" | null,
): string | null {
  if (!isAllowedTenant(settings, channel.workspace)) {
    return "Doorbell does not answer in this organisation.";
  }
  if (isPersonal) {
    if (!settings.directMessages) {
      return "Doorbell does not answer in personal chats here. Ask in a channel.";
    }
  } else if (settings.channels !== "all" && !settings.channels.includes(channel.channel)) {
    return "Doorbell does not answer in this conversation. Ask whoever runs Doorbell to allow it.";
  }
  if (person === null) {
    return "Teams does not tell Doorbell who you are here, so it does not answer. Ask in a chat or channel that Doorbell is in, or again in a minute.";
  }
  if (person === "anonymous") {
    return "Doorbell answers people who are signed in only.";
  }
  if (!isAllowedTenant(settings, person.tenant)) {
    return "Doorbell answers people of its own organisation only.";
  }
  return person.isGuest && !settings.guests ? "Doorbell does not answer guests here." : null;
}
