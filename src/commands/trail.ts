import { honesty } from "../ask/honesty.ts";
import { exportKnowledge } from "../ask/knowledge.ts";
import type { Knowledge } from "../ask/knowledge.ts";
import { jsonLine } from "../domain/json-line.ts";
import type { Opening } from "../domain/opening.ts";
import type { Period } from "../domain/question.ts";
import type { Trail } from "../domain/trail.ts";
import { trailCsvHeader, trailCsvLine } from "../domain/trail-csv.ts";
import { trailRow } from "../domain/trail-row.ts";
import { DoorbellError } from "../errors.ts";
import { message } from "../message/build.ts";
import type { CommandContext } from "./command-context.ts";
import type { TrailOptions } from "./options.ts";
import { readPeriod } from "./period-options.ts";
import { readTrail } from "./trail-reading.ts";
import type { TrailReading } from "./trail-reading.ts";

/** Lines per write: enough to be fast, few enough to keep little in memory. */
const LINES_PER_WRITE = 500;

/**
 * `doorbell trail`: the openings that the exports, or the store, show.
 *
 * @returns the exit status: 1 when a file could not be read, or not to its end.
 */
export async function printTrail(options: TrailOptions, context: CommandContext): Promise<number> {
  const read = await readTrail(options, context);
  if (read === null) {
    return 1;
  }
  await print(read.reading, options, read.zone, context);
  return read.isWhole ? 0 : 1;
}

async function print(
  reading: TrailReading,
  options: TrailOptions,
  zone: string,
  context: CommandContext,
): Promise<void> {
  const period = await readPeriod(options, zone, context.surroundings.clock.now());
  const openings = await selectOpenings(reading, options, period);
  if (options.json) {
    await writeLines(
      context,
      openings.map((one) => jsonLine(trailRow(one))),
    );
  } else if (options.csv) {
    await writeLines(context, [trailCsvHeader(), ...openings.map(trailCsvLine)], "\r\n");
  } else {
    const now = await context.askedAt(reading.coverage);
    const knowledge = { ...exportKnowledge(reading, { now, zone }), source: reading.source };
    await printTable(openings, period, knowledge, context);
  }
}

/** The openings as a table, with how far the log goes. */
async function printTable(
  openings: readonly Opening[],
  period: Period | null,
  knowledge: Knowledge,
  context: CommandContext,
): Promise<void> {
  // Programs that read JSON or CSV do not wait for what only a terminal needs.
  const { renderMessage, renderTrail } = await import("../../adapters/terminal/index.ts");
  const rendering = context.rendering(knowledge.zone);
  const isEmpty = openings.length === 0;
  const table = isEmpty ? "No opening fits.\n" : renderTrail(openings, rendering);
  const end = message("info", "How far the log goes.", honesty(knowledge, period));
  const reach = renderMessage(end, { ...rendering, zoneIsTold: !isEmpty });
  await context.write(`${table}\n${reach}`);
}

async function selectOpenings(
  { trail }: TrailReading,
  options: TrailOptions,
  period: Period | null,
): Promise<readonly Opening[]> {
  const ofVm = await vmTest(options.vm, trail);
  const { from, to } = period ?? { from: null, to: null };
  return trail.openings.filter(
    (opening) =>
      ofVm(opening) &&
      (!options.open || opening.closedAt === null) &&
      (from === null || opening.closedAt === null || opening.closedAt >= from) &&
      (to === null || opening.openedAt < to),
  );
}

async function vmTest(
  wanted: string | undefined,
  trail: Trail,
): Promise<(opening: Opening) => boolean> {
  if (wanted === undefined) {
    return () => true;
  }
  // What reads questions brings a whole calendar language with it, which few trails need.
  const { vmFilterOfText } = await import("../ask/vm-phrase.ts");
  const { belongsTo, matchVms, namesOf } = await import("../ask/vm-match.ts");
  const filter = vmFilterOfText(wanted);
  if (filter === null) {
    const hint = "Give a name such as vm-x, a wildcard such as 'vm-*', or a VM's resource ID.";
    throw new DoorbellError("usage", `--vm ${wanted}: not a VM. ${hint}`);
  }
  const match = matchVms(filter, namesOf(trail));
  switch (match.kind) {
    case "any":
      return () => true;
    case "found":
      return (opening) => belongsTo(match.vms, opening.vm, opening.vmName);
    case "several":
      return (opening) => match.ids.some((id) => id.key === opening.vm?.key);
    case "none": {
      const near = match.nearest.length === 0 ? "" : ` Did you mean ${match.nearest.join(" or ")}?`;
      throw new DoorbellError("usage", `--vm ${wanted}: no VM of that name in the log.${near}`);
    }
  }
}

async function writeLines(
  context: CommandContext,
  lines: readonly string[],
  lineEnd = "\n",
): Promise<void> {
  for (let start = 0; start < lines.length; start += LINES_PER_WRITE) {
    const part = lines.slice(start, start + LINES_PER_WRITE);
    await context.write(part.map((line) => `${line}${lineEnd}`).join(""));
  }
}
