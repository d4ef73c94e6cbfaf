import { sql } from "kysely";
import type { Expression, SqlBool } from "kysely";
import type { Duration, Instant } from "../domain/instant.ts";
import { MINUTE, SECOND } from "../domain/instant.ts";
import { leaseLost } from "../errors.ts";
import type { Lease, LeaseBoard } from "../ports.ts";
import { batchesOf } from "./batches.ts";
import type { DatabaseKind, Queries } from "./schema.ts";

/** Nobody says to live for longer: a time beyond it was written before the clock was set back. */
const LONGEST_LIFE: Duration = MINUTE;

/** No edit of a message that a replica had begun is under way for longer after its death. */
const LONGEST_CALL: Duration = 30 * SECOND;

/**
 * The time that all replicas share, in ms: the database's own. A database in a file is used by one machine,
 * whose clock comes in.
 */
export function sharedNow(kind: DatabaseKind, now: Instant): Expression<number> {
  return kind === "postgres"
    ? sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`
    : sql<number>`${now}`;
}

function lives(now: Expression<number>): ReturnType<typeof sql<SqlBool>> {
  return sql<SqlBool>`replica.until_at between ${now} and ${now} + ${LONGEST_LIFE}`;
}

/** Lets the replica, and with it its leases, live on. */
export async function renewReplica(
  db: Queries,
  replica: { readonly owner: string; readonly wants: number },
  duration: Duration,
  now: Expression<number>,
): Promise<void> {
  await db
    .insertInto("replica")
    .values({ ...replica, until_at: sql<number>`${now} + ${duration}` })
    .onConflict((conflict) =>
      conflict.column("owner").doUpdateSet((eb) => ({
        wants: eb.ref("excluded.wants"),
        until_at: eb.ref("excluded.until_at"),
      })),
    )
    .execute();
}

/** Ends what replicas had in hand that have been dead for longer than a call to a chat may take. */
export async function endDeadClaims(
  db: Queries,
  kind: DatabaseKind,
  now: Expression<number>,
): Promise<void> {
  const dead = await db
    .selectFrom("replica")
    .select("owner")
    .where("until_at", "<", sql<number>`${now} - ${LONGEST_CALL}`)
    .$if(kind === "postgres", (query) => query.forUpdate().skipLocked())
    .execute();
  const owners = dead.map(({ owner }) => owner);
  if (owners.length === 0) {
    return;
  }
  await db
    .updateTable("delivery")
    .set({ lease_until: null })
    .where("claimed_by", "in", owners)
    .where("lease_until", "is not", null)
    .where("state", "<>", "posting")
    .execute();
  await db.deleteFrom("replica").where("owner", "in", owners).execute();
}

/** How all replicas and leases stand. */
export async function readBoard(db: Queries, now: Expression<number>): Promise<LeaseBoard> {
  const replicas = await db
    .selectFrom("replica")
    .select(["owner", "wants"])
    .where(lives(now))
    .orderBy("owner")
    .execute();
  const living = new Set(replicas.map(({ owner }) => owner));
  const leases = await db.selectFrom("lease").selectAll().orderBy("name").execute();
  return {
    replicas,
    leases: leases.map((row) => ({ ...row, owner: living.has(row.owner) ? row.owner : null })),
  };
}

/**
 * Takes leases that no other living replica holds. One that its holder writes under at this moment, or that
 * another replica is taking, is passed over.
 */
export async function takeFreeLeases(
  db: Queries,
  kind: DatabaseKind,
  { owner, names }: { readonly owner: string; readonly names: readonly string[] },
  now: Expression<number>,
): Promise<readonly Lease[]> {
  const got: Lease[] = [];
  for (const batch of batchesOf(names.toSorted())) {
    await db
      .insertInto("lease")
      .values(batch.map((name) => ({ name, owner: "", fence: 0, news: 0, heeded: 0 })))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const free = await db
      .selectFrom("lease")
      .select("name")
      .where("name", "in", batch)
      .where(
        sql<SqlBool>`(lease.owner in ('', ${owner}) or not exists (select 1 from replica where replica.owner = lease.owner and ${lives(now)}))`,
      )
      .$if(kind === "postgres", (query) => query.forUpdate().skipLocked())
      .execute();
    if (free.length > 0) {
      const taken = await db
        .updateTable("lease")
        .set((eb) => ({ owner, fence: eb("fence", "+", 1) }))
        .where(
          "name",
          "in",
          free.map(({ name }) => name),
        )
        .returning(["name", "owner", "fence"])
        .execute();
      got.push(...taken.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
    }
  }
  return got;
}

/** Gives leases back that are still held. */
export async function giveLeasesBack(db: Queries, leases: readonly Lease[]): Promise<void> {
  for (const { name, owner, fence } of leases) {
    await db
      .updateTable("lease")
      .set({ owner: "" })
      .where("name", "=", name)
      .where("owner", "=", owner)
      .where("fence", "=", fence)
      .execute();
  }
}

/** The replica ends, and holds nothing any more. */
export async function endReplica(db: Queries, owner: string): Promise<void> {
  await db.updateTable("lease").set({ owner: "" }).where("owner", "=", owner).execute();
  await db.deleteFrom("replica").where("owner", "=", owner).execute();
}

/** Writes down how many news of a lease have been heeded, unless it was lost. */
export async function writeHeeded(
  db: Queries,
  { name, owner, fence }: Lease,
  news: number,
): Promise<void> {
  await db
    .updateTable("lease")
    .set({ heeded: news })
    .where("name", "=", name)
    .where("owner", "=", owner)
    .where("fence", "=", fence)
    .where("heeded", "<", news)
    .execute();
}

/**
 * Makes sure that the leases are held, and stay held until the transaction ends.
 *
 * @throws DoorbellError `lease-lost`
 */
export async function requireLeases(
  db: Queries,
  kind: DatabaseKind,
  leases: readonly Lease[],
): Promise<void> {
  for (const batch of batchesOf(leases)) {
    const rows = await db
      .selectFrom("lease")
      .select(["name", "owner", "fence"])
      .where(
        "name",
        "in",
        batch.map(({ name }) => name),
      )
      .orderBy("name")
      .$if(kind === "postgres", (query) => query.forShare())
      .execute();
    const stored = new Map(rows.map((row) => [row.name, row]));
    for (const { name, owner, fence } of batch) {
      const row = stored.get(name);
      if (row?.owner !== owner || row.fence !== fence) {
        throw leaseLost(name);
      }
    }
  }
}

/** Tells the holders of these leases, present or future, that there is something to draw conclusions from. */
export async function tellNews(db: Queries, names: readonly string[]): Promise<void> {
  for (const batch of batchesOf(names.toSorted())) {
    await db
      .insertInto("lease")
      .values(batch.map((name) => ({ name, owner: "", fence: 0, news: 1, heeded: 0 })))
      .onConflict((conflict) =>
        conflict.column("name").doUpdateSet((eb) => ({ news: eb("lease.news", "+", 1) })),
      )
      .execute();
  }
}
