import { Readable } from "node:stream";
import { azureFeeds } from "../app/azure-feeds.ts";
import { serveHealth } from "../app/health-page.ts";
import { logLines } from "../app/log-lines.ts";
import { openStore } from "../app/open-store.ts";
import { startService } from "../app/service.ts";
import { questionNames } from "../ask/vm-match.ts";
import type { Configuration } from "../config/configuration.ts";
import type { CommandContext } from "./command-context.ts";
import { requireConfiguration } from "./configuration-file.ts";
import type { ServiceOptions } from "./options.ts";
import { slackChat } from "./slack-chat.ts";
import { teamsChat } from "./teams-chat.ts";
import { terminalChat } from "./terminal-chat.ts";
import { untilAborted } from "./until-aborted.ts";

/** `doorbell serve`: feeds, notifications and chats, until somebody asks it to stop. */
export async function serve(options: ServiceOptions, context: CommandContext): Promise<number> {
  const { path, configuration } = await requireConfiguration(options.config, context);
  return serveConfigured(configuration, path, context);
}

/** The same with a configuration that is read already. */
export async function serveConfigured(
  configuration: Configuration,
  path: string,
  context: CommandContext,
): Promise<number> {
  const { clock, random, errors, input, stopped } = context.surroundings;
  const stop = untilAborted(stopped());
  const log = logLines((line) => errors.write(line), configuration.log.level, clock);
  log("info", "Doorbell starts.", { configuration: path });
  const store = await openStore(configuration.store, clock);
  const { sources, groups, live } = azureFeeds(configuration.azure, {
    clock,
    wall: clock,
    random,
    ca: null,
  });
  const { interactive } = context;
  const chat = terminalChat(context, {
    // A service in the background must not read the terminal that it was started from.
    input: interactive ? input : Readable.from([]),
    zone: configuration.zone,
    now: () => clock.now(),
    vms: async () => questionNames(await store.names()).vms,
  });
  const slack =
    configuration.slack === null
      ? null
      : await slackChat(configuration.slack, {
          clock,
          random,
          log,
          installations: store,
          onInstalled: async (workspace) => service.resume(workspace),
        });
  const teams =
    configuration.teams === null
      ? null
      : await teamsChat(configuration.teams, { clock, random, log, references: store });
  const service = await startService({
    store,
    sources,
    groups,
    live,
    chats: [chat, slack, teams].filter((one) => one !== null),
    subscriptions: configuration.notifications,
    clock,
    wall: clock,
    random,
    zone: configuration.zone,
    workingHours: configuration.workingHours,
    retention: configuration.retention,
    auditRetention: configuration.auditRetention,
    eventsInMemory: configuration.eventsInMemory,
    log,
  });
  let closePage = async (): Promise<void> => {};
  try {
    const { host, port } = configuration.http;
    if (port !== null) {
      const health = async () => ({
        feeds: service.feeds(),
        outbox: await service.outbox(),
        chats: service.chats(),
      });
      closePage = await serveHealth({ host, port }, health, configuration.azure.poll, clock);
    }
    await service.listen();
    log("info", "Doorbell serves.", {
      store: store.description,
      feeds: sources.length,
      health: port === null ? null : `http://${host}:${port}/healthz`,
    });
    await Promise.race([stop, ...(interactive ? [chat.left] : [])]);
    log("info", "Doorbell stops.");
  } finally {
    await closePage();
    await service.stop();
  }
  log("info", "Doorbell has stopped.");
  return 0;
}
