import { sql } from "kysely";
import type { SqlBool } from "kysely";
import type { ActivityEvent } from "../domain/activity-event.ts";
import type { QuarantinedRow } from "../domain/feed.ts";
import type { Sighting } from "../domain/sighting.ts";
import { DoorbellError } from "../errors.ts";
import { batchesOf } from "./batches.ts";
import type { Database } from "./database.ts";
import { readEvent } from "./event-codec.ts";
import { unpackText } from "./packed-text.ts";
import { RuleSharing } from "./rule-shape.ts";
import type { Queries } from "./schema.ts";
import { readSighting } from "./sighting-codec.ts";

const PAGE = 500;

/**
 * Every variant of every event of an Azure subscription, a page at a time: between pages the database is
 * free for others, and what they add meanwhile may or may not come.
 */
export async function* readEvents(
  database: Database,
  azureSubscription: string,
): AsyncGenerator<ActivityEvent, void, undefined> {
  const rules = new RuleSharing();
  let last = { id: "", digest: "" };
  for (;;) {
    const { id, digest } = last;
    const rows = await database.read(async (db) =>
      db
        .selectFrom("event")
        .select(["id", "digest", "form", "body"])
        .where("azure_subscription", "=", azureSubscription)
        .where((eb) => eb(eb.refTuple("id", "digest"), ">", eb.tuple(id, digest)))
        .orderBy("id")
        .orderBy("digest")
        .limit(PAGE)
        .execute(),
    );
    for (const row of rows) {
      yield readEvent(row.body, row.form, rules);
    }
    const end = rows.at(-1);
    if (end === undefined || rows.length < PAGE) {
      return;
    }
    last = end;
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
    .toSorted((a, b) => a.at - b.at || compare(a.id, b.id) || compare(a.digest, b.digest))
    .map(({ id, raw, raw_packed: packed }) => (packed === null ? raw : unpacked(id, packed)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
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
export async function* readQuarantine(
  database: Database,
): AsyncGenerator<QuarantinedRow, void, undefined> {
  let last = { receivedAt: Number.MIN_SAFE_INTEGER, digest: "" };
  for (;;) {
    const { receivedAt, digest } = last;
    const rows = await database.read(async (db) =>
      db
        .selectFrom("quarantine")
        .select(["digest", "reason", "raw", "received_at as receivedAt"])
        .where((eb) => eb(eb.refTuple("received_at", "digest"), ">", eb.tuple(receivedAt, digest)))
        .orderBy("received_at")
        .orderBy("digest")
        .limit(PAGE)
        .execute(),
    );
    yield* rows;
    const end = rows.at(-1);
    if (end === undefined || rows.length < PAGE) {
      return;
    }
    last = end;
  }
}

/** Every sighting of an Azure subscription, a page at a time. */
export async function* readSightings(
  database: Database,
  azureSubscription: string,
): AsyncGenerator<Sighting, void, undefined> {
  const rules = new RuleSharing();
  let last = "";
  for (;;) {
    const id = last;
    const rows = await database.read(async (db) =>
      db
        .selectFrom("sighting")
        .select(["id", "form", "body"])
        .where("azure_subscription", "=", azureSubscription)
        .where("id", ">", id)
        .orderBy("id")
        .limit(PAGE)
        .execute(),
    );
    for (const row of rows) {
      yield readSighting(row.body, row.form, rules);
    }
    const end = rows.at(-1);
    if (end === undefined || rows.length < PAGE) {
      return;
    }
    last = end.id;
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
