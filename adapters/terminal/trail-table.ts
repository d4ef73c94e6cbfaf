import { DateTime } from "luxon";
import { isAnySource } from "../../src/domain/address-prefix.ts";
import type { Instant } from "../../src/domain/instant.ts";
import type { Opening } from "../../src/domain/opening.ts";
import { containerWord, nameAmong, sharedNames } from "../../src/domain/resource-id.ts";
import { portText } from "../../src/domain/security-rule.ts";
import { zoneNote } from "./local-time.ts";
import type { RenderOptions } from "./render.ts";
import { safeText } from "./safe-text.ts";
import { run } from "./styled-text.ts";
import type { StyledRun, Style } from "./styled-text.ts";
import { NO_BREAK, tableLines } from "./table.ts";

const COLUMNS = ["opened", "closed", "who", "VM", "port", "sources", "findings"];

/** From this width on, times show their year in every row. */
const ROOMY = 120;
const LONG = `yyyy-MM-dd${NO_BREAK}HH:mm`;
const SHORT = `MM-dd${NO_BREAK}HH:mm`;

/**
 * Openings as a table for people: one row each, in the order given. Times are in the reader's zone; the
 * verdict stands there as a word, and a finding that is critical bears a `!`.
 */
export function renderTrail(openings: readonly Opening[], options: RenderOptions): string {
  if (openings.length === 0) {
    return "";
  }
  const shared = sharedNames(openings.map(({ vm }) => vm));
  const { zone } = options;
  const year = options.width < ROOMY ? commonYear(openings, zone) : null;
  const clock: Clock = (at) =>
    DateTime.fromMillis(at, { zone }).toFormat(year === null ? LONG : SHORT);
  const rows = openings.map((opening) => rowOf(opening, clock, shared));
  const note = `${zoneNote(safeText(zone))}${year === null ? "" : ` The year is ${year}.`}`;
  return [...tableLines({ columns: COLUMNS, rows }, options.width, options), "", note]
    .map((line) => `${line}\n`)
    .join("");
}

/** Shows an instant in the reader's zone. */
type Clock = (at: Instant) => string;

/** The year of every time in the table; null when they differ. */
function commonYear(openings: readonly Opening[], zone: string): number | null {
  const years = new Set(
    openings
      .flatMap(({ openedAt, closedAt, promisedEnd }) => [
        openedAt,
        closedAt ?? promisedEnd ?? openedAt,
      ])
      .map((at) => DateTime.fromMillis(at, { zone }).year),
  );
  return years.size === 1 ? ([...years][0] ?? null) : null;
}

function rowOf(
  opening: Opening,
  clock: Clock,
  shared: ReadonlySet<string>,
): readonly (readonly StyledRun[])[] {
  const { openedAt, openedAtExact, vm, vmName, nsg } = opening;
  const name = vm === null ? vmName : nameAmong(vm, shared);
  return [
    [run(`${openedAtExact ? "" : "before "}${clock(openedAt)}`)],
    [run(closedText(opening, clock))],
    whoRuns(opening),
    [run(safeText(name ?? `${containerWord(nsg)} ${nsg.name}`))],
    [run(portText(opening.port))],
    [run(safeText(sourcesText(opening)))],
    findingRuns(opening),
  ];
}

function closedText(opening: Opening, clock: Clock): string {
  const { closedAt, promisedEnd } = opening;
  if (closedAt !== null) {
    return `${opening.closedAtExact ? "" : "by "}${clock(closedAt)}`;
  }
  const state = opening.outcomeSeen && !opening.mayHaveClosed ? "open" : "perhaps open";
  return promisedEnd === null ? state : `${state}, until ${clock(promisedEnd)}`;
}

function whoRuns(opening: Opening): readonly StyledRun[] {
  const { verdict, actor, candidates } = opening.attribution;
  switch (verdict) {
    case "certain":
      return [run(safeText(actor?.name ?? "not named"), "person")];
    case "likely":
      return [run("likely "), run(safeText(actor?.name ?? "not named"), "person")];
    case "ambiguous": {
      const names = new Set(candidates.map((candidate) => candidate.actor?.name ?? "not named"));
      return [run(`ambiguous: ${safeText([...names].join(" or "))}`)];
    }
    case "unattributed":
      return [run("unattributed", "warning")];
  }
}

function sourcesText({ rule }: Opening): string {
  return rule.sources.some(isAnySource) ? "any source" : rule.sources.join(", ");
}

function findingRuns({ findings }: Opening): readonly StyledRun[] {
  return findings.flatMap(({ code, severity }, index) => {
    const style: Style = severity === "info" ? "plain" : severity;
    const mark = severity === "critical" ? "!" : "";
    return [run(index === 0 ? "" : ", "), run(`${code}${mark}`, style)];
  });
}
