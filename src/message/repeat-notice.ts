import { context } from "./build.ts";
import type { ContextNode } from "./message.ts";

/** What a message says that may stand in the channel a second time, because nobody could look. */
export const REPEAT_TEXT =
  "This may be a repeat: whether the message arrived the first time is not known.";

/** The mark of a possible repeat, for adapters to put below the message. */
export function repeatNotice(): ContextNode {
  return context(REPEAT_TEXT);
}
