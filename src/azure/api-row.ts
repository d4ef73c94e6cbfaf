import { eventStatus } from "./event-status.ts";
import type { RowFacts } from "./row-facts.ts";
import { objectOrJsonText, wireLocalised, wireText, wireTime } from "./wire-fields.ts";
import type { JsonObject } from "./wire-fields.ts";
import { readPrincipal } from "./wire-principal.ts";

/**
 * Reads a row of the Activity Log API (`EventData`, 2015-04-01), as the API, the Azure CLI, the SDK and
 * the portal show it, whose keys are lower-cased.
 */
export function readApiRow(row: JsonObject): RowFacts {
  const subStatus = wireLocalised(row["substatus"]);
  const scope = objectOrJsonText(row["authorization"])?.["scope"];
  const address = objectOrJsonText(row["httprequest"])?.["clientIpAddress"];
  return {
    time: wireTime(row["eventtimestamp"]),
    submitted: wireTime(row["submissiontimestamp"]),
    operation: wireLocalised(row["operationname"]),
    category: wireLocalised(row["category"]),
    status: eventStatus(wireLocalised(row["status"]), subStatus, wireLocalised(row["eventname"])),
    subStatus,
    eventDataId: wireText(row["eventdataid"]),
    operationId: wireText(row["operationid"]),
    correlationId: wireText(row["correlationid"]),
    resource: wireText(row["resourceid"]) ?? wireText(row["resourceuri"]) ?? wireText(scope),
    principal: readPrincipal({
      caller: wireText(row["caller"]),
      claims: objectOrJsonText(row["claims"]),
      address: wireText(address),
      objectId: null,
    }),
    properties: row["properties"],
  };
}
