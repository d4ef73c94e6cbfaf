import { sql } from "kysely";
import type { SqlBool } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { Removal } from "../ports.ts";
import { batchesOf } from "./batches.ts";
import { removeOpenings, removeRequests } from "./commit-trail.ts";
import { NameLists } from "./name-lists.ts";
import type { Queries } from "./schema.ts";
import { addToTally } from "./tally.ts";

/**
 * Takes away what is too old. Messages that told of it stay as they are: nothing took it back, and it is
 * never announced again.
 */
export async function thinStore(db: Queries, removal: Removal, now: Instant): Promise<void> {
  const names = new NameLists(db);
  await removeEvents(db, removal.events);
  for (const batch of batchesOf(removal.sightings)) {
    await db.deleteFrom("sighting").where("id", "in", batch).execute();
  }
  await removeOpenings(db, removal.openings, names);
  await leaveMessages(db, removal.openings, now);
  await removeRequests(db, removal.requests, names);
  await names.settle();
}

/**
 * With an event go the variants of it that another feed gave without an `eventDataId`: they would come
 * to life again when nothing supersedes them any more.
 */
async function removeEvents(db: Queries, ids: readonly string[]): Promise<void> {
  const removed = new Set<string>();
  for (const batch of batchesOf(ids)) {
    const rows = await db
      .deleteFrom("event")
      .where("id", "in", batch)
      .returning(["id", "feed_key", "identified"])
      .execute();
    const derived = await db
      .deleteFrom("event")
      .where("identified", "=", 0)
      .where("feed_key", "in", [
        "",
        ...rows.filter(({ identified }) => identified === 1).map((row) => row.feed_key),
      ])
      .returning("id")
      .execute();
    for (const { id } of [...rows, ...derived]) {
      removed.add(id);
    }
  }
  await addToTally(db, "events", -removed.size);
}

async function leaveMessages(
  db: Queries,
  openings: readonly string[],
  now: Instant,
): Promise<void> {
  for (const batch of batchesOf(openings)) {
    const told = await db
      .updateTable("delivery_opening")
      .set({ thinned: 1 })
      .where("opening_id", "in", batch)
      .returning("delivery_key")
      .execute();
    for (const keys of batchesOf([...new Set(told.map((row) => row.delivery_key))].sort())) {
      await leaveEmpty(db, keys, now);
    }
  }
}

/** Messages that have nothing left to tell. */
async function leaveEmpty(db: Queries, keys: readonly string[], now: Instant): Promise<void> {
  const empty = db
    .updateTable("delivery")
    .where("key", "in", keys)
    .where("due_at", "is not", null)
    .where(
      sql<SqlBool>`not exists (select 1 from delivery_opening where delivery_opening.delivery_key = delivery.key and delivery_opening.thinned = 0)`,
    );
  await empty
    .set({
      state: "dropped",
      due_at: null,
      reason: "What it tells of was removed because of its age before it could be posted.",
      reason_at: now,
    })
    .where("receipt", "is", null)
    .execute();
  await empty.set({ due_at: null }).where("receipt", "is not", null).execute();
}
