import { LIFECYCLE_EVENTS } from "./lifecycle.ts";
import { QUESTION_EVENTS } from "./listeners.ts";
import type { SlackSettings } from "./settings.ts";

/**
 * The scopes that each call of the Web API takes.
 * Source: the method pages of https://docs.slack.dev/reference/methods
 */
export const METHOD_SCOPES: Readonly<Record<string, readonly string[]>> = {
  "auth.test": [],
  "chat.postEphemeral": ["chat:write"],
  "chat.postMessage": ["chat:write"],
  "chat.update": ["chat:write"],
  "conversations.history": ["channels:history", "groups:history", "im:history"],
  "conversations.replies": ["channels:history", "groups:history", "im:history"],
  "files.completeUploadExternal": ["files:write"],
  "files.getUploadURLExternal": ["files:write"],
  "usergroups.users.list": ["usergroups:read"],
  "users.info": ["users:read"],
  "users.lookupByEmail": ["users:read.email"],
  "views.open": [],
  "views.publish": [],
  "views.update": [],
};

/**
 * The scopes that hearing of each event takes.
 * Source: the event pages of https://docs.slack.dev/reference/events
 */
const EVENT_SCOPES: Readonly<
  Record<(typeof LIFECYCLE_EVENTS)[number] | (typeof QUESTION_EVENTS)[number], readonly string[]>
> = {
  app_home_opened: [],
  app_mention: ["app_mentions:read"],
  app_uninstalled: [],
  channel_archive: ["channels:read"],
  channel_deleted: ["channels:read"],
  channel_left: ["channels:read"],
  channel_rename: ["channels:read"],
  channel_unarchive: ["channels:read"],
  group_archive: ["groups:read"],
  group_deleted: ["groups:read"],
  group_left: ["groups:read"],
  group_rename: ["groups:read"],
  group_unarchive: ["groups:read"],
  member_joined_channel: ["channels:read", "groups:read"],
  "message.im": ["im:history"],
  tokens_revoked: [],
};

/** Slash commands and shortcuts. */
const INTERACTION_SCOPES: readonly string[] = ["commands"];

/** What only the setting `groups` needs, so that nobody else gives it. */
export const GROUP_SCOPE = "usergroups:read";

/** Every scope that Doorbell asks for where no user groups are named. */
export const SCOPES: readonly string[] = [
  ...new Set([
    ...INTERACTION_SCOPES,
    ...Object.values(METHOD_SCOPES).flat(),
    ...Object.values(EVENT_SCOPES).flat(),
  ]),
]
  .filter((scope) => scope !== GROUP_SCOPE)
  .toSorted();

/** Every scope that Doorbell asks for with these settings. */
export function scopesFor({ groups }: Pick<SlackSettings, "groups">): readonly string[] {
  return groups.length === 0 ? SCOPES : [...SCOPES, GROUP_SCOPE].toSorted();
}

/** Every event that Doorbell listens to, as the manifest names it. */
export const EVENTS: readonly string[] = [...LIFECYCLE_EVENTS, ...QUESTION_EVENTS].toSorted();
