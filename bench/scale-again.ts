import { parseArgs } from "node:util";
import { parseActivityRow } from "../src/azure/activity-row.ts";
import { RuleInterner } from "../src/azure/rule-interner.ts";
import { Correlator } from "../src/correlate/correlator.ts";
import type { ActivityEvent } from "../src/domain/activity-event.ts";
import type { Trail } from "../src/domain/trail.ts";
import { byIdentity, differenceOf } from "../src/ingest/trail-difference.ts";
import { generateTenant } from "../src/sandbox/generate-tenant.ts";
import { REVEALING_TRAPS } from "../src/sandbox/profiles.ts";
import { machineLine } from "./report.ts";
import { storySize, STORY_START } from "./scale-story.ts";

const HELP = `Measures what it costs to correlate one Azure subscription again when a little comes.

npm run bench -- scale again [OPTIONS]

  --events N,N   events that it has (default 1000,10000,50000)
  --rounds N     how often something comes: two rows each time (default 150)

All in ms of processor: correlating everything, then, each time, correlating and telling what differs.
`;

/** A request's rows come with about three polls. */
const ROWS_AT_ONCE = 2;

/** Measures correlating again; the parameters are those behind `scale again`. */
export async function scaleAgain(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      events: { type: "string", default: "1000,10000,50000" },
      rounds: { type: "string", default: "150" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  process.stdout.write(`${machineLine()}\n`);
  for (const events of values.events.split(",").map(Number)) {
    process.stdout.write(`${JSON.stringify(measure(events, Number(values.rounds)))}\n`);
  }
}

function measure(events: number, rounds: number): Record<string, number> {
  const story = eventsOf(events + rounds * ROWS_AT_ONCE);
  const correlator = new Correlator();
  const [whole, told] = timed(() => {
    correlator.add(story.slice(0, events));
    return trailOf(correlator, story[events - 1]);
  });
  let stored = byIdentity(told);
  const times: number[] = [];
  for (let from = events; from < story.length; from += ROWS_AT_ONCE) {
    const [time, now] = timed(() => {
      const fresh = story.slice(from, from + ROWS_AT_ONCE);
      correlator.add(fresh);
      const known = byIdentity(trailOf(correlator, fresh.at(-1)));
      differenceOf(stored, known);
      return known;
    });
    stored = now;
    times.push(time);
  }
  times.sort((a, b) => a - b);
  return {
    events,
    openings: stored.openings.size,
    msWhole: rounded(whole),
    msAgain: rounded(times.reduce((sum, time) => sum + time, 0) / times.length),
    msAgainMedian: rounded(times[times.length >> 1] ?? 0),
    msAgainLongest: rounded(times.at(-1) ?? 0),
  };
}

function eventsOf(count: number): ActivityEvent[] {
  const { rows } = generateTenant({
    seed: 1,
    start: STORY_START,
    traps: REVEALING_TRAPS,
    size: storySize(count),
  });
  const rules = new RuleInterner();
  return rows.slice(0, count).flatMap((row) => {
    // Through text, because rows that were read share nothing with each other.
    const outcome = parseActivityRow(JSON.parse(JSON.stringify(row)), rules);
    return outcome.kind === "event" ? [outcome.event] : [];
  });
}

function trailOf(correlator: Correlator, newest: ActivityEvent | undefined): Trail {
  return correlator.trail({ asOf: newest?.at ?? 0, isWorkingTime: null });
}

function timed<T>(work: () => T): readonly [number, T] {
  const began = process.cpuUsage();
  const made = work();
  const { user, system } = process.cpuUsage(began);
  return [(user + system) / 1_000, made];
}

function rounded(ms: number): number {
  return Number(ms.toFixed(1));
}
