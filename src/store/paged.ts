import type { Database } from "./database.ts";
import type { Queries } from "./schema.ts";

/** How many rows a page has. */
const PAGE = 500;

/**
 * Rows in an order, a page at a time: between pages the database is free for others, and what they add
 * meanwhile may come too.
 *
 * @param pageAfter reads so many rows behind that one; from the first on where there is none.
 */
export async function* paged<Row>(
  database: Database,
  pageAfter: (db: Queries, last: Row | null, size: number) => Promise<readonly Row[]>,
): AsyncGenerator<Row, void, undefined> {
  let last: Row | null = null;
  for (;;) {
    const before: Row | null = last;
    const rows: readonly Row[] = await database.read(async (db) => pageAfter(db, before, PAGE));
    yield* rows;
    const end = rows.at(-1);
    if (end === undefined || rows.length < PAGE) {
      return;
    }
    last = end;
  }
}
