import { paint, run, runsWidth, wrapRuns } from "./styled-text.ts";
import type { StyledRun, TerminalCapabilities } from "./styled-text.ts";

/** A table to lay out: every row has one cell per column. */
export interface TableLayout {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (readonly StyledRun[])[])[];
}

/** Keeps a date and its time on one line of a cell; shown as a space. */
export const NO_BREAK = "\u00A0";

const GAP = "  ";
const NARROWEST = 4;

/**
 * Lays a table out in columns within `width`; cells wrap where the terminal is too narrow. Where even that
 * leaves no room, each row becomes a block of labelled lines.
 */
export function tableLines(
  layout: TableLayout,
  width: number,
  can: TerminalCapabilities,
): readonly string[] {
  const widths = columnWidths(layout, width);
  if (widths === null) {
    return layout.rows.flatMap((row, index) => [
      ...(index === 0 ? [] : [""]),
      ...row.flatMap((cell, column) =>
        wrapRuns([run(`${layout.columns[column] ?? ""}: `, "dim"), ...cell], width).map((line) =>
          paint(line, can),
        ),
      ),
    ]);
  }
  const header = layout.columns.map((title) => [run(title, "strong")]);
  return [header, ...layout.rows].flatMap((row) => rowLines(row, widths, can));
}

function rowLines(
  row: readonly (readonly StyledRun[])[],
  widths: readonly number[],
  can: TerminalCapabilities,
): readonly string[] {
  const cells = row.map((cell, column) => wrapRuns(cell, widths[column] ?? NARROWEST));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, index) =>
    cells
      .map((lines, column) => {
        const line = lines[index] ?? [];
        const padding = Math.max(0, (widths[column] ?? 0) - runsWidth(line));
        const shown = paint(line, can).replaceAll(NO_BREAK, " ");
        return shown + (column === cells.length - 1 ? "" : " ".repeat(padding));
      })
      .join(GAP)
      .trimEnd(),
  );
}

/**
 * The widest columns give way first, down to their longest word; only then are words broken, behind an `@`
 * before anywhere else.
 */
function columnWidths(layout: TableLayout, width: number): readonly number[] | null {
  const { columns, rows } = layout;
  const room = width - GAP.length * (columns.length - 1);
  if (room < NARROWEST * columns.length) {
    return null;
  }
  const cells = columns.map((title, column) => [
    [run(title)],
    ...rows.map((row) => row[column] ?? []),
  ]);
  const widths = cells.map((column) => Math.min(room, Math.max(1, ...column.map(runsWidth))));
  for (const breaks of [/ /, / |(?<=@)/, /(?:)/]) {
    const floors = cells.map((column) =>
      Math.max(...column.map((cell) => longestPiece(cell, breaks))),
    );
    while (sum(widths) > room) {
      const above = widths.map((size, column) => (size > (floors[column] ?? 0) ? size : 0));
      const widest = Math.max(...above);
      if (widest === 0) {
        break;
      }
      widths[above.indexOf(widest)] = widest - 1;
    }
  }
  return widths;
}

function longestPiece(cell: readonly StyledRun[], breaks: RegExp): number {
  const text = cell.map((one) => one.text).join("");
  return Math.max(...text.split(breaks).map((piece) => runsWidth([run(piece)])));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
