import { sql } from "kysely";
import type { Instant } from "../domain/instant.ts";
import { isoUtc } from "../domain/instant.ts";
import { DoorbellError } from "../errors.ts";
import type { Database } from "./database.ts";
import type { Queries, Schema } from "./schema.ts";

/** What the programs that are running know of each other is of no use to those on the copy. */
type Passing = "replica" | "lease" | "channel_pause";

type Table = Exclude<keyof Schema, "schema_migration" | Passing>;

/** Every table that lasts, with its primary key; those that others point to come first. */
const TABLES: { readonly [Name in Table]: readonly (keyof Schema[Name] & string)[] } = {
  event: ["id", "digest"],
  sighting: ["id"],
  quarantine: ["digest"],
  feed: ["feed"],
  read_span: ["azure_subscription", "from_at"],
  azure_subscription: ["id"],
  tally: ["name"],
  opening: ["id"],
  opening_person: ["opening_id", "person"],
  access_request: ["id"],
  request_vm: ["request_id", "vm_key"],
  guard: ["azure_subscription", "nsg_key", "vm_key", "vm_name_key"],
  vm: ["name_key", "id_key"],
  person: ["key"],
  channel: ["platform", "workspace", "channel"],
  delivery: ["key"],
  delivery_opening: ["delivery_key", "opening_id"],
  channel_subscription: ["id"],
  seen: ["delivery_id"],
  acknowledgement: ["delivery_key"],
  silence: ["id"],
  chat_installation: ["platform", "workspace"],
};

/** Few, because a row of evidence may take a megabyte. */
const PAGE = 100;

type Row = Readonly<Record<string, unknown>>;

/** How many rows of what were copied. */
export interface CopyReport {
  readonly events: number;
  readonly openings: number;
  readonly deliveries: number;
}

/**
 * Copies all that one database holds into another, empty one, of either kind: evidence, cursors, the
 * outbox with what was said where, subscriptions, silences and installations. Whoever then goes on with the copy says nothing
 * twice. Nobody can write the source meanwhile, and the target gets all or nothing.
 *
 * @param now claims that live at this moment show that a Doorbell runs on the source.
 * @throws DoorbellError `store` when the target is not empty, or the source is in use.
 */
export async function copyStore(from: Database, to: Database, now: Instant): Promise<CopyReport> {
  if (from.description === to.description) {
    throw new DoorbellError(
      "store",
      `${from.description} cannot be copied into itself: name another database to copy to.`,
    );
  }
  return from.writeAlone((source) =>
    to.writeAlone(async (target) => {
      await requireIdle(source, from.description, now);
      const copied = new Map<string, number>();
      for (const [table, key] of Object.entries(TABLES)) {
        await requireEmpty(target, table, to.description);
        copied.set(table, await copyTable(source, target, table, key));
      }
      return {
        events: copied.get("event") ?? 0,
        openings: copied.get("opening") ?? 0,
        deliveries: copied.get("delivery") ?? 0,
      };
    }),
  );
}

async function requireIdle(db: Queries, description: string, now: Instant): Promise<void> {
  const held = await db
    .selectFrom("delivery")
    .select((eb) => eb.fn.max<number | null>("lease_until").as("until"))
    .executeTakeFirst();
  const until = held?.until ?? null;
  if (until !== null && until > now) {
    throw new DoorbellError(
      "store",
      `A Doorbell is posting from ${description}: stop it before the copy. If it was killed, its last claim ends at ${isoUtc(until)}.`,
    );
  }
}

async function requireEmpty(db: Queries, table: string, description: string): Promise<void> {
  const { rows } = await sql`select 1 from ${sql.table(table)} limit 1`.execute(db);
  if (rows.length > 0) {
    throw new DoorbellError(
      "store",
      `${description} holds data already: name a new, empty database to copy to.`,
    );
  }
}

async function copyTable(
  source: Queries,
  target: Queries,
  table: string,
  key: readonly string[],
): Promise<number> {
  let count = 0;
  for (
    let page = await pageOf(source, table, key, null);
    page.length > 0;
    page = await pageOf(source, table, key, page.at(-1) ?? null)
  ) {
    await insertPage(target, table, page);
    count += page.length;
  }
  return count;
}

async function pageOf(
  db: Queries,
  table: string,
  key: readonly string[],
  after: Row | null,
): Promise<readonly Row[]> {
  const order = sql.join(key.map((column) => sql.ref(column)));
  const further =
    after === null ? sql`` : sql`where (${order}) > (${sql.join(key.map((name) => after[name]))})`;
  const { rows } =
    await sql<Row>`select * from ${sql.table(table)} ${further} order by ${order} limit ${PAGE}`.execute(
      db,
    );
  return rows;
}

async function insertPage(db: Queries, table: string, page: readonly Row[]): Promise<void> {
  const columns = Object.keys(page[0] ?? {});
  const names = sql.join(columns.map((column) => sql.ref(column)));
  const rows = page.map((row) => sql`(${sql.join(columns.map((column) => row[column]))})`);
  await sql`insert into ${sql.table(table)} (${names}) values ${sql.join(rows)}`.execute(db);
}
