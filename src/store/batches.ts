/** How many rows or values one statement carries: far below what either database allows. */
const BATCH = 200;

/** The items in batches small enough for one statement; none for no items. */
export function* batchesOf<T>(items: readonly T[]): Generator<readonly T[], void, undefined> {
  for (let start = 0; start < items.length; start += BATCH) {
    yield items.slice(start, start + BATCH);
  }
}
