import { azureFeeds } from "../app/azure-feeds.ts";
import { serveHealth } from "../app/health-page.ts";
import { logLines } from "../app/log-lines.ts";
import { openStore } from "../app/open-store.ts";
import { startService } from "../app/service.ts";
import type { Configuration } from "../config/configuration.ts";
import type { CommandContext } from "./command-context.ts";
import { requireConfiguration } from "./configuration-file.ts";
import type { ServiceOptions } from "./options.ts";

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
  const { clock, random, errors, stopped } = context.surroundings;
  const stop = stopped();
  const log = logLines((line) => errors.write(line), configuration.log.level, clock);
  const store = await openStore(configuration.store, clock);
  const { sources, live } = azureFeeds(configuration.azure, {
    clock,
    wall: clock,
    random,
    ca: null,
  });
  const service = await startService({
    store,
    sources,
    live,
    chats: [],
    subscriptions: configuration.notifications,
    clock,
    wall: clock,
    random,
    zone: configuration.zone,
    workingHours: configuration.workingHours,
    retention: configuration.retention,
    log,
  });
  try {
    const { host, port } = configuration.http;
    const health = async () => ({ feeds: service.feeds(), outbox: await service.outbox() });
    const closePage = port === null ? null : await serveHealth({ host, port }, health, clock);
    await service.listen();
    log("info", "Doorbell serves.", {
      configuration: path,
      store: store.description,
      feeds: sources.length,
      health: port === null ? null : `http://${host}:${port}/healthz`,
    });
    await new Promise<void>((resolve) => {
      stop.addEventListener("abort", () => resolve(), { once: true });
    });
    log("info", "Doorbell stops.");
    await closePage?.();
  } finally {
    await service.stop();
  }
  return 0;
}
