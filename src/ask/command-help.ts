import { code, heading, inline, list } from "../message/build.ts";
import type { MessageNode } from "../message/message.ts";
import { COMMAND_FORMS } from "./chat-command.ts";

/** What a channel may tell Doorbell to do, for the help in chats. */
export function commandHelp(): readonly MessageNode[] {
  return [
    heading("In a channel"),
    list(COMMAND_FORMS.map((form) => inline(code(form.example), `: ${form.meaning}`))),
  ];
}
