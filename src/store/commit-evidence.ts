import { hash } from "node:crypto";
import type { Insertable } from "kysely";
import type { QuarantinedRow, ReadSpan, ReceivedEvent } from "../domain/feed.ts";
import type { Sighting } from "../domain/sighting.ts";
import { batchesOf } from "./batches.ts";
import { EVENT_FORM, writeEvent } from "./event-codec.ts";
import { packText } from "./packed-text.ts";
import type { EventTable, Queries } from "./schema.ts";
import { writeSighting } from "./sighting-codec.ts";
import { addToTally } from "./tally.ts";

/** Events as they are stored: made before the database is asked for a transaction, which then is short. */
export function eventRows(received: readonly ReceivedEvent[]): readonly Insertable<EventTable>[] {
  return received.map(({ event, raw }) => {
    const body = writeEvent(event);
    return {
      id: event.id,
      digest: hash("sha256", body).slice(0, 32),
      azure_subscription: event.resource.subscriptionId,
      at: event.at,
      feed_key: event.feedKey,
      identified: event.hasEventDataId ? 1 : 0,
      form: EVENT_FORM,
      body,
      raw: "",
      raw_packed: packText(raw),
    };
  });
}

/**
 * Stores events that are not there yet. Variants of one event are all kept, so that the correlator finds
 * the same choice again after a restart.
 *
 * @returns how many rows were added.
 */
export async function commitEvents(
  db: Queries,
  rows: readonly Insertable<EventTable>[],
): Promise<number> {
  let added = 0;
  let rowsAdded = 0;
  for (const batch of batchesOf(rows)) {
    const ids = [...new Set(batch.map(({ id }) => id))];
    const known = await db
      .selectFrom("event")
      .select("id")
      .distinct()
      .where("id", "in", ids)
      .execute();
    added += ids.length - known.length;
    const done = await db
      .insertInto("event")
      .values([...batch])
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    rowsAdded += Number(done.numInsertedOrUpdatedRows ?? 0n);
  }
  await addToTally(db, "events", added);
  const subscriptions = [...new Set(rows.map((row) => row.azure_subscription))];
  for (const batch of batchesOf(subscriptions)) {
    await db
      .insertInto("azure_subscription")
      .values(batch.map((id) => ({ id })))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  return rowsAdded;
}

/**
 * Stores sightings that are not there yet.
 *
 * @returns how many rows were added.
 */
export async function commitSightings(
  db: Queries,
  sightings: readonly Sighting[],
): Promise<number> {
  const rows = sightings.map((sighting) => ({
    id: sighting.id,
    azure_subscription: sighting.resource.subscriptionId,
    form: EVENT_FORM,
    body: writeSighting(sighting),
  }));
  let added = 0;
  for (const batch of batchesOf(rows)) {
    const done = await db
      .insertInto("sighting")
      .values([...batch])
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    added += Number(done.numInsertedOrUpdatedRows ?? 0n);
  }
  return added;
}

/** Keeps rows that could not be understood, each once. */
export async function commitQuarantined(
  db: Queries,
  quarantined: readonly QuarantinedRow[],
): Promise<void> {
  const rows = quarantined.map(({ digest, reason, raw, receivedAt }) => ({
    digest,
    reason,
    received_at: receivedAt,
    raw,
  }));
  let added = 0n;
  for (const batch of batchesOf(rows)) {
    const done = await db
      .insertInto("quarantine")
      .values([...batch])
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    added += done.numInsertedOrUpdatedRows ?? 0n;
  }
  await addToTally(db, "quarantined", Number(added));
}

/** Moves a feed's cursor. */
export async function commitCursor(db: Queries, feed: string, cursor: string): Promise<void> {
  await db
    .insertInto("feed")
    .values({ feed, cursor })
    .onConflict((conflict) =>
      conflict.column("feed").doUpdateSet((eb) => ({ cursor: eb.ref("excluded.cursor") })),
    )
    .execute();
}

/** Adds a stretch that was read whole; stretches that touch become one. */
export async function commitSpan(
  db: Queries,
  azureSubscription: string,
  span: ReadSpan,
): Promise<void> {
  const touching = await db
    .deleteFrom("read_span")
    .where("azure_subscription", "=", azureSubscription)
    .where("from_at", "<=", span.to)
    .where("to_at", ">=", span.from)
    .returning(["from_at", "to_at"])
    .execute();
  await db
    .insertInto("read_span")
    .values({
      azure_subscription: azureSubscription,
      from_at: Math.min(span.from, ...touching.map((one) => one.from_at)),
      to_at: Math.max(span.to, ...touching.map((one) => one.to_at)),
    })
    .execute();
}
