export { checkTeams } from "./checks.ts";
export type { TeamsCheck } from "./checks.ts";
export type { TeamsSettings } from "./settings.ts";
export { createTeamsChat } from "./teams-chat.ts";
export type { TeamsParts } from "./teams-chat.ts";
