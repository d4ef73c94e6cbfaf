import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DAY, MINUTE, SECOND } from "../../src/domain/instant.ts";
import { IngestService } from "../../src/ingest/ingest-service.ts";
import { LeaseKeeper } from "../../src/ingest/lease-keeper.ts";
import { notificationRouter } from "../../src/notify/notification-router.ts";
import { openSqliteStore } from "../../src/store/open-sqlite-store.ts";
import { gatedIngestStore, gatedLeases } from "../fakes/gated.ts";
import { ManualClock } from "../fakes/manual-clock.ts";
import { PauseGate } from "../fakes/pause-gate.ts";
import { isWorkingTime, sortedGuards, subscriptionOf, wantedTrail } from "./ingest-lab.ts";
import { START, tenantFeeds } from "./tenant-pages.ts";

/** What happens to a replica: it hangs for a while, or for good, and another one starts in its place. */
const act = fc.record({
  replica: fc.nat(2),
  kind: fc.constantFrom("hang", "die"),
  after: fc.constantFrom(0, 40, 1_200, 4 * SECOND),
  hangsFor: fc.constantFrom(500, 5 * SECOND, 20 * SECOND),
});

test("Whichever replicas hang or die, and whenever, the store ends up with what the feeds say, and nothing rings twice", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.array(act, { minLength: 1, maxLength: 4 }),
      // With none, an Azure subscription rests in the store whenever another one has its turn.
      fc.constantFrom(0, 1_000_000),
      async (seed, acts, mostEvents) => {
        const { sources, events, subscriptions } = tenantFeeds(seed, 4);
        const clock = new ManualClock(START + DAY);
        const store = await openSqliteStore(":memory:", { clock });
        await store.subscribe(subscriptionOf("ops", 0));
        const problems: string[] = [];
        const stop = new AbortController();
        const runs: Promise<unknown>[] = [];
        let started = 0;
        const start = (): PauseGate => {
          const gate = new PauseGate();
          started += 1;
          const parts = {
            clock,
            wall: clock,
            random: { next: () => 0.5 },
            onProblem: (problem: string) => problems.push(problem),
          };
          const leases = new LeaseKeeper({
            ...parts,
            store: gatedLeases(store, gate),
            owner: `r-${started}`,
            onChange: () => {},
          });
          const gated = gatedIngestStore(store, gate);
          const ingest = new IngestService({
            ...parts,
            store: gated,
            leases,
            mostEvents,
            route: notificationRouter(gated, () => true),
            isWorkingTime,
            onStored: () => {},
          });
          runs.push(
            leases.run(stop.signal),
            ingest.keepTime(15 * SECOND, stop.signal),
            ...sources.map(async (source) => ingest.follow(source, stop.signal)),
          );
          return gate;
        };
        const gates = [start(), start(), start()];
        for (const { replica, kind, after, hangsFor } of acts) {
          await clock.runTo(clock.now() + after);
          const gate = gates[replica];
          gate?.shut();
          if (kind === "die") {
            gates[replica] = start();
          } else {
            await clock.runTo(clock.now() + hangsFor);
            gate?.open();
          }
        }
        await clock.runTo(clock.now() + MINUTE);
        for (const subscription of subscriptions) {
          expect(sortedGuards(await store.stored(subscription))).toEqual(
            wantedTrail(events, subscription),
          );
        }
        const ids = (
          await Promise.all(subscriptions.map(async (one) => store.stored(one)))
        ).flatMap(({ openings }) => openings.map(({ id }) => id));
        const announced = await store.announced(ids);
        expect(new Set(announced.map(({ openingId }) => openingId)).size).toBe(announced.length);
        expect(problems).toEqual([]);
        stop.abort();
        await clock.runTo(clock.now() + SECOND);
        await store.close();
      },
    ),
    { numRuns: 15 },
  );
});
