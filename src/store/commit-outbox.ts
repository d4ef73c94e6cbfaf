import { sql } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { NewDelivery } from "../ports.ts";
import { batchesOf } from "./batches.ts";
import type { Queries } from "./schema.ts";

/**
 * Makes the notifications that announce these openings due again, whoever holds them at the moment. One
 * that waits for its first turn or for a person goes on waiting, and so does one of unknown outcome: it
 * must have settled before it is looked for. One that was given up unposted has something new to say.
 */
export async function notifyAgain(
  db: Queries,
  openings: readonly string[],
  now: Instant,
): Promise<void> {
  const keys = new Set<string>();
  for (const batch of batchesOf(openings)) {
    const rows = await db
      .selectFrom("delivery_opening")
      .select("delivery_key")
      .distinct()
      .where("opening_id", "in", batch)
      .where("announces", "=", 1)
      .execute();
    for (const row of rows) {
      keys.add(row.delivery_key);
    }
  }
  for (const batch of batchesOf([...keys].sort())) {
    await wantAgain(db, batch, now);
    await db
      .updateTable("delivery")
      .set((eb) => ({ wanted: eb("wanted", "+", 1), due_at: now, state: "pending" }))
      .where("key", "in", batch)
      .where("state", "=", "dropped")
      .where("receipt", "is", null)
      .execute();
  }
}

/** Makes deliveries that were not given up due again, because what they should say has changed. */
export async function wantAgain(db: Queries, keys: readonly string[], now: Instant): Promise<void> {
  if (keys.length === 0) {
    return;
  }
  await db
    .updateTable("delivery")
    .set((eb) => ({
      wanted: eb("wanted", "+", 1),
      due_at: sql<number>`case when due_at is null or (due_at > ${now} and attempts > 0 and state in ('pending', 'posted')) then ${now} else due_at end`,
    }))
    .where("key", "in", keys)
    .where("state", "<>", "dropped")
    .execute();
}

/** Puts a delivery into the outbox; openings that its channel has heard of are passed over. */
export async function commitDelivery(
  db: Queries,
  delivery: NewDelivery,
  now: Instant,
): Promise<void> {
  if (delivery.content.kind === "reply") {
    await commitReply(db, delivery, delivery.content.parent, now);
  } else {
    await commitNotification(db, delivery, now);
  }
}

async function commitNotification(db: Queries, delivery: NewDelivery, now: Instant): Promise<void> {
  const announced = new Set<string>();
  const openings = [...new Set(delivery.openings)];
  for (const batch of batchesOf(openings)) {
    const rows = await db
      .selectFrom("delivery_opening")
      .select("opening_id")
      .where("opening_id", "in", batch)
      .where("platform", "=", delivery.channel.platform)
      .where("workspace", "=", delivery.channel.workspace)
      .where("channel", "=", delivery.channel.channel)
      .where("announces", "=", 1)
      .execute();
    for (const row of rows) {
      announced.add(row.opening_id);
    }
  }
  const fresh = openings.filter((id) => !announced.has(id));
  if (fresh.length === 0) {
    return;
  }
  if (!(await joinKnown(db, delivery))) {
    await insertDelivery(db, delivery, null, now);
  }
  await tellOf(db, delivery, fresh, 1);
}

/** Openings join a notification that is there; one that was given up begins anew with them. */
async function joinKnown(db: Queries, { key, dueAt }: NewDelivery): Promise<boolean> {
  const joined = await db
    .updateTable("delivery")
    .set((eb) => ({
      wanted: eb("wanted", "+", 1),
      due_at: sql<number>`case when due_at is null or (due_at > ${dueAt} and state in ('pending', 'posted')) then ${dueAt} else due_at end`,
    }))
    .where("key", "=", key)
    .where("state", "<>", "dropped")
    .executeTakeFirst();
  if (joined.numUpdatedRows > 0n) {
    return true;
  }
  const revived = await db
    .updateTable("delivery")
    .set((eb) => ({
      wanted: eb("wanted", "+", 1),
      due_at: dueAt,
      state: "pending",
      receipt: null,
      said_digest: null,
      first_tried_at: null,
      attempts: 0,
      reason: null,
      reason_at: null,
    }))
    .where("key", "=", key)
    .executeTakeFirst();
  return revived.numUpdatedRows > 0n;
}

async function commitReply(
  db: Queries,
  delivery: NewDelivery,
  parent: string,
  now: Instant,
): Promise<void> {
  const known = await db
    .selectFrom("delivery")
    .select(["key", "state"])
    .where("key", "in", [delivery.key, parent])
    .execute();
  const isThere = known.some(({ key }) => key === delivery.key);
  const canFollow = known.some(({ key, state }) => key === parent && state !== "dropped");
  if (isThere || !canFollow) {
    return;
  }
  await insertDelivery(db, delivery, parent, now);
  await tellOf(db, delivery, [...new Set(delivery.openings)], 0);
}

async function insertDelivery(
  db: Queries,
  { key, channel, content, burst, dueAt }: NewDelivery,
  parent: string | null,
  now: Instant,
): Promise<void> {
  const { platform, workspace, channel: name } = channel;
  await db
    .insertInto("channel")
    .values({ platform, workspace, channel: name })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await db
    .insertInto("delivery")
    .values({
      key,
      platform,
      workspace,
      channel: name,
      burst,
      parent,
      content: JSON.stringify(content),
      state: "pending",
      maybe_posted: 0,
      receipt: null,
      said_digest: null,
      first_tried_at: null,
      attempts: 0,
      fence: 0,
      lease_until: null,
      claimed_by: null,
      due_at: dueAt,
      wanted: 1,
      claimed: 0,
      created_at: now,
      reason: null,
      reason_at: null,
    })
    .execute();
}

async function tellOf(
  db: Queries,
  { key, channel }: NewDelivery,
  openings: readonly string[],
  announces: 0 | 1,
): Promise<void> {
  for (const batch of batchesOf(openings)) {
    await db
      .insertInto("delivery_opening")
      .values(
        batch.map((opening_id) => ({
          delivery_key: key,
          opening_id,
          platform: channel.platform,
          workspace: channel.workspace,
          channel: channel.channel,
          announces,
          thinned: 0,
        })),
      )
      .execute();
  }
}
