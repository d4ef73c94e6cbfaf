import { CONFIGURATION, subscriptionId } from "../ask/channel-subscriptions.ts";
import type { ConfiguredSubscription } from "../config/configuration.ts";
import type { Instant } from "../domain/instant.ts";
import type { ConversationStore } from "../ports.ts";

/**
 * Brings the store's subscriptions in line with the configuration's: new ones begin now, those that are
 * no longer there end, and those that channels wished for themselves stay.
 */
export async function keepConfiguredSubscriptions(
  configured: readonly ConfiguredSubscription[],
  store: ConversationStore,
  now: Instant,
): Promise<void> {
  const wanted = new Map(
    configured.map(({ channel, filter }) => [subscriptionId(channel, filter), { channel, filter }]),
  );
  const known = await store.channelSubscriptions();
  for (const { id, channel, createdBy } of known) {
    if (createdBy === CONFIGURATION && !wanted.has(id)) {
      await store.unsubscribe(channel, id);
    }
    wanted.delete(id);
  }
  for (const [id, { channel, filter }] of wanted) {
    await store.subscribe({ id, channel, filter, createdAt: now, createdBy: CONFIGURATION });
  }
}
