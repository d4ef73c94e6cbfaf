import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RuleInterner } from "../../../src/azure/rule-interner.ts";
import { Correlator } from "../../../src/correlate/correlator.ts";
import type { ActivityEvent } from "../../../src/domain/activity-event.ts";
import { Random } from "../../../src/sandbox/random.ts";
import {
  disorder,
  toDiagnosticRecord,
  toLogAnalyticsRow,
} from "../../../src/sandbox/wire-forms.ts";
import type { Store } from "../../../src/ports.ts";
import { eventsOf, newestOf, tenantOf } from "../../correlate/tenant-feed.ts";
import { change, received } from "./changes.ts";
import { placeOf } from "./ground.ts";
import type { Ground } from "./ground.ts";

/** A correlator that starts from the store goes on as if it had never stopped. */
export function restartContract(ground: Ground): void {
  describe("restart", () => {
    test("A correlator that is killed at any moment tells the same trail when it starts from the store.", async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(), fc.nat(), async (seed, dealing) => {
          const random = new Random(dealing);
          const place = await placeOf(ground);
          const store = await place.open();
          const events = inSeveralForms(seed, random);
          const context = { asOf: newestOf(events), isWorkingTime: null };
          const running = new Correlator();
          const pages = disorder(events, random);
          const killedAfter = random.int(0, pages.length - 1);
          const [before, after] = [pages.slice(0, killedAfter), pages.slice(killedAfter)];
          for (const part of [before, after]) {
            for (const page of part) {
              running.add(page);
              await store.commit(change({ events: page.map((one) => received(one)) }));
            }
            expect((await restarted(store)).trail(context)).toEqual(running.trail(context));
          }
        }),
        { numRuns: 10 },
      );
    });
  });
}

async function restarted(store: Store): Promise<Correlator> {
  const correlator = new Correlator();
  for (const azureSubscription of await store.azureSubscriptions()) {
    for await (const one of store.events(azureSubscription)) {
      correlator.add([one]);
    }
  }
  return correlator;
}

/** A made-up tenant's events as several feeds tell them, some with and some without their own ID. */
function inSeveralForms(seed: number, random: Random): ActivityEvent[] {
  const rules = new RuleInterner();
  return tenantOf(seed).rows.flatMap((row) => {
    const forms = [
      random.chance(0.7) ? row : null,
      random.chance(0.4) ? toDiagnosticRecord(row, random) : null,
      random.chance(0.4) ? toLogAnalyticsRow(row) : null,
    ];
    return eventsOf(
      forms.filter((form) => form !== null),
      rules,
    );
  });
}
