import { azureFeeds } from "../app/azure-feeds.ts";
import { openStore } from "../app/open-store.ts";
import { AuditLog } from "../ask/audit-log.ts";
import { Conversations } from "../ask/conversations.ts";
import { coverageOf, sourceOf } from "../ask/store-coverage.ts";
import { WHOLE_TRAIL } from "../ask/trail-query.ts";
import type { Knowledge } from "../ask/knowledge.ts";
import type { Configuration } from "../config/configuration.ts";
import type { Store } from "../ports.ts";
import { DoorbellError } from "../errors.ts";
import type { CommandContext } from "./command-context.ts";
import type { CommonOptions } from "./options.ts";

/**
 * Does something with the configured store, which another Doorbell may be serving from meanwhile.
 *
 * @throws DoorbellError `store` or `store-full`.
 */
export async function withStore<T>(
  configuration: Configuration,
  context: CommandContext,
  use: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openStore(configuration.store, context.surroundings.clock);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** @throws DoorbellError `usage` when an option was given that counts for exports alone. */
export function refuseExportOptions({ workingHours }: CommonOptions): void {
  if (workingHours !== undefined) {
    const text = `--working-hours ${workingHours}: goes with --from; the store's openings were judged by working-hours of the configuration.`;
    throw new DoorbellError("usage", text);
  }
}

/** Conversations out of the store, with a look at the NSGs themselves where that is configured. */
export function conversationsOf(
  store: Store,
  configuration: Configuration,
  context: CommandContext,
  zone: string,
): Conversations {
  const { clock, random } = context.surroundings;
  const { live } = azureFeeds(configuration.azure, { clock, wall: clock, random, ca: null });
  const azureSubscriptions = watched(configuration);
  return new Conversations({
    store,
    live,
    clock,
    zone,
    azureSubscriptions,
    feeds: () => [],
    chats: () => [],
    pictures: null,
    onReaction: () => {},
  });
}

/** What is asked at the command line is audited as in a chat. */
export function auditOf(store: Store, context: CommandContext): AuditLog {
  const { clock, random } = context.surroundings;
  return new AuditLog({ store, clock, wall: clock, random });
}

/** All that the store holds, and what it was read from. */
export async function wholeTrail(
  store: Store,
  configuration: Configuration,
  context: CommandContext,
): Promise<Pick<Knowledge, "trail" | "coverage" | "eventOf" | "source">> {
  const now = context.surroundings.clock.now();
  const stored = await store.coverage();
  return {
    trail: await store.trail(WHOLE_TRAIL),
    coverage: coverageOf(stored, { azureSubscriptions: watched(configuration), feeds: [] }, now),
    eventOf: () => null,
    source: sourceOf(stored),
  };
}

function watched({ azure }: Configuration): readonly string[] {
  return azure.tenants.flatMap(({ subscriptions }) => subscriptions);
}
