import { isUtf8 } from "node:buffer";
import type { Buffer } from "node:buffer";
import type { ActivityEvent } from "../domain/activity-event.ts";
import type { Instant } from "../domain/instant.ts";
import { DoorbellError } from "../errors.ts";
import { parseActivityRow } from "./activity-row.ts";
import type { RowOutcome } from "./activity-row.ts";
import { readPlainBytes } from "./export-bytes.ts";
import { foreignContent } from "./export-content.ts";
import type { ExportFile } from "./export-file.ts";
import { RecordScanner } from "./record-scanner.ts";
import { RowGlance } from "./row-glance.ts";
import { RuleInterner } from "./rule-interner.ts";
import { RuleListCutter } from "./rule-list-text.ts";
import { parseJson } from "./wire-fields.ts";

/** Something in an export that could not be understood. */
export interface Quarantined {
  /** The file's name, as `ExportFile` gives it. */
  readonly file: string;
  /** The record's number in the file, from 1; in a file with one record per line, the line's. */
  readonly record: number;
  /** Where the record begins, in bytes of the decompressed UTF-8 text without a byte-order mark. */
  readonly offset: number;
  /** `row`: the whole row was left out. `part`: the row was read, but for a part of it. */
  readonly scope: "row" | "part";
  /** One sentence; may quote hostile text from the file. */
  readonly reason: string;
}

/** What was read from one export. */
export interface ExportSummary {
  readonly file: string;
  /** Rows that were understood, relevant or not. */
  readonly rows: number;
  /** Rows that became activity events. */
  readonly relevant: number;
  /** Rows of operations that neither open, close nor request a port. */
  readonly irrelevant: number;
  /** Rows that could not be understood. */
  readonly quarantinedRows: number;
  /** Parts that could not be understood, of rows that otherwise were. */
  readonly quarantinedParts: number;
  /** The first of them. */
  readonly quarantined: readonly Quarantined[];
  /** The oldest time of all rows, relevant or not; null when there are none. */
  readonly from: Instant | null;
  /** The newest time of all rows, relevant or not; null when there are none. */
  readonly to: Instant | null;
  /** The export ends in the middle; what it held up to there was read. */
  readonly truncated: boolean;
  /** What else the reader should know, one sentence each. */
  readonly warnings: readonly string[];
}

/** Settings of `readExport`. */
export interface ReadExportOptions {
  /** Shared among several reads, equal rules become one object. */
  readonly rules?: RuleInterner;
  /** Length in bytes above which a record is quarantined unread; 32 MiB by default. */
  readonly recordLimit?: number;
  /** How many quarantined rows and parts the summary lists; 100 by default. */
  readonly quarantineLimit?: number;
  /** Told of every row that is not irrelevant, as it stands in the file. */
  readonly onRow?: (text: string, outcome: RowOutcome) => void;
}

const RECORD_LIMIT = 32 * 2 ** 20;
const QUARANTINE_LIMIT = 100;
/** So many lines without a single record are no export. */
const PATIENCE = 100;

/**
 * Reads an Activity Log export in whatever form it is, in constant memory.
 *
 * @param onEvents called with the activity events of each chunk, in the export's order; the next chunk
 *   is read when it has returned.
 * @throws DoorbellError `not-an-export` when the file holds nothing like an Activity Log row;
 *   `unreadable-file` when its bytes cannot be read.
 */
export async function readExport(
  { name, chunks }: ExportFile,
  onEvents: (events: readonly ActivityEvent[]) => void | Promise<void>,
  options: ReadExportOptions = {},
): Promise<ExportSummary> {
  const reading = new ExportReading(name, options);
  let isFirst = true;
  for await (const chunk of readPlainBytes(chunks, (reason) => reading.damage(reason))) {
    const foreign = isFirst ? foreignContent(chunk) : null;
    if (foreign !== null) {
      throw notAnExport(name, `it looks like ${foreign}.`);
    }
    isFirst = false;
    const events = reading.push(chunk);
    if (events.length > 0) {
      await onEvents(events);
    }
  }
  const last = reading.finish();
  if (last.length > 0) {
    await onEvents(last);
  }
  return reading.summary();
}

function notAnExport(file: string, reason: string): DoorbellError {
  const expected =
    "Doorbell reads Activity Log exports as JSON, such as the output of: az monitor activity-log list -o json";
  return new DoorbellError("not-an-export", `${file} is not an export: ${reason} ${expected}`);
}

/** The reading of one export: counts what becomes of its records. */
class ExportReading {
  readonly #file: string;
  readonly #rules: RuleInterner;
  readonly #cutter: RuleListCutter;
  readonly #quarantineLimit: number;
  readonly #onRow: ReadExportOptions["onRow"];
  readonly #scanner: RecordScanner;
  readonly #glance = new RowGlance();
  readonly #quarantined: Quarantined[] = [];
  #events: ActivityEvent[] = [];
  #record = 0;
  #relevant = 0;
  #irrelevant = 0;
  #quarantinedRows = 0;
  #quarantinedParts = 0;
  /** Records that name an operation, readable or not. */
  #rowLike = 0;
  #repaired = 0;
  #from: Instant = Number.POSITIVE_INFINITY;
  #to: Instant = Number.NEGATIVE_INFINITY;
  #endsInside = false;
  #damage: string | null = null;

