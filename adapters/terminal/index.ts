export { createTerminalChat, TERMINAL_CHANNEL } from "./adapter.ts";
export type { TerminalChat, TerminalChatOptions } from "./adapter.ts";
export { renderMessage } from "./render.ts";
export type { RenderOptions } from "./render.ts";
export { renderTrail } from "./trail-table.ts";
