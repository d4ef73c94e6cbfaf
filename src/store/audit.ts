import { sql } from "kysely";
import type { SqlBool } from "kysely";
import { AUDIT_OUTCOMES } from "../domain/audit.ts";
import type { AuditEntry, AuditQuery } from "../domain/audit.ts";
import type { ChannelRef } from "../domain/notification.ts";
import type { Instant } from "../domain/instant.ts";
import type { Database } from "./database.ts";
import { paged } from "./paged.ts";
import type { Queries } from "./schema.ts";
import { among, isNumber, isText, listOf, oneOf, orNull, record } from "./shape.ts";
import { readStored } from "./stored-shape.ts";
import { contains } from "./trail-query.ts";
import { nameKey } from "./trail-rows.ts";

interface AuditRow {
  readonly at: Instant;
  readonly id: string;
  readonly body: string;
}

const auditShape = record<AuditEntry>({
  id: isText,
  at: isNumber,
  kind: oneOf<AuditEntry["kind"]>({ question: true, action: true, home: true, search: true }),
  channel: record<ChannelRef>({ platform: isText, workspace: isText, channel: isText }),
  user: record<AuditEntry["user"]>({ id: isText, name: isText }),
  text: isText,
  outcome: among(AUDIT_OUTCOMES),
  reason: orNull(isText),
  vms: listOf(isText),
  openings: orNull(isNumber),
  took: orNull(isNumber),
});

/** Adds an entry, or replaces the one with its id. */
export async function writeAudit(db: Queries, entry: AuditEntry): Promise<void> {
  await db
    .insertInto("audit_entry")
    .values({
      id: entry.id,
      at: entry.at,
      channel: entry.channel.channel,
      user_id: entry.user.id,
      user_key: nameKey(entry.user.name),
      outcome: entry.outcome,
      body: JSON.stringify(entry),
    })
    .onConflict((conflict) =>
      conflict.column("id").doUpdateSet((eb) => ({
        outcome: eb.ref("excluded.outcome"),
        body: eb.ref("excluded.body"),
      })),
    )
    .execute();
}

/**
 * The entries that fit, oldest first, a page at a time: between pages the database is free for others, and
 * what they add meanwhile comes too.
 */
export async function* readAudit(
  database: Database,
  query: AuditQuery,
): AsyncGenerator<AuditEntry, void, undefined> {
  const rows = paged<AuditRow>(database, async (db, last, size) =>
    pageOf(db, query, last ?? { at: query.from ?? Number.MIN_SAFE_INTEGER, id: "" }, size),
  );
  for await (const { body } of rows) {
    yield readStored(auditShape, body, "an entry of the audit");
  }
}

/** Entries behind that one, by time and id. */
async function pageOf(
  db: Queries,
  { to, user, channel, outcome }: AuditQuery,
  { at, id }: Pick<AuditRow, "at" | "id">,
  size: number,
): Promise<readonly AuditRow[]> {
  const conditions = [
    sql<SqlBool>`(at, id) > (${at}, ${id})`,
    ...(to === null ? [] : [sql<SqlBool>`at < ${to}`]),
    ...(channel === null ? [] : [sql<SqlBool>`channel = ${channel}`]),
    ...(outcome === null ? [] : [sql<SqlBool>`outcome = ${outcome}`]),
    ...(user === null
      ? []
      : [sql<SqlBool>`(user_id = ${user} or ${contains("user_key", nameKey(user))})`]),
  ];
  return db
    .selectFrom("audit_entry")
    .select(["at", "id", "body"])
    .where(sql<SqlBool>`${sql.join(conditions, sql` and `)}`)
    .orderBy("at")
    .orderBy("id")
    .limit(size)
    .execute();
}

/** Removes entries from before an instant. */
export async function removeAuditBefore(db: Queries, before: Instant): Promise<void> {
  await db.deleteFrom("audit_entry").where("at", "<", before).execute();
}
