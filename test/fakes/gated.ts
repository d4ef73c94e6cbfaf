import type { ChatAdapter, OutboxStore } from "../../src/ports.ts";
import type { CrashGate } from "./crash-gate.ts";

/** The outbox as a worker sees it that may die at any step. */
export function gatedOutbox(store: OutboxStore, gate: CrashGate): OutboxStore {
  return {
    claim: async (claim) => gate.pass(async () => store.claim(claim)),
    beginPost: async (...args) => gate.pass(async () => store.beginPost(...args)),
    record: async (...args) => gate.pass(async () => store.record(...args)),
    nextDue: async (platforms) => gate.pass(async () => store.nextDue(platforms)),
    outboxHealth: async () => gate.pass(async () => store.outboxHealth()),
  };
}

/** A chat adapter as a worker sees it that may die at any step. */
export function gatedAdapter(adapter: ChatAdapter, gate: CrashGate): ChatAdapter {
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
