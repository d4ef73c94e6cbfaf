import { Conversations } from "../../src/ask/conversations.ts";
import type { Clock, Store } from "../../src/ports.ts";

/** Conversations out of a store, in UTC, without feeds, chats, pictures and a look at NSGs. */
export function conversationsOn(
  store: Store,
  clock: Clock,
  onReaction: () => void = () => undefined,
): Conversations {
  return new Conversations({
    store,
    live: null,
    clock,
    zone: "UTC",
    azureSubscriptions: [],
    feeds: () => [],
    chats: () => [],
    pictures: null,
    onReaction,
  });
}
