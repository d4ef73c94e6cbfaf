import { eventStatus } from "./event-status.ts";
import type { RowFacts } from "./row-facts.ts";
import {
  isJsonObject,
  objectOrJsonText,
  wireLocalised,
  wireText,
  wireTime,
  withLowerCaseKeys,
} from "./wire-fields.ts";
import type { JsonObject } from "./wire-fields.ts";
import { callerFromClaims, readPrincipal } from "./wire-principal.ts";

/**
 * Reads a row as diagnostic settings write it to storage accounts and Event Hubs, whose keys are
 * lower-cased. The operation and the resource ID come in upper case.
 */
export function readDiagnosticRow(row: JsonObject): RowFacts {
  const properties = withLowerCaseKeys(objectOrJsonText(row["properties"]) ?? {});
  const identity = objectOrJsonText(row["identity"]);
  const claims = objectOrJsonText(identity?.["claims"]);
  const [outcome = "", subStatus = ""] = (wireText(row["resultsignature"]) ?? "").split(".", 2);
  return {
    time: wireTime(row["time"]),
    submitted: null,
    operation: wireLocalised(row["operationname"]),
    category: wireText(row["category"]),
    status: eventStatus(wireText(row["resulttype"]) ?? outcome, subStatus, null),
    subStatus: subStatus === "" ? null : subStatus,
    eventDataId: wireText(row["eventdataid"]) ?? wireText(properties["eventdataid"]),
    operationId: wireText(row["operationid"]) ?? wireText(properties["operationid"]),
    correlationId: wireText(row["correlationid"]),
    resource: wireText(row["resourceid"]),
    principal: readPrincipal({
      caller: callerFromClaims(claims),
      claims,
      address: wireText(row["calleripaddress"]),
      objectId: principalId(identity),
    }),
    properties: row["properties"],
  };
}

function principalId(identity: JsonObject | null): string | null {
  const authorization = identity?.["authorization"];
  const evidence = isJsonObject(authorization) ? authorization["evidence"] : null;
  return isJsonObject(evidence) ? wireText(evidence["principalId"]) : null;
}
