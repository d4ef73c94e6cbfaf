import { RuleInterner } from "../../src/azure/rule-interner.ts";
import type { ActivityEvent } from "../../src/domain/activity-event.ts";
import type { Random } from "../../src/sandbox/random.ts";
import { toDiagnosticRecord, toLogAnalyticsRow } from "../../src/sandbox/wire-forms.ts";
import type { WireRow } from "../../src/sandbox/wire-row.ts";
import { eventsOf } from "./tenant-feed.ts";

/** One row in each of the forms in which it arrives; the Activity Log API's form comes first. */
export interface Arrival {
  readonly forms: readonly ActivityEvent[];
  /** The same row as the API tells it; null for a row that opens, closes and requests nothing. */
  readonly api: ActivityEvent | null;
}

/** Every row in one or more forms, drawn by `random`. */
export function arrivalsOf(rows: readonly WireRow[], random: Random): Arrival[] {
  const rules = new RuleInterner();
  return rows.map((row) => {
    const [api] = eventsOf([row], rules);
    if (api === undefined) {
      return { forms: [], api: null };
    }
    const forms: ActivityEvent[] = [];
    while (forms.length === 0) {
      if (random.chance(0.5)) {
        forms.push(api);
      }
      if (random.chance(0.3)) {
        forms.push(...eventsOf([toDiagnosticRecord(row, random)], rules));
      }
      if (random.chance(0.3)) {
        forms.push(...eventsOf([toLogAnalyticsRow(row)], rules));
      }
    }
    return { forms, api };
  });
}
