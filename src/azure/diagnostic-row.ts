import { z } from "zod";
import { eventStatus } from "./event-status.ts";
import type { RowFacts } from "./row-facts.ts";
import {
  isJsonObject,
  localisedText,
  objectOrJsonText,
  wireLocalised,
  wireText,
  wireTime,
  withLowerCaseKeys,
} from "./wire-fields.ts";
import type { JsonObject } from "./wire-fields.ts";
import { callerFromClaims, readPrincipal } from "./wire-principal.ts";

/**
 * A row as diagnostic settings write it to storage accounts and Event Hubs; keys lower-cased. The
 * operation and the resource ID come in upper case.
 */
const diagnosticRow = z.object({
  calleripaddress: wireText,
  category: wireText,
  correlationid: wireText,
  eventdataid: wireText,
  identity: z.unknown().optional(),
  operationid: wireText,
  operationname: wireLocalised,
  properties: z.unknown().optional(),
  resourceid: wireText,
  resultsignature: wireText,
  resulttype: wireText,
  time: wireTime,
});

/** Reads a row of the diagnostic-settings form whose keys are lower-cased. */
export function readDiagnosticRow(json: JsonObject): RowFacts {
  const row = diagnosticRow.parse(json);
  const properties = withLowerCaseKeys(objectOrJsonText(row.properties) ?? {});
  const identity = objectOrJsonText(row.identity);
  const claims = objectOrJsonText(identity?.["claims"]);
  const [outcome = "", subStatus = ""] = (row.resultsignature ?? "").split(".", 2);
  return {
    time: row.time ?? null,
    submitted: null,
    operation: localisedText(row.operationname),
    category: row.category ?? null,
    status: eventStatus(row.resulttype ?? outcome, subStatus, null),
    subStatus: subStatus === "" ? null : subStatus,
    eventDataId: row.eventdataid ?? textOf(properties["eventdataid"]),
    operationId: row.operationid ?? textOf(properties["operationid"]),
    correlationId: row.correlationid ?? null,
    resource: row.resourceid ?? null,
    principal: readPrincipal({
      caller: callerFromClaims(claims),
      claims,
      address: row.calleripaddress ?? null,
      objectId: principalId(identity),
    }),
    properties: row.properties,
  };
}

function principalId(identity: JsonObject | null): string | null {
  const authorization = identity?.["authorization"];
  const evidence = isJsonObject(authorization) ? authorization["evidence"] : null;
  return isJsonObject(evidence) ? textOf(evidence["principalId"]) : null;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
