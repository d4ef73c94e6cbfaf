import type { TrailRow } from "../../src/domain/trail-row.ts";
import { isoUtc } from "../../src/domain/instant.ts";
import type { Instant } from "../../src/domain/instant.ts";
import type { Truth, TrueOpening } from "../../src/sandbox/truth.ts";

/**
 * Where the trail differs from what happened, one line for each difference; none for a trail that is
 * right in every opening: rule, port, sources, beginning, end, kind, VM and person.
 *
 * @param since when the log has shown every NSG once: what opened before can't be dated by it.
 */
export function differences(trail: readonly TrailRow[], truth: Truth, since: Instant): string[] {
  const told = new Map(trail.map((row) => [keyOfRow(row, since), row]));
  const lines = truth.openings.flatMap((opening) => {
    const key = keyOfTruth(opening, since);
    const row = told.get(key);
    told.delete(key);
    if (row === undefined) {
      return (opening.closedAt ?? since) < since ? [] : [`not told: ${key}`];
    }
    return faultsOf(row, opening, opening.openedAt < since);
  });
  return [...lines, ...[...told.keys()].map((key) => `never happened: ${key}`)];
}

function faultsOf(row: TrailRow, opening: TrueOpening, stoodBefore: boolean): string[] {
  const end = ["closed at", row.closedAt, opening.closedAt && isoUtc(opening.closedAt)] as const;
  const others = [
    ["kind", row.kind, opening.kind],
    ["VM", row.vm?.toLowerCase() ?? null, vm(row, opening)],
    ["promised end", row.promisedEnd, promisedEnd(row, opening)],
    ["person", person(row, opening), opening.person?.name ?? null],
  ] as const;
  return [end, ...(stoodBefore ? [] : others)].flatMap(([name, told, real]) =>
    told === real ? [] : [`${row.rule} ${row.port}: ${name} is told as ${told}, was ${real}`],
  );
}

/** Whose address a rule by hand has for its destination is not always in the log. */
function vm(row: TrailRow, opening: TrueOpening): string | null {
  const isUntold = row.vm === null && row.kind === "direct";
  return isUntold ? null : (opening.vm?.toLowerCase() ?? null);
}

/** Where the trail does not call it certain, whoever it was must stand among the candidates. */
function person(row: TrailRow, opening: TrueOpening): string | null {
  const real = opening.person?.name ?? null;
  const isDoubted = row.verdict === "ambiguous" || row.verdict === "likely";
  return isDoubted && row.candidates.some(({ actor }) => actor === real) ? real : row.actor;
}

/** Where several requests fit, what was promised is that of any. */
function promisedEnd(row: TrailRow, opening: TrueOpening): string | null {
  const isKnown = row.candidates.length === 1 && opening.promisedEnd !== null;
  return isKnown ? isoUtc(opening.promisedEnd) : row.promisedEnd;
}

function keyOfRow(row: TrailRow, since: Instant): string {
  const at = row.openedAtExact ? Date.parse(row.openedAt) : 0;
  return keyOf(row.nsg, row.rule, row.port, row.sources.toSorted(), at, since);
}

function keyOfTruth(opening: TrueOpening, since: Instant): string {
  const { nsg, rule, port, sources, openedAt } = opening;
  return keyOf(nsg, rule, port, sources, openedAt, since);
}

function keyOf(
  nsg: string,
  rule: string,
  port: string,
  sources: readonly string[],
  at: Instant,
  since: Instant,
): string {
  const time = at < since ? "from before" : isoUtc(at);
  return `${nsg} ${rule} ${port} ${sources.join()} ${time}`.toLowerCase();
}
