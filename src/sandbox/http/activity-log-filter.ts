import { DAY } from "../../domain/instant.ts";
import type { Instant } from "../../domain/instant.ts";
import type { WireRow } from "../wire-row.ts";
import { wireTime } from "../wire-row.ts";
import { insightsError } from "./azure-error.ts";

/** What a `$filter` of the Activity Log asks for. */
export interface LogFilter {
  /** ISO 8601 in UTC with seven decimals, as rows have it: such texts sort by time. Both included. */
  readonly from: string;
  readonly to: string;
  readonly narrowing: ((row: WireRow) => boolean) | null;
}

/** What Azure keeps of the Activity Log. */
const KEPT = 90 * DAY;

const CLAUSE =
  /^\s*([A-Za-z]+)\s+(ge|le|eq)\s+(?:'((?:[^']|'')*)'|([^\s']+))\s*(?:and\s+(?=\S)|$)/i;
const TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,7}))?(Z|[+-]\d\d:\d\d)?)?$/i;

/** The one field that a filter may narrow by, and how. */
const NARROWINGS: Readonly<Record<string, (row: WireRow) => string>> = {
  resourcegroupname: (row) => row.resourceGroupName,
  resourceid: (row) => row.resourceId,
  resourceuri: (row) => row.resourceId,
  resourceprovider: (row) => row.resourceProviderName.value,
  correlationid: (row) => row.correlationId,
};

/**
 * Reads the only forms that the Activity Log API (2015-04-01) takes: `eventTimestamp ge '…' and
 * eventTimestamp le '…'`, and beside it at most one of `resourceGroupName`, `resourceId`, `resourceUri`,
 * `resourceProvider`, `correlationId` with `eq`.
 *
 * @throws AzureError 400 for anything else, and for a time more than 90 days past.
 */
export function parseLogFilter(text: string | null, now: Instant): LogFilter {
  if (text === null || text.trim() === "") {
    throw insightsError("The $filter query parameter is required and must bound eventTimestamp.");
  }
  let from: string | null = null;
  let to: string | null = null;
  let narrowing: LogFilter["narrowing"] = null;
  let rest = text;
  while (rest !== "") {
    const clause = CLAUSE.exec(rest);
    if (clause === null) {
      throw insightsError(`The $filter is not understood at '${rest.slice(0, 80)}'.`);
    }
    const [whole, name = "", operatorText = "", quoted, bare] = clause;
    const operator = operatorText.toLowerCase();
    const value = quoted?.replaceAll("''", "'") ?? bare ?? "";
    const key = name.toLowerCase();
    const field = Object.hasOwn(NARROWINGS, key) ? NARROWINGS[key] : undefined;
    if (key === "eventtimestamp" && operator === "ge" && from === null) {
      from = wireTimeOf(value);
    } else if (key === "eventtimestamp" && operator === "le" && to === null) {
      to = wireTimeOf(value);
    } else if (field !== undefined && operator === "eq" && narrowing === null) {
      const wanted = value.toLowerCase();
      narrowing = (row) => field(row).toLowerCase() === wanted;
    } else {
      throw insightsError(
        `The $filter may bound eventTimestamp and name one of resourceGroupName, resourceId, ` +
          `resourceUri, resourceProvider, correlationId; '${name} ${operator}' is not supported here.`,
      );
    }
    rest = rest.slice(whole.length);
  }
  if (from === null || to === null) {
    throw insightsError("The $filter must bound eventTimestamp with both 'ge' and 'le'.");
  }
  if (from < wireTime(now - KEPT, "0000")) {
    throw insightsError("The start time cannot be more than 90 days in the past.");
  }
  return { from, to, narrowing };
}

function wireTimeOf(text: string): string {
  const [, date, time = "00:00:00", fraction = "", zone = "Z"] = TIME.exec(text) ?? [];
  const at = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  if (date === undefined || Number.isNaN(at)) {
    throw insightsError(`'${text.slice(0, 40)}' is not a time.`);
  }
  const digits = fraction.padEnd(7, "0");
  return wireTime(at + Number(digits.slice(0, 3)), digits.slice(3));
}
