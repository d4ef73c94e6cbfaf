import { hash } from "node:crypto";
import type { ActivityEvent } from "../domain/activity-event.ts";
import type { Instant } from "../domain/instant.ts";
import { parseResourceId } from "../domain/resource-id.ts";
import { readApiRow } from "./api-row.ts";
import { readDiagnosticRow } from "./diagnostic-row.ts";
import { fitsOperation, readDetail } from "./event-detail.ts";
import { readLogAnalyticsRow } from "./log-analytics-row.ts";
import { operationKind } from "./relevant-operation.ts";
import type { OperationKind } from "./relevant-operation.ts";
import type { RowFacts } from "./row-facts.ts";
import type { RuleInterner } from "./rule-interner.ts";
import type { CutRow } from "./rule-list-text.ts";
import { quoted } from "./rule-parts.ts";
import { isJsonObject, singleLine, withLowerCaseKeys } from "./wire-fields.ts";
import type { JsonObject } from "./wire-fields.ts";
import { parseWireTime } from "./wire-time.ts";

/** What became of one row. */
export type RowOutcome =
  | {
      readonly kind: "event";
      readonly event: ActivityEvent;
      /** Parts of the row that could not be understood, in words. */
      readonly faults: readonly string[];
    }
  /** A row of an operation that neither opens, closes nor requests a port. */
  | { readonly kind: "irrelevant"; readonly at: Instant }
  /** A row that could not be understood, and why, in words. */
  | { readonly kind: "quarantined"; readonly reason: string }
  /** Not a row of the Activity Log at all, and why. */
  | { readonly kind: "not-a-row"; readonly reason: string };

const ID_LIMIT = 128;
const SUB_STATUS_LIMIT = 128;
const OPERATION_LIMIT = 256;

/**
 * Reads one row of the Activity Log, already parsed from JSON or given by the SDK: in the form of the
 * Activity Log API, of the diagnostic settings, or of the Log Analytics table `AzureActivity`.
 *
 * @param cut where rule lists are that were taken out of the row; the outcome only holds when it is used
 *   up. null when none was.
 */
export function parseActivityRow(
  json: unknown,
  rules: RuleInterner,
  cut: CutRow | null = null,
): RowOutcome {
  if (!isJsonObject(json)) {
    return { kind: "not-a-row", reason: "it is not a JSON object" };
  }
  const facts = readFacts(withLowerCaseKeys(json));
  const operation = facts.operation?.slice(0, OPERATION_LIMIT).trim().toLowerCase() ?? "";
  if (operation === "") {
    return { kind: "not-a-row", reason: "it has no operation name" };
  }
  const at = facts.time === null ? null : parseWireTime(facts.time);
  if (at === null) {
    return { kind: "quarantined", reason: timeFault(facts.time) };
  }
  const kind = operationKind(operation);
  if (kind === null || !isAdministrative(facts.category)) {
    return { kind: "irrelevant", at };
  }
  return readEvent(facts, kind, operation, at, rules, cut);
}

function readFacts(row: JsonObject): RowFacts {
  if ("timegenerated" in row || "operationnamevalue" in row) {
    return readLogAnalyticsRow(row);
  }
  return "time" in row && !("eventtimestamp" in row) ? readDiagnosticRow(row) : readApiRow(row);
}

function timeFault(time: string | Date | null): string {
  if (time === null) {
    return "it has no time";
  }
  const text = time instanceof Date ? String(time) : time;
  return `its time ${quoted(text)} is not a time, or not between the years 1970 and 9000`;
}

/** Rows of other categories (Policy, Security, Recommendation) judge a write; they are not one. */
function isAdministrative(category: string | null): boolean {
  return category === null || category.trim().toLowerCase() === "administrative";
}

function readEvent(
  facts: RowFacts,
  kind: OperationKind,
  operation: string,
  at: Instant,
  rules: RuleInterner,
  cut: CutRow | null,
): RowOutcome {
  const resource = parseResourceId(facts.resource ?? "");
  if (resource === null) {
    const reason = `its resource ID ${quoted(facts.resource ?? "")} is not one`;
    return { kind: "quarantined", reason };
  }
  if (!fitsOperation(kind, resource)) {
    const reason = `its resource is a ${quoted(resource.type)}, which ${quoted(operation)} cannot act upon`;
    return { kind: "quarantined", reason };
  }
  const faults: string[] = [];
  const { detail, digest } = readDetail(kind, resource, facts.properties, rules, cut, (fault) => {
    faults.push(fault);
  });
  const correlationId = identifier(facts.correlationId);
  const feedKey = hash(
    "sha256",
    JSON.stringify([correlationId, operation, resource.key, at, facts.status, digest]),
  );
  const eventDataId = identifier(facts.eventDataId);
  const event: ActivityEvent = {
    id: eventDataId === "" ? `derived:${feedKey.slice(0, 32)}` : eventDataId,
    hasEventDataId: eventDataId !== "",
    feedKey,
    at,
    submittedAt: facts.submitted === null ? null : parseWireTime(facts.submitted),
    operation,
    operationId: identifier(facts.operationId),
    correlationId,
    resource,
    status: facts.status,
    subStatus: singleLine(facts.subStatus, SUB_STATUS_LIMIT),
    principal: facts.principal,
    detail,
  };
  return { kind: "event", event, faults };
}

function identifier(text: string | null): string {
  return singleLine(text, ID_LIMIT)?.toLowerCase() ?? "";
}
