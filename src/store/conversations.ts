import type { Instant } from "../domain/instant.ts";
import type { ChannelRef, ChannelSubscription } from "../domain/notification.ts";
import { readSubscription } from "./chat-codec.ts";
import type { Queries } from "./schema.ts";

/** Every subscription, oldest first. */
export async function readSubscriptions(db: Queries): Promise<readonly ChannelSubscription[]> {
  const rows = await db
    .selectFrom("channel_subscription")
    .select("body")
    .orderBy("created_at")
    .orderBy("id")
    .execute();
  return rows.map(({ body }) => readSubscription(body));
}

/** Adds a subscription, or replaces the one with its id. */
export async function writeSubscription(
  db: Queries,
  subscription: ChannelSubscription,
): Promise<void> {
  const { platform, workspace, channel } = subscription.channel;
  await db
    .insertInto("channel_subscription")
    .values({
      id: subscription.id,
      platform,
      workspace,
      channel,
      created_at: subscription.createdAt,
      body: JSON.stringify(subscription),
    })
    .onConflict((conflict) =>
      conflict.column("id").doUpdateSet((eb) => ({
        platform: eb.ref("excluded.platform"),
        workspace: eb.ref("excluded.workspace"),
        channel: eb.ref("excluded.channel"),
        created_at: eb.ref("excluded.created_at"),
        body: eb.ref("excluded.body"),
      })),
    )
    .execute();
}

/** Removes a channel's subscriptions, or only the one with the id; returns how many there were. */
export async function removeSubscriptions(
  db: Queries,
  { platform, workspace, channel }: ChannelRef,
  id: string | null,
): Promise<number> {
  const ofChannel = db
    .deleteFrom("channel_subscription")
    .where("platform", "=", platform)
    .where("workspace", "=", workspace)
    .where("channel", "=", channel);
  const done = await (id === null ? ofChannel : ofChannel.where("id", "=", id)).executeTakeFirst();
  return Number(done.numDeletedRows);
}

/** Remembers a delivery from a chat; false when it was known already. */
export async function rememberSeen(db: Queries, deliveryId: string, at: Instant): Promise<boolean> {
  const done = await db
    .insertInto("seen")
    .values({ delivery_id: deliveryId, at })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (done.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Forgets the deliveries seen before. */
export async function forgetSeenBefore(db: Queries, before: Instant): Promise<void> {
  await db.deleteFrom("seen").where("at", "<", before).execute();
}
