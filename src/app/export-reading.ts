import { openExport } from "../azure/export-file.ts";
import type { ExportFile } from "../azure/export-file.ts";
import { readExport } from "../azure/export-reader.ts";
import type { ExportSummary, Quarantined } from "../azure/export-reader.ts";
import { RuleInterner } from "../azure/rule-interner.ts";
import { Correlator } from "../correlate/correlator.ts";
import type { ActivityEvent } from "../domain/activity-event.ts";
import type { Coverage, Trail } from "../domain/trail.ts";
import type { WorkingHours } from "../domain/working-hours.ts";
import { DoorbellError } from "../errors.ts";

/** What a set of exports says, and how well it could be read. */
export interface ExportReading {
  readonly trail: Trail;
  readonly coverage: Coverage;
  /** The event of an identity that the trail names; null when it is not known. */
  readonly eventOf: (id: string) => ActivityEvent | null;
  /** What the reader should know, one sentence each. */
  readonly warnings: readonly string[];
  /** The first rows and parts that could not be understood; `coverage` counts all. */
  readonly quarantined: readonly Quarantined[];
  /** Files that could not be read, or not to their end. */
  readonly failures: readonly DoorbellError[];
}

/** Settings of `readExports`. */
export interface ExportReadingOptions {
  /** What `-` stands for. */
  readonly standardInput: AsyncIterable<Uint8Array>;
  readonly workingHours: WorkingHours | null;
  /** Told how many bytes of which file were read so far. */
  readonly onProgress: (file: string, bytes: number) => void;
}

/**
 * Reads exports, in the order given, and correlates what they hold. A file that cannot be read does not
 * keep the others from being read: it stands among the failures.
 */
export async function readExports(
  paths: readonly string[],
  options: ExportReadingOptions,
): Promise<ExportReading> {
  const correlator = new Correlator();
  const rules = new RuleInterner();
  const summaries: ExportSummary[] = [];
  const failures: DoorbellError[] = [];
  for (const path of paths) {
    try {
      const file = await openExport(path, options.standardInput);
      const summary = await readExport(
        countedFile(file, options.onProgress),
        (events) => {
          correlator.add(events);
        },
        { rules },
      );
      summaries.push(summary);
      if (summary.truncated) {
        failures.push(new DoorbellError("truncated-file", summary.warnings.join(" ")));
      }
    } catch (error) {
      if (!(error instanceof DoorbellError)) {
        throw error;
      }
      failures.push(error);
    }
  }
  const coverage = coverageOf(summaries, failures);
  const trail = correlator.trail({
    asOf: coverage.to ?? Number.NEGATIVE_INFINITY,
    knownSince: coverage.from,
    isWorkingTime: options.workingHours,
  });
  return {
    trail,
    coverage,
    eventOf: (id) => correlator.find(id),
    warnings: summaries
      .filter((summary) => !summary.truncated)
      .flatMap((summary) => summary.warnings),
    quarantined: summaries.flatMap((summary) => summary.quarantined),
    failures,
  };
}

async function* countedChunks(
  file: ExportFile,
  onProgress: ExportReadingOptions["onProgress"],
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of file.chunks) {
    bytes += chunk.length;
    onProgress(file.name, bytes);
    yield chunk;
  }
}

/** The file, which tells how much of it was read so far. */
export function countedFile(
  file: ExportFile,
  onProgress: ExportReadingOptions["onProgress"],
): ExportFile {
  return { name: file.name, chunks: countedChunks(file, onProgress) };
}

function coverageOf(
  summaries: readonly ExportSummary[],
  failures: readonly DoorbellError[],
): Coverage {
  const known = (instants: readonly (number | null)[]) =>
    instants.filter((instant) => instant !== null);
  const starts = known(summaries.map((one) => one.from));
  const ends = known(summaries.map((one) => one.to));
  return {
    from: starts.length === 0 ? null : Math.min(...starts),
    to: ends.length === 0 ? null : Math.max(...ends),
    events: sum(summaries, (one) => one.rows),
    quarantined: sum(summaries, (one) => one.quarantinedRows + one.quarantinedParts),
    gaps: failures.map((failure) => failure.message),
  };
}

function sum<T>(items: readonly T[], amount: (item: T) => number): number {
  return items.reduce((total, item) => total + amount(item), 0);
}
