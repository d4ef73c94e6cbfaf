import { sql } from "kysely";
import type { SqlBool } from "kysely";
import type { ActivityEvent } from "../domain/activity-event.ts";
import { compareText } from "../domain/compare-text.ts";
import type { QuarantinedRow } from "../domain/feed.ts";
import type { Sighting } from "../domain/sighting.ts";
import { DoorbellError } from "../errors.ts";
import { batchesOf } from "./batches.ts";
import type { Database } from "./database.ts";
import { readEvent } from "./event-codec.ts";
import { unpackText } from "./packed-text.ts";
import { paged } from "./paged.ts";
import { RuleSharing } from "./rule-shape.ts";
import type { Queries } from "./schema.ts";
import { readSighting } from "./sighting-codec.ts";

/**
 * Every variant of every event of an Azure subscription, a page at a time: between pages the database is
 * free for others, and what they add meanwhile may or may not come.
 */
export async function* readEvents(
  database: Database,
  azureSubscription: string,
): AsyncGenerator<ActivityEvent, void, undefined> {
  const rules = new RuleSharing();
  const rows = paged<{ id: string; digest: string; form: number; body: string }>(
    database,
    async (db, last, size) =>
      db
        .selectFrom("event")
        .select(["id", "digest", "form", "body"])
        .where("azure_subscription", "=", azureSubscription)
        .where((eb) =>
          eb(eb.refTuple("id", "digest"), ">", eb.tuple(last?.id ?? "", last?.digest ?? "")),
        )
        .orderBy("id")
        .orderBy("digest")
        .limit(size)
        .execute(),
  );
  for await (const { body, form } of rows) {
    yield readEvent(body, form, rules);
  }
}

/** The events of these identities; of the variants of one event, the one that carries most. */
export async function readEvidence(
  db: Queries,
  eventIds: readonly string[],
): Promise<readonly ActivityEvent[]> {
  const rules = new RuleSharing();
  const fullest = new Map<string, { readonly form: number; readonly body: string }>();
  for (const batch of batchesOf([...new Set(eventIds)])) {
    const rows = await db
      .selectFrom("event")
      .select(["id", "form", "body"])
      .where("id", "in", batch)
      .orderBy("id")
      .orderBy("digest")
      .execute();
    for (const { id, form, body } of rows) {
      if (body.length > (fullest.get(id)?.body.length ?? 0)) {
        fullest.set(id, { form, body });
      }
    }
  }
  return [...fullest.values()].map(({ form, body }) => readEvent(body, form, rules));
}

/**
 * The rows of these events as received, by time.
 *
 * @throws DoorbellError `store` when one is damaged.
 */
export async function readRows(
  db: Queries,
  eventIds: readonly string[],
): Promise<readonly string[]> {
  const found = [];
  for (const batch of batchesOf([...new Set(eventIds)])) {
    const rows = await db
      .selectFrom("event")
      .select(["id", "digest", "at", "raw", "raw_packed"])
      .where("id", "in", batch)
      .execute();
    found.push(...rows);
  }
  return found
    .toSorted((a, b) => a.at - b.at || compareText(a.id, b.id) || compareText(a.digest, b.digest))
    .map(({ id, raw, raw_packed: packed }) => (packed === null ? raw : unpacked(id, packed)));
}

function unpacked(id: string, packed: Uint8Array): string {
  try {
    return unpackText(packed);
  } catch (error) {
    throw new DoorbellError(
      "store",
      `The row of event ${id} in the database is damaged: bring the store back from a backup.`,
      { cause: error },
    );
  }
}

/** What could not be understood, in the order in which it came, a page at a time. */
export function readQuarantine(
  database: Database,
): AsyncGenerator<QuarantinedRow, void, undefined> {
  return paged<QuarantinedRow>(database, async (db, last, size) => {
    const { receivedAt, digest } = last ?? { receivedAt: Number.MIN_SAFE_INTEGER, digest: "" };
    return db
      .selectFrom("quarantine")
      .select(["digest", "reason", "raw", "received_at as receivedAt"])
      .where((eb) => eb(eb.refTuple("received_at", "digest"), ">", eb.tuple(receivedAt, digest)))
      .orderBy("received_at")
      .orderBy("digest")
      .limit(size)
      .execute();
  });
}

/** Every sighting of an Azure subscription, a page at a time. */
export async function* readSightings(
  database: Database,
  azureSubscription: string,
): AsyncGenerator<Sighting, void, undefined> {
  const rules = new RuleSharing();
  const rows = paged<{ id: string; form: number; body: string }>(database, async (db, last, size) =>
    db
      .selectFrom("sighting")
      .select(["id", "form", "body"])
      .where("azure_subscription", "=", azureSubscription)
      .where("id", ">", last?.id ?? "")
      .orderBy("id")
      .limit(size)
      .execute(),
  );
  for await (const { body, form } of rows) {
    yield readSighting(body, form, rules);
  }
}

/** Azure subscriptions that have events at the moment. */
export async function readSubscriptionIds(db: Queries): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("azure_subscription")
    .select("azure_subscription.id")
    .where(
      sql<SqlBool>`exists (select 1 from event where event.azure_subscription = azure_subscription.id)`,
    )
    .orderBy("azure_subscription.id")
    .execute();
  return rows.map(({ id }) => id);
}
