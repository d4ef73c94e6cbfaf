import type { Opening } from "../domain/opening.ts";
import { markedFindings } from "./bar.ts";
import type { ChosenGroup, ChosenRow } from "./chosen.ts";

/** A row with the group that it belongs to. */
export interface RankedRow {
  readonly group: Pick<ChosenGroup, "key" | "name">;
  /** Its openings and denials stand in the order in which they get a place. */
  readonly row: ChosenRow;
}

interface Weight {
  readonly stands: boolean;
  /** 2 for critical findings, 1 for warnings, else 0. */
  readonly severity: number;
  /** Whether the beginning is known: what stood there when the log begins is seldom asked about. */
  readonly dated: boolean;
  /** The latest beginning. */
  readonly newest: number;
}

/** What still stands comes first, then what has the worse findings, then what is newer. */
export function rankRows(groups: readonly ChosenGroup[]): readonly RankedRow[] {
  return groups
    .flatMap((group) => group.rows.map((row) => ({ group, row: rankRow(row) })))
    .map((ranked) => ({ ranked, weight: rowWeight(ranked.row) }))
    .toSorted(
      (a, b) =>
        compare(a.weight, b.weight) ||
        byText(a.ranked.group.key, b.ranked.group.key) ||
        a.ranked.row.port - b.ranked.row.port ||
        byText(a.ranked.row.label, b.ranked.row.label),
    )
    .map(({ ranked }) => ranked);
}

function rankRow(row: ChosenRow): ChosenRow {
  return {
    ...row,
    openings: row.openings.toSorted(
      (a, b) => compare(weightOf(a), weightOf(b)) || byText(a.id, b.id),
    ),
    denials: row.denials.toSorted((a, b) => b.at - a.at || byText(a.request.id, b.request.id)),
  };
}

function weightOf(opening: Opening): Weight {
  const worst = markedFindings(opening)[0]?.severity;
  return {
    stands: opening.closedAt === null,
    severity: worst === "critical" ? 2 : worst === "warning" ? 1 : 0,
    dated: opening.openedAtExact,
    newest: opening.openedAt,
  };
}

function rowWeight({ openings, denials }: ChosenRow): Weight {
  const [first] = openings;
  const denied = { stands: false, severity: 0, dated: true, newest: denials[0]?.at ?? 0 };
  return first === undefined ? denied : weightOf(first);
}

function compare(a: Weight, b: Weight): number {
  return (
    Number(b.stands) - Number(a.stands) ||
    b.severity - a.severity ||
    Number(b.dated) - Number(a.dated) ||
    b.newest - a.newest
  );
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
