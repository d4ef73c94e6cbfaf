import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { FeedPage } from "../../src/domain/feed.ts";
import { DAY, MINUTE } from "../../src/domain/instant.ts";
import { EMPTY_PAGE, ListedSource } from "../fakes/listed-source.ts";
import { IngestLab, sortedGuards, wantedTrail } from "./ingest-lab.ts";
import { START, tenantFeeds, WHOLE } from "./tenant-pages.ts";

/** Who brings a page: the feed before the import, the import, or the feed after it. */
type Way = "before" | "import" | "after";

test("what another process imports is part of all that follows, also for whoever was running before", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.array(fc.constantFrom<Way>("before", "import", "after"), { minLength: 5, maxLength: 12 }),
      async (seed, ways) => {
        const { sources, events, subscriptions } = tenantFeeds(seed);
        const lab = await IngestLab.open(START + DAY);
        const running = lab.ingest();
        const pages: Record<Way, FeedPage[]> = { before: [], import: [], after: [] };
        for (const source of sources) {
          for await (const page of source.pages(null, new AbortController().signal)) {
            const way =
              ways[(pages.before.length + pages.import.length + pages.after.length) % ways.length];
            pages[way ?? "before"].push({ ...page, read: null });
          }
        }
        const read = subscriptions.map(
          (one) => new ListedSource(`log/${one}`, one, [{ ...EMPTY_PAGE, read: WHOLE }]),
        );
        await lab.clock.through(
          lab.follow(running, [new ListedSource("before", null, pages.before)]),
        );
        await lab.clock.through(lab.ingest().importAll(asyncly(pages.import)));
        await lab.clock.through(
          lab.follow(running, [new ListedSource("after", null, pages.after), ...read]),
        );
        await lab.clock.through(lab.clock.sleep(3 * MINUTE));
        await lab.clock.through(running.tick());
        for (const subscription of subscriptions) {
          expect(sortedGuards(await lab.store.stored(subscription))).toEqual(
            wantedTrail(events, subscription),
          );
        }
        await lab.store.close();
      },
    ),
    { numRuns: 40 },
  );
});

async function* asyncly<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
