import { eventStatus } from "./event-status.ts";
import type { RowFacts } from "./row-facts.ts";
import { objectOrJsonText, wireText, wireTime } from "./wire-fields.ts";
import type { JsonObject } from "./wire-fields.ts";
import { readPrincipal } from "./wire-principal.ts";

/**
 * Reads a row of the Log Analytics table `AzureActivity` whose keys are lower-cased. Columns that end in
 * `_d` hold objects, or their JSON text in flat exports; the older ones without the ending hold text.
 */
export function readLogAnalyticsRow(row: JsonObject): RowFacts {
  const subStatus = filledText(row["activitysubstatusvalue"]);
  return {
    time: wireTime(row["timegenerated"]),
    submitted: wireTime(row["eventsubmissiontimestamp"]),
    operation: filledText(row["operationnamevalue"]) ?? filledText(row["operationname"]),
    category: filledText(row["categoryvalue"]) ?? filledText(row["category"]),
    status: eventStatus(
      filledText(row["activitystatusvalue"]) ?? filledText(row["activitystatus"]),
      subStatus,
      null,
    ),
    subStatus,
    eventDataId: filledText(row["eventdataid"]),
    operationId: filledText(row["operationid"]),
    correlationId: filledText(row["correlationid"]),
    resource: filledText(row["_resourceid"]) ?? filledText(row["resourceid"]),
    principal: readPrincipal({
      caller: filledText(row["caller"]),
      claims: objectOrJsonText(row["claims_d"]) ?? objectOrJsonText(row["claims"]),
      address: filledText(row["calleripaddress"]),
      objectId: null,
    }),
    properties: isFilled(row["properties_d"]) ? row["properties_d"] : row["properties"],
  };
}

/** Flat exports write an empty text where a column has no value. */
function filledText(value: unknown): string | null {
  return isFilled(value) ? wireText(value) : null;
}

function isFilled(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}
