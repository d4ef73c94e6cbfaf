import { renderMessage, TERMINAL_CHANNEL } from "../../adapters/terminal/index.ts";
import { startDemo } from "../app/demo.ts";
import type { Demo, DemoParts } from "../app/demo.ts";
import { questionNames } from "../ask/vm-match.ts";
import type { CommandContext } from "./command-context.ts";
import type { DemoOptions } from "./options.ts";
import { terminalChat } from "./terminal-chat.ts";
import { untilAborted } from "./until-aborted.ts";

const NOTHING_CONFIGURED = `There is no configuration, so this is a demo (doorbell.yaml connects Doorbell to your Azure;
docs/configuration.md tells how).

`;

/**
 * `doorbell demo`: a tenant that is made up and lives on this machine, the whole program on top of it, and
 * a chat in the terminal.
 *
 * @param isAsked whether the person asked for a demo, or gets one because nothing is configured.
 * @returns the exit status: 2 when the question of `--once` was not understood.
 */
export async function runDemo(
  options: DemoOptions,
  context: CommandContext,
  isAsked: boolean,
): Promise<number> {
  const zone = context.zone(options);
  const { clock, random } = context.surroundings;
  const parts = {
    speed: options.speed,
    seed: options.seed,
    wall: clock,
    random,
    zone,
    onProblem: (problem: string) => {
      void context.complain(problem);
    },
  };
  return options.once === undefined
    ? converse(parts, context, isAsked)
    : answerOnce(options.once, parts, context);
}

async function answerOnce(
  question: string,
  parts: Omit<DemoParts, "chats" | "channel">,
  context: CommandContext,
): Promise<number> {
  const { zone } = parts;
  const demo = await startDemo({ ...parts, chats: [], channel: null });
  try {
    const { service } = demo;
    await service.caughtUp;
    const answer = await service.conversations.ask(question, null, zone);
    const text = renderMessage(answer.message, context.rendering(zone));
    if (answer.question === null) {
      await context.explain(text);
      return 2;
    }
    await context.write(text);
    return 0;
  } finally {
    await demo.stop();
  }
}

/** Chats until the person leaves, the questions on a pipe have ended, or the program is to stop. */
async function converse(
  parts: Omit<DemoParts, "chats" | "channel">,
  context: CommandContext,
  isAsked: boolean,
): Promise<number> {
  const { wall, zone } = parts;
  const { input, stopped } = context.surroundings;
  let demo: Demo | null = null;
  const chat = terminalChat(context, {
    input,
    zone,
    now: () => (demo?.clock ?? wall).now(),
    vms: async () => (demo === null ? [] : questionNames(await demo.service.names()).vms),
  });
  demo = await startDemo({ ...parts, chats: [chat], channel: TERMINAL_CHANNEL });
  try {
    const stop = untilAborted(stopped());
    await context.write(introduction(demo, parts.speed, isAsked));
    await Promise.race([demo.service.caughtUp, stop]);
    await demo.service.listen();
    await Promise.race([chat.left, stop]);
    return 0;
  } finally {
    await demo.stop();
  }
}

function introduction({ openCommand, vms }: Demo, speed: number, isAsked: boolean): string {
  const pace = speed === 1 ? "as fast as yours" : `${speed} times as fast as yours`;
  return `Doorbell: who opened that port?
${isAsked ? "" : NOTHING_CONFIGURED}A tenant of Azure that is made up runs on this machine, with a week of history; its clock runs ${pace}.
New openings ring here by themselves. To open a port yourself, in another terminal:
  ${openCommand}

VMs: ${vms.join(", ")}. Ask, one question a line; "help" shows what can be asked, "exit" leaves:
  who opened port 3389 on vm-x
  what is open to any source
  requests denied today

`;
}
