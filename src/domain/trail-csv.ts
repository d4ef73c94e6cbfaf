import { csvLine } from "./csv-line.ts";
import type { Opening } from "./opening.ts";
import { trailRow } from "./trail-row.ts";
import type { TrailRow, TrailRowCandidate } from "./trail-row.ts";

const COLUMNS = [
  "id",
  "kind",
  "vm",
  "vmName",
  "port",
  "protocol",
  "sources",
  "nsg",
  "rule",
  "openedAt",
  "openedAtExact",
  "promisedEnd",
  "closedAt",
  "closedBy",
  "verdict",
  "actor",
  "actorId",
  "clientAddress",
  "justification",
  "candidates",
  "reasons",
  "findings",
  "events",
] as const satisfies readonly (keyof TrailRow)[];

const LIST_SEPARATOR = "; ";

/** The header line of the CSV form, without a line end. */
export function trailCsvHeader(): string {
  return COLUMNS.join(",");
}

/**
 * One opening as a CSV line without a line end; the columns are those of `trail --json`. Lists are joined
 * with `; `, and `null` becomes an empty cell.
 */
export function trailCsvLine(opening: Opening): string {
  const row = trailRow(opening);
  return csvLine(COLUMNS.map((column) => cellText(row[column])));
}

function cellText(
  value: string | boolean | null | readonly string[] | readonly TrailRowCandidate[],
): string {
  if (value === null) {
    return "";
  }
  if (typeof value === "string") {
    return value;
  }
  if (typeof value === "boolean") {
    return String(value);
  }
  return value
    .map((item) => (typeof item === "string" ? item : candidateText(item)))
    .join(LIST_SEPARATOR);
}

function candidateText(candidate: TrailRowCandidate): string {
  const name = candidate.actor ?? "unknown";
  return candidate.requestId === null ? name : `${name} (${candidate.requestId})`;
}
