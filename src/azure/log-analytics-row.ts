import { z } from "zod";
import { eventStatus } from "./event-status.ts";
import type { RowFacts } from "./row-facts.ts";
import { objectOrJsonText, wireText, wireTime } from "./wire-fields.ts";
import type { JsonObject } from "./wire-fields.ts";
import { readPrincipal } from "./wire-principal.ts";

/**
 * A row of the Log Analytics table `AzureActivity`; keys lower-cased. Columns that end in `_d` hold
 * objects, or their JSON text in flat exports; the older ones without the ending hold text.
 */
const logAnalyticsRow = z.object({
  _resourceid: wireText,
  activitystatus: wireText,
  activitystatusvalue: wireText,
  activitysubstatusvalue: wireText,
  caller: wireText,
  calleripaddress: wireText,
  category: wireText,
  categoryvalue: wireText,
  claims: z.unknown().optional(),
  claims_d: z.unknown().optional(),
  correlationid: wireText,
  eventdataid: wireText,
  eventsubmissiontimestamp: wireTime,
  operationid: wireText,
  operationname: wireText,
  operationnamevalue: wireText,
  properties: z.unknown().optional(),
  properties_d: z.unknown().optional(),
  resourceid: wireText,
  timegenerated: wireTime,
});

/** Reads a row of `AzureActivity` whose keys are lower-cased. */
export function readLogAnalyticsRow(json: JsonObject): RowFacts {
  const row = logAnalyticsRow.parse(json);
  const subStatus = filled(row.activitysubstatusvalue);
  return {
    time: row.timegenerated ?? null,
    submitted: row.eventsubmissiontimestamp ?? null,
    operation: filled(row.operationnamevalue) ?? filled(row.operationname),
    category: filled(row.categoryvalue) ?? filled(row.category),
    status: eventStatus(
      filled(row.activitystatusvalue) ?? filled(row.activitystatus),
      subStatus,
      null,
    ),
    subStatus,
    eventDataId: filled(row.eventdataid),
    operationId: filled(row.operationid),
    correlationId: filled(row.correlationid),
    resource: filled(row._resourceid) ?? filled(row.resourceid),
    principal: readPrincipal({
      caller: filled(row.caller),
      claims: objectOrJsonText(row.claims_d) ?? objectOrJsonText(row.claims),
      address: filled(row.calleripaddress),
      objectId: null,
    }),
    properties: isFilled(row.properties_d) ? row.properties_d : row.properties,
  };
}

/** Flat exports write an empty text where a column has no value. */
function filled(text: string | null | undefined): string | null {
  return text === undefined || text === null || text === "" ? null : text;
}

function isFilled(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}
