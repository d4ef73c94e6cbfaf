export { SCOPES } from "./scopes.ts";
export type { SlackSettings } from "./settings.ts";
export { createSlackChat } from "./slack-chat.ts";
export { checkSlack } from "./checks.ts";
export type { SlackCheck } from "./checks.ts";
