import type {
  ChannelStore,
  ChatAdapter,
  ConversationStore,
  LeaseStore,
  OutboxStore,
  Store,
  TrailReader,
  TrailWriter,
} from "../../src/ports.ts";
import type { Gate } from "./crash-gate.ts";

/** The outbox as a worker sees it that may die at any step. */
export function gatedOutbox(store: OutboxStore, gate: Gate): OutboxStore {
  return {
    claim: async (claim) => gate.pass(async () => store.claim(claim)),
    beginPost: async (...args) => gate.pass(async () => store.beginPost(...args)),
    record: async (...args) => gate.pass(async () => store.record(...args)),
    nextDue: async (platforms) => gate.pass(async () => store.nextDue(platforms)),
    outboxHealth: async () => gate.pass(async () => store.outboxHealth()),
  };
}

/** A chat adapter as a worker sees it that may die at any step. */
export function gatedAdapter(adapter: ChatAdapter, gate: Gate): ChatAdapter {
  return {
    platform: adapter.platform,
    capabilities: adapter.capabilities,
    start: async (handlers) => adapter.start(handlers),
    stop: async () => adapter.stop(),
    post: async (...args) => gate.pass(async () => adapter.post(...args)),
    edit: async (...args) => gate.pass(async () => adapter.edit(...args)),
    find: async (...args) => gate.pass(async () => adapter.find(...args)),
  };
}

/** What the ingest and the router need of a store. */
export type IngestStore = TrailWriter &
  Pick<TrailReader, "coverage"> &
  Pick<ConversationStore, "channelSubscriptions"> &
  Pick<ChannelStore, "silences">;

/** The store as an ingest sees it that may die, or fail, at any step. */
export function gatedIngestStore(store: Store, gate: Gate): IngestStore {
  return {
    commit: async (change) => gate.pass(async () => store.commit(change)),
    cursor: async (feed) => gate.pass(async () => store.cursor(feed)),
    azureSubscriptions: async () => gate.pass(async () => store.azureSubscriptions()),
    events: (subscription) => gatedItems(store.events(subscription), gate),
    sightings: (subscription) => gatedItems(store.sightings(subscription), gate),
    stored: async (subscription) => gate.pass(async () => store.stored(subscription)),
    announced: async (ids) => gate.pass(async () => store.announced(ids)),
    bursts: async (bursts) => gate.pass(async () => store.bursts(bursts)),
    thin: async (...args) => gate.pass(async () => store.thin(...args)),
    coverage: async () => gate.pass(async () => store.coverage()),
    channelSubscriptions: async () => gate.pass(async () => store.channelSubscriptions()),
    silences: async (endAfter) => gate.pass(async () => store.silences(endAfter)),
  };
}

/** The leases as a replica sees them that may die, or hang, at any step. */
export function gatedLeases(store: LeaseStore, gate: Gate): LeaseStore {
  return {
    keepAlive: async (...args) => gate.pass(async () => store.keepAlive(...args)),
    takeLeases: async (...args) => gate.pass(async () => store.takeLeases(...args)),
    giveLeases: async (leases) => gate.pass(async () => store.giveLeases(leases)),
    heedNews: async (...args) => gate.pass(async () => store.heedNews(...args)),
    leave: async (owner) => gate.pass(async () => store.leave(owner)),
  };
}

async function* gatedItems<T>(items: AsyncIterable<T>, gate: Gate): AsyncGenerator<T> {
  await gate.pass(async () => undefined);
  yield* items;
}
