import { DateTime } from "luxon";
import { isAnySource } from "../../src/domain/address-prefix.ts";
import type { Opening } from "../../src/domain/opening.ts";
import { portText } from "../../src/domain/security-rule.ts";
import { tableTime } from "./local-time.ts";
import type { RenderOptions } from "./render.ts";
import { safeText } from "./safe-text.ts";
import { run } from "./styled-text.ts";
import type { StyledRun, Style } from "./styled-text.ts";
import { tableLines } from "./table.ts";

const COLUMNS = ["opened", "closed", "who", "VM", "port", "sources", "findings"];

/**
 * Openings as a table for people: one row each, in the order given. Times are in the reader's zone; the
 * verdict and the severity of findings stand there as words.
 */
export function renderTrail(openings: readonly Opening[], options: RenderOptions): string {
  if (openings.length === 0) {
    return "";
  }
  const rows = openings.map((opening) => rowOf(opening, options.zone));
  const zone = safeText(options.zone);
  const columns = COLUMNS.map((title, index) =>
    index === 0 ? `opened (${zoneTitle(zone)})` : title,
  );
  return tableLines({ columns, rows }, options.width, options)
    .map((line) => `${line}\n`)
    .join("");
}

function zoneTitle(zone: string): string {
  return DateTime.utc().setZone(zone).zoneName === "UTC" ? "UTC" : zone;
}

function rowOf(opening: Opening, zone: string): readonly (readonly StyledRun[])[] {
  const { openedAt, openedAtExact, vm, vmName, nsg } = opening;
  return [
    [run(`${openedAtExact ? "" : "before "}${tableTime(openedAt, zone)}`)],
    [run(closedText(opening, zone))],
    whoRuns(opening),
    [run(safeText(vm?.name ?? vmName ?? `NSG ${nsg.name}`))],
    [run(portText(opening.port))],
    [run(safeText(sourcesText(opening)))],
    findingRuns(opening),
  ];
}

function closedText({ closedAt, outcomeSeen, promisedEnd }: Opening, zone: string): string {
  if (closedAt !== null) {
    return tableTime(closedAt, zone);
  }
  const state = outcomeSeen ? "open" : "perhaps open";
  return promisedEnd === null ? state : `${state}, until ${tableTime(promisedEnd, zone)}`;
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
