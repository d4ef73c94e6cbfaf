import { paint, run, runsWidth, wrapRuns } from "./styled-text.ts";
import type { StyledRun, TerminalCapabilities } from "./styled-text.ts";

/** A table to lay out: every row has one cell per column. */
export interface TableLayout {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (readonly StyledRun[])[])[];
}

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
        return paint(line, can) + (column === cells.length - 1 ? "" : " ".repeat(padding));
      })
      .join(GAP)
      .trimEnd(),
  );
}

/** The widest columns give way first, but never below their longest word or a fair share. */
function columnWidths(layout: TableLayout, width: number): readonly number[] | null {
  const natural = layout.columns.map((title, column) =>
    Math.max(runsWidth([run(title)]), ...layout.rows.map((row) => runsWidth(row[column] ?? [])), 1),
  );
  const room = width - GAP.length * (natural.length - 1);
  if (room < NARROWEST * natural.length) {
    return null;
  }
  const widths = [...natural];
  const floor = Math.max(NARROWEST, Math.floor(room / natural.length / 2));
  for (let over = sum(widths) - room; over > 0; over = sum(widths) - room) {
    const widest = widths.indexOf(Math.max(...widths));
    const second = Math.max(floor, ...widths.filter((_, index) => index !== widest));
    const size = widths[widest] ?? floor;
    const target = Math.max(size - over, Math.min(second, size - 1), NARROWEST);
    widths[widest] = target;
  }
  return widths;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
