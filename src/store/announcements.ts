import type { Announcement } from "../ports.ts";
import { batchesOf } from "./batches.ts";
import type { Queries } from "./schema.ts";

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
