export { renderMessage } from "./render.ts";
export type { RenderOptions } from "./render.ts";
export { runQuestionLoop } from "./repl.ts";
export type { QuestionLoop } from "./repl.ts";
export { renderTrail } from "./trail-table.ts";
