import type { ChannelStore, ConversationStore, NotificationRouter, TrailWriter } from "../ports.ts";
import { burstsOf, ringing, route } from "./routing.ts";

/** The router that goes by what the store knows of subscriptions and of earlier notifications. */
export function notificationRouter(
  store: Pick<ConversationStore, "channelSubscriptions"> &
    Pick<ChannelStore, "silences"> &
    Pick<TrailWriter, "announced" | "bursts">,
  hasThreads: (platform: string) => boolean,
): NotificationRouter {
  return async (changes, now) => {
    const subscriptions = await store.channelSubscriptions();
    if (subscriptions.length === 0) {
      return [];
    }
    const openings = ringing(changes, subscriptions);
    const known = changes.flatMap(({ before }) => (before === null ? [] : [before.id]));
    const asked = [...new Set([...known, ...openings.map(({ id }) => id)])];
    const wanted = [...new Set(openings.flatMap(burstsOf))];
    return route({
      changes,
      subscriptions,
      announced: asked.length === 0 ? [] : await store.announced(asked),
      bursts: wanted.length === 0 ? [] : await store.bursts(wanted),
      silences:
        openings.length === 0
          ? []
          : await store.silences(Math.min(...openings.map(({ openedAt }) => openedAt))),
      hasThreads,
      now,
    });
  };
}
