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

/** Characters that steer a terminal, or reorder or hide what a spreadsheet shows. */
const STEERING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Beginnings that a spreadsheet takes for a formula, also behind blanks. */
const FORMULA_START = /^[\s\uFFFD]*[=+\-@＝＋－＠]/u;

const LIST_SEPARATOR = "; ";

/** The header line of the CSV form, without a line end. */
export function trailCsvHeader(): string {
  return COLUMNS.join(",");
}

/**
 * One opening as a CSV line (RFC 4180) without a line end; the columns are those of `trail --json`.
 * Lists are joined with `; `. A cell that a spreadsheet would take for a formula gets a leading
 * apostrophe; a character that steers what is shown becomes U+FFFD, a line break or tab a space; `null`
 * becomes an empty cell.
 */
export function trailCsvLine(opening: Opening): string {
  const row = trailRow(opening);
  return COLUMNS.map((column) => csvCell(cellText(row[column]))).join(",");
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

function csvCell(text: string): string {
  const shown = text.replaceAll(/\r\n|[\r\n\t]/g, " ").replaceAll(STEERING, "\uFFFD");
  const safe = FORMULA_START.test(shown) ? `'${shown}` : shown;
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
