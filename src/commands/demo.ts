import { join } from "node:path";
import {
  createTerminalChat,
  renderMessage,
  TERMINAL_CHANNEL,
} from "../../adapters/terminal/index.ts";
import type { TerminalChat } from "../../adapters/terminal/index.ts";
import { startDemo } from "../app/demo.ts";
import type { Demo } from "../app/demo.ts";
import type { Service } from "../app/service.ts";
import { COMMAND_FORMS } from "../ask/chat-command.ts";
import { QUESTION_FORMS } from "../ask/question-catalogue.ts";
import { questionNames } from "../ask/vm-match.ts";
import { stateFolder } from "../config/user-folders.ts";
import type { Instant } from "../domain/instant.ts";
import { shortId } from "../domain/short-id.ts";
import type { CommandContext } from "./command-context.ts";
import type { DemoOptions } from "./options.ts";

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
  const { surroundings } = context;
  const { clock, random } = surroundings;
  const isOnce = options.once !== undefined;
  let service: Service | null = null;
  let demoClock = clock;
  const chat = isOnce
    ? null
    : terminalChat(context, {
        zone,
        now: () => demoClock.now(),
        vms: async () => (service === null ? [] : questionNames(await service.names()).vms),
      });
  const demo = await startDemo({
    speed: options.speed,
    seed: options.seed,
    wall: clock,
    random,
    zone,
    chats: chat === null ? [] : [chat],
    channel: chat === null ? null : TERMINAL_CHANNEL,
    onProblem: (problem) => {
      void context.complain(problem);
    },
  });
  ({ service, clock: demoClock } = demo);
  try {
    if (options.once !== undefined) {
      return await answerOnce(options.once, demo, zone, context);
    }
    await context.write(introduction(demo, options.speed, isAsked));
    await service.caughtUp;
    const stopped = surroundings.stopped();
    await service.listen();
    await Promise.race([chat?.left, aborted(stopped)]);
    return 0;
  } finally {
    await demo.stop();
  }
}

async function answerOnce(
  question: string,
  { service }: Demo,
  zone: string,
  context: CommandContext,
): Promise<number> {
  await service.caughtUp;
  const answer = await service.conversations.ask(question, null, zone);
  const text = renderMessage(answer.message, context.rendering(zone));
  if (answer.question === null) {
    await context.explain(text);
    return 2;
  }
  await context.write(text);
  return 0;
}

function terminalChat(
  context: CommandContext,
  demo: {
    readonly zone: string;
    readonly now: () => Instant;
    readonly vms: () => Promise<readonly string[]>;
  },
): TerminalChat {
  const { input, output, environment, clock, user } = context.surroundings;
  const folder = stateFolder(environment);
  return createTerminalChat({
    input,
    output,
    interactive: context.interactive,
    dumb: environment["TERM"] === "dumb",
    bell: true,
    render: () => context.rendering(demo.zone),
    now: demo.now,
    user: { id: user, name: user, zone: demo.zone },
    run: shortId("run", [String(clock.now()), String(context.surroundings.random.next())]),
    history: folder === null || !context.interactive ? null : join(folder, "history"),
    forms: [...QUESTION_FORMS, ...COMMAND_FORMS].map(({ example }) => example),
    vms: demo.vms,
  });
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

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) {
    await new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }
}
