import type { Instant } from "../domain/instant.ts";

/** A value with the text that the portal shows for it. */
interface LocalizedValue {
  readonly value: string;
  readonly localizedValue: string;
}

/**
 * One row of the Azure Activity Log as the REST API (`eventtypes/management/values`, 2015-04-01) and
 * `az monitor activity-log list` write it.
 */
export interface WireRow {
  readonly authorization?: { readonly action: string; readonly scope: string };
  readonly caller?: string;
  readonly channels: string;
  readonly claims: Readonly<Record<string, string>>;
  readonly correlationId: string;
  readonly description: string;
  readonly eventDataId: string;
  readonly eventName: LocalizedValue;
  readonly category: LocalizedValue;
  /** ISO 8601, UTC, seven decimals. */
  readonly eventTimestamp: string;
  readonly httpRequest?: {
    readonly clientRequestId: string;
    readonly clientIpAddress: string;
    readonly method: string;
  };
  readonly id: string;
  readonly level: string;
  readonly operationId: string;
  readonly operationName: LocalizedValue;
  readonly resourceGroupName: string;
  readonly resourceProviderName: LocalizedValue;
  readonly resourceType: LocalizedValue;
  readonly resourceId: string;
  readonly status: LocalizedValue;
  readonly subStatus: LocalizedValue;
  /** When the row became readable; ISO 8601, UTC, seven decimals. */
  readonly submissionTimestamp: string;
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly properties?: Readonly<Record<string, string>>;
}

/** How far an operation was, in the words of the API. */
export type WireStatus = "Started" | "Accepted" | "Succeeded" | "Failed";

/** An operation's name and what the portal calls it. */
export interface Operation {
  readonly name: string;
  readonly title: string;
}

/** Who did it, as a row shows it. */
export interface Writer {
  readonly caller: string | null;
  readonly claims: Readonly<Record<string, string>>;
  readonly clientAddress: string | null;
}

/** What differs from row to row. */
export interface RowFacts {
  readonly at: Instant;
  /** The four decimals below the millisecond. */
  readonly digits: string;
  readonly submittedAt: Instant;
  readonly operation: Operation;
  readonly resource: string;
  readonly status: WireStatus;
  readonly subStatus: string;
  readonly writer: Writer;
  readonly method: string;
  readonly clientRequestId: string;
  readonly correlationId: string;
  readonly operationId: string;
  readonly eventDataId: string;
  readonly tenantId: string;
  /** null: the row carries none at all. */
  readonly properties: Readonly<Record<string, string>> | null;
}

/** .NET counts time in units of 100 ns from the year 1. */
const TICKS_AT_EPOCH = 621_355_968_000_000_000n;

const SUB_STATUS_TITLES: Readonly<Record<string, string>> = {
  OK: "OK (HTTP Status Code: 200)",
  Created: "Created (HTTP Status Code: 201)",
  Accepted: "Accepted (HTTP Status Code: 202)",
  NoContent: "No Content (HTTP Status Code: 204)",
  BadRequest: "Bad Request (HTTP Status Code: 400)",
  Forbidden: "Forbidden (HTTP Status Code: 403)",
  Conflict: "Conflict (HTTP Status Code: 409)",
};

const OPENING = { value: "BeginRequest", localizedValue: "Begin request" };
const ENDING = { value: "EndRequest", localizedValue: "End request" };
const ADMINISTRATIVE = same("Administrative");

/** Builds a row in the API's form. */
export function wireRow(facts: RowFacts): WireRow {
  const { resource, writer, operation, status } = facts;
  const segments = resource.split("/");
  const provider = segments[6] ?? "";
  let type = provider;
  for (let index = 7; index < segments.length; index += 2) {
    type += `/${segments[index] ?? ""}`;
  }
  const optional: { -readonly [Key in "caller" | "httpRequest" | "properties"]?: WireRow[Key] } =
    {};
  if (writer.caller !== null) {
    optional.caller = writer.caller;
  }
  if (writer.clientAddress !== null) {
    optional.httpRequest = {
      clientRequestId: facts.clientRequestId,
      clientIpAddress: writer.clientAddress,
      method: facts.method,
    };
  }
  if (facts.properties !== null) {
    optional.properties = facts.properties;
  }
  return {
    authorization: { action: operation.name, scope: resource },
    channels: "Operation",
    claims: writer.claims,
    correlationId: facts.correlationId,
    description: "",
    eventDataId: facts.eventDataId,
    eventName: status === "Started" ? OPENING : ENDING,
    category: ADMINISTRATIVE,
    eventTimestamp: wireTime(facts.at, facts.digits),
    id: `${resource}/events/${facts.eventDataId}/ticks/${ticks(facts.at, facts.digits)}`,
    level: status === "Failed" ? "Error" : "Informational",
    operationId: facts.operationId,
    operationName: { value: operation.name, localizedValue: operation.title },
    resourceGroupName: segments[4] ?? "",
    resourceProviderName: same(provider),
    resourceType: same(type),
    resourceId: resource,
    status: same(status),
    subStatus: {
      value: facts.subStatus,
      localizedValue: SUB_STATUS_TITLES[facts.subStatus] ?? facts.subStatus,
    },
    submissionTimestamp: wireTime(facts.submittedAt, facts.digits),
    subscriptionId: segments[2] ?? "",
    tenantId: facts.tenantId,
    ...optional,
  };
}

/** ISO 8601 in UTC with seven decimals, such as `2026-11-23T03:12:00.8803576Z`. */
export function wireTime(at: Instant, digits: string): string {
  return `${new Date(at).toISOString().slice(0, -1)}${digits}Z`;
}

function ticks(at: Instant, digits: string): string {
  return String(TICKS_AT_EPOCH + BigInt(at) * 10_000n + BigInt(digits));
}

function same(value: string): LocalizedValue {
  return { value, localizedValue: value };
}
