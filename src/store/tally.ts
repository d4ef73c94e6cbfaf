import type { Queries } from "./schema.ts";

/** What is counted as it changes, because counting it anew would take too long. */
export type Tally =
  /** Events kept, every variant of one as one. */
  | "events"
  | "quarantined"
  /** Rows of events and sightings that were ever added, variants too. */
  | "evidence"
  /** Those of them that were added by a Doorbell that knows leases, and tells their holders. */
  | "leased"
  /** Grows with every change of the lists of names. */
  | "names";

/** Adds to a count, which may be a negative number. */
export async function addToTally(db: Queries, name: Tally, count: number): Promise<void> {
  if (count === 0) {
    return;
  }
  await db
    .insertInto("tally")
    .values({ name, count })
    .onConflict((conflict) =>
      conflict.column("name").doUpdateSet((eb) => ({
        count: eb("tally.count", "+", eb.ref("excluded.count")),
      })),
    )
    .execute();
}

/** A count; 0 before anything was counted. */
export async function tallyOf(db: Queries, name: Tally): Promise<number> {
  const row = await db
    .selectFrom("tally")
    .select("count")
    .where("name", "=", name)
    .executeTakeFirst();
  return row?.count ?? 0;
}
