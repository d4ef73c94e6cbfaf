import { sql } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { DeliveryState } from "../domain/notification.ts";
import type { Announcement, OutboxHealth } from "../ports.ts";
import { batchesOf } from "./batches.ts";
import { parentStands, passingPause, sameChannel } from "./outbox.ts";
import type { Queries } from "./schema.ts";

const MOST_PROBLEMS = 5;

/** When the next delivery can be claimed: not before its channel's live claim and pause end. */
export async function nextDueAt(
  db: Queries,
  platforms: readonly string[],
): Promise<Instant | null> {
  if (platforms.length === 0) {
    return null;
  }
  const rows = await db
    .selectFrom("channel")
    .select([
      sql<
        number | null
      >`(select min(delivery.due_at) from delivery where ${sameChannel} and delivery.due_at is not null and ${parentStands})`.as(
        "due",
      ),
      sql<
        number | null
      >`(select max(delivery.lease_until) from delivery where ${sameChannel} and delivery.lease_until is not null)`.as(
        "held",
      ),
      sql<number | null>`(${passingPause})`.as("paused"),
    ])
    .where("channel.platform", "in", platforms)
    .execute();
  const times = rows.flatMap(({ due, held, paused }) =>
    due === null ? [] : [Math.max(due, held ?? due, paused ?? due)],
  );
  return times.length === 0 ? null : Math.min(...times);
}

/** How the outbox stands. */
export async function readHealth(db: Queries): Promise<OutboxHealth> {
  const counts = await db
    .selectFrom("delivery")
    .select((eb) => ["state", eb.fn.countAll<number>().as("count")])
    .groupBy("state")
    .execute();
  const count = (state: DeliveryState): number =>
    counts.find((row) => row.state === state)?.count ?? 0;
  const oldest = await db
    .selectFrom("delivery")
    .select((eb) => eb.fn.min<number | null>("created_at").as("at"))
    .where("state", "in", ["pending", "posting", "unknown", "waiting"])
    .executeTakeFirst();
  const problems = await db
    .selectFrom("delivery")
    .select("reason")
    .where("state", "in", ["waiting", "dropped"])
    .where("reason", "is not", null)
    .groupBy("reason")
    .orderBy((eb) => eb.fn.max("reason_at"), "desc")
    .limit(MOST_PROBLEMS)
    .execute();
  return {
    byState: {
      pending: count("pending"),
      posting: count("posting"),
      unknown: count("unknown"),
      posted: count("posted"),
      waiting: count("waiting"),
      dropped: count("dropped"),
    },
    oldestUnsaid: oldest?.at ?? null,
    problems: problems.flatMap(({ reason }) => (reason === null ? [] : [reason])),
  };
}

/** Announcements of these openings, or of these bursts. */
export async function announcementsBy(
  db: Queries,
  column: "opening" | "burst",
  values: readonly string[],
): Promise<readonly Announcement[]> {
  const found: Announcement[] = [];
  for (const batch of batchesOf([...new Set(values)])) {
    const rows = await db
      .selectFrom("delivery_opening")
      .innerJoin("delivery", "delivery.key", "delivery_opening.delivery_key")
      .select([
        "delivery.key",
        "delivery.platform",
        "delivery.workspace",
        "delivery.channel",
        "delivery.burst",
        "delivery.created_at",
        "delivery_opening.opening_id",
      ])
      .where("delivery_opening.announces", "=", 1)
      .where(column === "burst" ? "delivery.burst" : "delivery_opening.opening_id", "in", batch)
      .orderBy("delivery.created_at")
      .orderBy("delivery.key")
      .orderBy("delivery_opening.opening_id")
      .execute();
    for (const { key, platform, workspace, channel, burst, created_at, opening_id } of rows) {
      found.push({
        key,
        channel: { platform, workspace, channel },
        burst,
        openingId: opening_id,
        createdAt: created_at,
      });
    }
  }
  return found;
}