  constructor(file: string, options: ReadExportOptions) {
    this.#file = file;
    this.#rules = options.rules ?? new RuleInterner();
    this.#cutter = new RuleListCutter(this.#rules);
    this.#quarantineLimit = options.quarantineLimit ?? QUARANTINE_LIMIT;
    this.#onRow = options.onRow;
    this.#scanner = new RecordScanner(
      {
        record: (offset, bytes, start, end) => this.#onRecord(offset, bytes, start, end),
        broken: (reason, offset) => this.#onBroken(reason, offset),
      },
      options.recordLimit ?? RECORD_LIMIT,
    );
  }

  push(chunk: Buffer): readonly ActivityEvent[] {
    this.#events = [];
    this.#scanner.push(chunk);
    return this.#events;
  }

  damage(reason: string): void {
    this.#damage = reason;
  }

  /** Says that no more bytes come; gives the events of the last record. */
  finish(): readonly ActivityEvent[] {
    this.#events = [];
    this.#endsInside = this.#scanner.end().truncated;
    return this.#events;
  }

  summary(): ExportSummary {
    const truncated = this.#endsInside || this.#damage !== null;
    const isEmptyList = this.#record === 0 && this.#scanner.lists > 0;
    if (this.#rowLike === 0 && !isEmptyList && !truncated) {
      throw notAnExport(
        this.#file,
        this.#record === 0 ? "it is empty." : "it holds no Activity Log rows.",
      );
    }
    const rows = this.#relevant + this.#irrelevant;
    return {
      file: this.#file,
      rows,
      relevant: this.#relevant,
      irrelevant: this.#irrelevant,
      quarantinedRows: this.#quarantinedRows,
      quarantinedParts: this.#quarantinedParts,
      quarantined: this.#quarantined,
      from: rows === 0 ? null : this.#from,
      to: rows === 0 ? null : this.#to,
      truncated,
      warnings: this.#warnings(truncated),
    };
  }

  #warnings(truncated: boolean): readonly string[] {
    const warnings: string[] = [];
    if (truncated) {
      const how = this.#damage ?? "it ends in the middle";
      const read = `${this.#record} complete ${this.#record === 1 ? "record" : "records"}`;
      warnings.push(`${this.#file} is truncated: ${how}, after ${read}. Export it again.`);
    }
    if (this.#repaired > 0) {
      const rows = this.#repaired === 1 ? "1 row" : `${this.#repaired} rows`;
      warnings.push(`${this.#file} has invalid UTF-8 in ${rows}; it was replaced by U+FFFD.`);
    }
    return warnings;
  }

  #onRecord(offset: number, bytes: Buffer, start: number, end: number): void {
    this.#record += 1;
    const irrelevantAt = this.#glance.irrelevantAt(bytes, start, end);
    if (irrelevantAt !== null) {
      this.#rowLike += 1;
      this.#irrelevant += 1;
      this.#cover(irrelevantAt);
      return;
    }
    const text = bytes.toString("utf8", start, end);
    const outcome = this.#readCut(text) ?? this.#readWhole(text);
    if (outcome === null) {
      const reason = "it is not valid JSON";
      this.#quarantine("row", reason, offset);
      this.#onRow?.(text, { kind: "quarantined", reason });
      return;
    }
    this.#take(outcome, offset);
    this.#onRow?.(text, outcome);
    if (
      outcome.kind === "event" &&
      text.includes("\uFFFD") &&
      !isUtf8(bytes.subarray(start, end))
    ) {
      this.#repaired += 1;
    }
  }

  /** Reads a row without parsing its rule lists; null when it must be read as a whole. */
  #readCut(text: string): RowOutcome | null {
    const cut = this.#cutter.cut(text);
    const json = cut === null ? undefined : parseJson(cut.text);
    if (cut === null || json === undefined) {
      return null;
    }
    this.#glance.learn(json);
    const outcome = parseActivityRow(json, this.#rules, cut);
    return cut.isUsedUp ? outcome : null;
  }

  /** null when it is not JSON. */
  #readWhole(text: string): RowOutcome | null {
    const json = parseJson(text);
    if (json === undefined) {
      return null;
    }
    this.#glance.learn(json);
    return parseActivityRow(json, this.#rules);
  }

  #take(outcome: RowOutcome, offset: number): void {
    this.#rowLike += outcome.kind === "not-a-row" ? 0 : 1;
    switch (outcome.kind) {
      case "event":
        this.#relevant += 1;
        this.#cover(outcome.event.at);
        this.#events.push(outcome.event);
        for (const fault of outcome.faults) {
          this.#quarantine("part", fault, offset);
        }
        break;
      case "irrelevant":
        this.#irrelevant += 1;
        this.#cover(outcome.at);
        break;
      default:
        this.#quarantine("row", outcome.reason, offset);
    }
  }

  #onBroken(reason: string, offset: number): void {
    this.#record += 1;
    this.#quarantine("row", reason, offset);
    if (this.#rowLike === 0 && this.#record > PATIENCE) {
      throw notAnExport(this.#file, "it holds no JSON objects.");
    }
  }

  #quarantine(scope: Quarantined["scope"], reason: string, offset: number): void {
    if (scope === "row") {
      this.#quarantinedRows += 1;
    } else {
      this.#quarantinedParts += 1;
    }
    if (this.#quarantined.length < this.#quarantineLimit) {
      const place = { file: this.#file, record: this.#record, offset };
      this.#quarantined.push({ ...place, scope, reason });
    }
  }

  #cover(at: Instant): void {
    this.#from = Math.min(this.#from, at);
    this.#to = Math.max(this.#to, at);
  }
}
