/** Characters that steer a terminal, or reorder or hide what a spreadsheet shows. */
const STEERING =
  /(?![\u{FE00}-\u{FE0F}])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Where a spreadsheet takes what follows for a formula, also behind blanks. Behind a semicolon, too: where
 * a comma is the decimal sign, spreadsheets split lines there, and heed no quotes around a comma's cell.
 */
const FORMULA_START = /(?<=^|;)(?=(?:[\s\uFFFD"]|[\u{FE00}-\u{FE0F}])*[=+\-@＝＋－＠])/gu;

/**
 * Cells as a CSV line (RFC 4180) without a line end. A cell that a spreadsheet would take for a formula
 * gets an apostrophe in front; a character that steers what is shown becomes U+FFFD, a line break or tab a
 * space.
 */
export function csvLine(cells: readonly string[]): string {
  return cells.map(csvCell).join(",");
}

function csvCell(text: string): string {
  const shown = text.replaceAll(/\r\n|[\r\n\t]/g, " ").replaceAll(STEERING, "\uFFFD");
  const safe = shown.replaceAll(FORMULA_START, "'");
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
