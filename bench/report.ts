import { cpus, loadavg, platform, totalmem } from "node:os";
import type { Measurement } from "./measure.ts";

/** A program of the bench, and what its runs took; null when it is not installed. */
export interface Result {
  readonly name: string;
  readonly runs: readonly Measurement[] | null;
}

/** Something to be reached. */
export interface Aim {
  readonly text: string;
  /** null: nothing to compare with. */
  readonly value: number | null;
  readonly isMet: boolean;
}

/** The middle one of the values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** Median of one measure of the runs; null when there is none. */
export function medianOf(
  result: Result | undefined,
  measure: (run: Measurement) => number | null,
): number | null {
  const values = (result?.runs ?? []).map(measure).filter((value) => value !== null);
  return values.length === 0 ? null : median(values);
}

/** The machine, as far as it matters. */
export function machineLine(): string {
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  const load = (loadavg()[0] ?? 0).toFixed(1);
  return (
    `${cpus().length} cores, ${gibibytes} GiB, ${platform()}, Node.js ${process.versions.node}; ` +
    `load before: ${load}${Number(load) > 0.5 ? " (others work on this machine: expect spread)" : ""}`
  );
}

/** The results as a table, each time beside that of the yardstick. */
export function resultTable(results: readonly Result[], yardstick: Result): string {
  const base = medianOf(yardstick, (run) => run.wall);
  const rows = results.map((result) => {
    const { name, runs } = result;
    if (runs === null) {
      return [name, "not installed", "", "", "", "", ""];
    }
    const walls = runs.map((run) => run.wall);
    const wall = median(walls);
    const peak = medianOf(result, (run) => run.peak);
    return [
      name,
      seconds(wall),
      `${seconds(Math.min(...walls))} to ${seconds(Math.max(...walls))}`,
      base === null ? "" : (wall / base).toFixed(2),
      seconds(medianOf(result, (run) => run.cpu)),
      peak === null ? "?" : `${Math.round(peak)} MiB`,
      String(runs[0]?.lines ?? 0),
    ];
  });
  const head = ["", "time", "from, to", "ratio", "CPU", "peak memory", "lines out"];
  return align([head, ...rows]);
}

/** The aims, and whether they are met. */
export function aimTable(aims: readonly Aim[]): string {
  return align(
    aims.map(({ text, value, isMet }) => [
      text,
      value === null ? "not measured" : value.toFixed(2),
      value === null ? "" : isMet ? "met" : "NOT met",
    ]),
  );
}

function seconds(value: number | null): string {
  return value === null ? "?" : `${value.toFixed(2)} s`;
}

function align(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
