import type { SubscriptionCoverage } from "../domain/feed.ts";
import type { StoreCoverage } from "../ports.ts";
import type { Queries } from "./schema.ts";
import { tallyOf } from "./tally.ts";

/** What the store has read so far. */
export async function readCoverage(db: Queries): Promise<StoreCoverage> {
  const oldest = await db
    .selectFrom("event")
    .select((eb) => eb.fn.min<number | null>("at").as("at"))
    .executeTakeFirst();
  const newest = await db
    .selectFrom("event")
    .select((eb) => eb.fn.max<number | null>("at").as("at"))
    .executeTakeFirst();
  const spans = await db
    .selectFrom("read_span")
    .selectAll()
    .orderBy("azure_subscription")
    .orderBy("from_at")
    .execute();
  const subscriptions = Map.groupBy(spans, (span) => span.azure_subscription);
  const evidence = await tallyOf(db, "evidence");
  return {
    from: oldest?.at ?? null,
    to: newest?.at ?? null,
    events: await tallyOf(db, "events"),
    quarantined: await tallyOf(db, "quarantined"),
    evidence,
    unleased: evidence - (await tallyOf(db, "leased")),
    subscriptions: [...subscriptions].map(([azureSubscription, rows]): SubscriptionCoverage => ({
      azureSubscription,
      spans: rows.map((row) => ({ from: row.from_at, to: row.to_at })),
    })),
  };
}
