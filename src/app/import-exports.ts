import type { RowOutcome } from "../azure/activity-row.ts";
import { openExport } from "../azure/export-file.ts";
import { readExport } from "../azure/export-reader.ts";
import type { ExportSummary } from "../azure/export-reader.ts";
import { quarantinedText } from "../azure/row-intake.ts";
import { RuleInterner } from "../azure/rule-interner.ts";
import type { QuarantinedRow, ReadSpan, ReceivedEvent } from "../domain/feed.ts";
import type { Instant } from "../domain/instant.ts";
import type { WorkingHours } from "../domain/working-hours.ts";
import { DoorbellError } from "../errors.ts";
import { IngestService } from "../ingest/ingest-service.ts";
import type { ImportedPart } from "../ingest/import-intake.ts";
import { LeaseKeeper } from "../ingest/lease-keeper.ts";
import { notificationRouter } from "../notify/notification-router.ts";
import type { Clock, RandomSource, Store } from "../ports.ts";
import { countedFile } from "./export-reading.ts";
import { Handoff } from "./handoff.ts";
import { replicaName } from "./replica-name.ts";

/** What exports are imported with. */
export interface ImportParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly workingHours: WorkingHours | null;
  /** What `-` stands for. */
  readonly standardInput: AsyncIterable<Uint8Array>;
  /** Told how many bytes of which file were read so far. */
  readonly onProgress: (file: string, bytes: number) => void;
  readonly onProblem: (problem: string) => void;
}

/** What an import brought. */
export interface ImportResult {
  /** Events that the store did not have. */
  readonly added: number;
  readonly summaries: readonly ExportSummary[];
  /** Files that could not be read, or not to their end. */
  readonly failures: readonly DoorbellError[];
}

/** So many events are stored at once. */
const BATCH = 1000;

/**
 * Takes exports into the store, with every row as it stands in the file. Where another Doorbell serves an
 * Azure subscription, that one draws the conclusions, and is waited for. What is imported does not ring:
 * it was open before. A file that cannot be read does not keep the others from being imported.
 *
 * @throws DoorbellError `store` or `store-full`: what was stored until then stays.
 */
export async function importExports(
  paths: readonly string[],
  parts: ImportParts,
): Promise<ImportResult> {
  const { store, clock, random } = parts;
  const leases = new LeaseKeeper({
    store,
    owner: `import-${replicaName(random)}`,
    wall: clock,
    random,
    onChange: () => {},
    onProblem: parts.onProblem,
  });
  const ingest = new IngestService({
    store,
    leases,
    route: notificationRouter(store, () => false),
    clock,
    random,
    isWorkingTime: parts.workingHours,
    onStored: () => {},
    onProblem: parts.onProblem,
  });
  const handoff = new Handoff<ImportedPart>();
  const importing = ingest.importAll(handoff).finally(() => {
    handoff.end();
  });
  const reading = readAll(paths, parts, handoff).finally(() => {
    handoff.end();
  });
  const keeping = new AbortController();
  const kept = leases.run(keeping.signal);
  try {
    const [added, read] = await Promise.all([importing, reading]);
    return { added, ...read };
  } finally {
    keeping.abort();
    await kept;
  }
}

async function readAll(
  paths: readonly string[],
  { standardInput, onProgress, clock }: ImportParts,
  handoff: Handoff<ImportedPart>,
): Promise<Omit<ImportResult, "added">> {
  const summaries: ExportSummary[] = [];
  const failures: DoorbellError[] = [];
  const rules = new RuleInterner();
  for (const path of paths) {
    const batches = new Batches(handoff);
    let reached: ReadSpan | null = null;
    try {
      const file = countedFile(await openExport(path, standardInput), onProgress);
      const summary = await readExport(file, async () => batches.giveFull(), {
        rules,
        onRow: (raw, outcome) => {
          batches.add(raw, outcome, clock.now());
        },
      });
      summaries.push(summary);
      const { from, to } = summary;
      reached = from === null || to === null ? null : { from, to };
      if (summary.truncated) {
        failures.push(new DoorbellError("truncated-file", summary.warnings.join(" ")));
      }
    } catch (error) {
      if (!(error instanceof DoorbellError)) {
        throw error;
      }
      failures.push(error);
    }
    await batches.give(reached);
  }
  return { summaries, failures };
}

/** Collects what is read until there is enough to store. */
class Batches {
  readonly #handoff: Handoff<ImportedPart>;
  #events: ReceivedEvent[] = [];
  #quarantined: QuarantinedRow[] = [];

  constructor(handoff: Handoff<ImportedPart>) {
    this.#handoff = handoff;
  }

  add(raw: string, outcome: RowOutcome, now: Instant): void {
    if (outcome.kind === "event") {
      this.#events.push({ event: outcome.event, raw });
      for (const fault of outcome.faults) {
        this.#quarantined.push(quarantinedText(raw, fault, now));
      }
    } else if (outcome.kind !== "irrelevant") {
      this.#quarantined.push(quarantinedText(raw, outcome.reason, now));
    }
  }

  async giveFull(): Promise<void> {
    if (this.#events.length + this.#quarantined.length >= BATCH) {
      await this.give(null);
    }
  }

  /** @param reached from the export's first row to its last; null when they are not known, or not yet. */
  async give(reached: ReadSpan | null): Promise<void> {
    const part = { events: this.#events, quarantined: this.#quarantined, reached };
    this.#events = [];
    this.#quarantined = [];
    if (part.events.length + part.quarantined.length > 0 || reached !== null) {
      await this.#handoff.give(part);
    }
  }
}
