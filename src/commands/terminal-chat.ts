import { join } from "node:path";
import type { Readable } from "node:stream";
import { createTerminalChat } from "../../adapters/terminal/index.ts";
import type { TerminalChat } from "../../adapters/terminal/index.ts";
import { COMMAND_FORMS } from "../ask/chat-command.ts";
import { QUESTION_FORMS } from "../ask/question-catalogue.ts";
import { stateFolder } from "../config/user-folders.ts";
import type { Instant } from "../domain/instant.ts";
import { shortId } from "../domain/short-id.ts";
import type { CommandContext } from "./command-context.ts";

/** What the chat in this terminal is about. */
export interface ChatTopic {
  /** Where questions come from. */
  readonly input: Readable;
  readonly zone: string;
  readonly now: () => Instant;
  /** VM names to complete. */
  readonly vms: () => Promise<readonly string[]>;
}

/** The chat in the terminal that the program was started in. */
export function terminalChat(context: CommandContext, topic: ChatTopic): TerminalChat {
  const { output, environment, clock, random, user } = context.surroundings;
  const folder = stateFolder(environment);
  const { input, zone, now, vms } = topic;
  return createTerminalChat({
    input,
    output,
    interactive: context.interactive,
    dumb: environment["TERM"] === "dumb",
    bell: true,
    render: () => context.rendering(zone),
    now,
    user: { id: user, name: user, zone },
    run: shortId("run", [String(clock.now()), String(random.next())]),
    history: folder === null || !context.interactive ? null : join(folder, "history"),
    forms: [...QUESTION_FORMS, ...COMMAND_FORMS].map(({ example }) => example),
    vms,
  });
}
