import { z } from "zod";
import { eventStatus } from "./event-status.ts";
import type { RowFacts } from "./row-facts.ts";
import {
  localisedText,
  objectOrJsonText,
  wireLocalised,
  wireText,
  wireTime,
} from "./wire-fields.ts";
import type { JsonObject } from "./wire-fields.ts";
import { readPrincipal } from "./wire-principal.ts";

/**
 * A row of the Activity Log API (`EventData`, 2015-04-01), as the API, the Azure CLI, the SDK and the
 * portal show it; keys lower-cased.
 */
const apiRow = z.object({
  authorization: z.unknown().optional(),
  caller: wireText,
  category: wireLocalised,
  claims: z.unknown().optional(),
  correlationid: wireText,
  eventdataid: wireText,
  eventname: wireLocalised,
  eventtimestamp: wireTime,
  httprequest: z.unknown().optional(),
  operationid: wireText,
  operationname: wireLocalised,
  properties: z.unknown().optional(),
  resourceid: wireText,
  resourceuri: wireText,
  status: wireLocalised,
  submissiontimestamp: wireTime,
  substatus: wireLocalised,
});

/** Reads a row of the Activity Log API whose keys are lower-cased. */
export function readApiRow(json: JsonObject): RowFacts {
  const row = apiRow.parse(json);
  const subStatus = localisedText(row.substatus);
  const scope = objectOrJsonText(row.authorization)?.["scope"];
  const address = objectOrJsonText(row.httprequest)?.["clientIpAddress"];
  return {
    time: row.eventtimestamp ?? null,
    submitted: row.submissiontimestamp ?? null,
    operation: localisedText(row.operationname),
    category: localisedText(row.category),
    status: eventStatus(localisedText(row.status), subStatus, localisedText(row.eventname)),
    subStatus,
    eventDataId: row.eventdataid ?? null,
    operationId: row.operationid ?? null,
    correlationId: row.correlationid ?? null,
    resource: row.resourceid ?? row.resourceuri ?? (typeof scope === "string" ? scope : null),
    principal: readPrincipal({
      caller: row.caller ?? null,
      claims: objectOrJsonText(row.claims),
      address: typeof address === "string" ? address : null,
      objectId: null,
    }),
    properties: row.properties,
  };
}
