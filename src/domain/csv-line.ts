/** Characters that steer a terminal, or reorder or hide what a spreadsheet shows. */
const STEERING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Beginnings that a spreadsheet takes for a formula, also behind blanks. */
const FORMULA_START = /^[\s\uFFFD]*[=+\-@＝＋－＠]/u;

/**
 * Cells as a CSV line (RFC 4180) without a line end. A cell that a spreadsheet would take for a formula
 * gets a leading apostrophe; a character that steers what is shown becomes U+FFFD, a line break or tab a
 * space.
 */
export function csvLine(cells: readonly string[]): string {
  return cells.map(csvCell).join(",");
}

function csvCell(text: string): string {
  const shown = text.replaceAll(/\r\n|[\r\n\t]/g, " ").replaceAll(STEERING, "\uFFFD");
  const safe = FORMULA_START.test(shown) ? `'${shown}` : shown;
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
