import { parseActivityRow } from "../../src/azure/activity-row.ts";
import { RuleInterner } from "../../src/azure/rule-interner.ts";
import { Correlator } from "../../src/correlate/correlator.ts";
import type { ActivityEvent } from "../../src/domain/activity-event.ts";
import type { Trail } from "../../src/domain/trail.ts";
import { generateTenant } from "../../src/sandbox/generate-tenant.ts";
import type { Tenant } from "../../src/sandbox/generate-tenant.ts";
import { DEFAULT_TRAPS } from "../../src/sandbox/traps.ts";
import type { TrapName } from "../../src/sandbox/traps.ts";

const START = Date.UTC(2026, 9, 1);

/** A small generated tenant with every trap set but those named. */
export function tenantOf(seed: number, without: readonly TrapName[] = []): Tenant {
  const off = Object.fromEntries(without.map((name) => [name, 0]));
  return generateTenant({ seed, size: "tiny", start: START, traps: { ...DEFAULT_TRAPS, ...off } });
}

/** A tenant's log as parsed, and the trail that it tells. */
export interface Story {
  readonly tenant: Tenant;
  readonly events: readonly ActivityEvent[];
  readonly trail: Trail;
}

/** Tells each tenant's story once, however many properties ask for it. */
export function storyTeller(without: readonly TrapName[] = []): (seed: number) => Story {
  const told = new Map<number, Story>();
  return (seed) => {
    const known = told.get(seed);
    if (known !== undefined) {
      return known;
    }
    const tenant = tenantOf(seed, without);
    const events = eventsOf(tenant.rows);
    const story = { tenant, events, trail: trailOf([events]) };
    told.set(seed, story);
    return story;
  };
}

/** The activity events among rows, which may come in any form; no row may be refused. */
export function eventsOf(rows: readonly unknown[], rules = new RuleInterner()): ActivityEvent[] {
  return rows.flatMap((row) => {
    const outcome = parseActivityRow(row, rules);
    if (outcome.kind === "quarantined" || outcome.kind === "not-a-row") {
      throw new Error(`A generated row was refused: ${outcome.reason}`);
    }
    return outcome.kind === "event" ? [outcome.event] : [];
  });
}

/** The trail of pages of events, told as of the newest one. */
export function trailOf(pages: readonly (readonly ActivityEvent[])[]): Trail {
  const correlator = new Correlator();
  for (const page of pages) {
    correlator.add(page);
  }
  return correlator.trail({ asOf: newestOf(pages.flat()), isWorkingTime: null });
}

/** The time of the newest event; 0 without any. */
export function newestOf(events: readonly ActivityEvent[]): number {
  return events.reduce((newest, { at }) => Math.max(newest, at), 0);
}
