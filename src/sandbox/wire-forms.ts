import type { Random } from "./random.ts";
import type { WireRow } from "./wire-row.ts";

/** A JSON object in one of the forms that feeds and exports have. */
export type WireRecord = Readonly<Record<string, unknown>>;

const RESULT_TYPES: Readonly<Record<string, string>> = {
  Started: "Start",
  Accepted: "Accept",
  Succeeded: "Success",
  Failed: "Failure",
};

const OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier";

/**
 * The row as diagnostic settings send it to Event Hubs and storage accounts. Whether it keeps the
 * `eventDataId`, and whether its bodies are text or objects, is drawn: Azure does either.
 */
export function toDiagnosticRecord(row: WireRow, random: Random): WireRecord {
  const keepsId = random.chance(0.5);
  const parsesBodies = random.chance(0.3);
  const objectId = row.claims[OBJECT_ID];
  return {
    time: row.eventTimestamp,
    resourceId: row.resourceId.toUpperCase(),
    operationName: row.operationName.value.toUpperCase(),
    category: row.category.value,
    resultType: RESULT_TYPES[row.status.value] ?? row.status.value,
    resultSignature: `${row.status.value}.${row.subStatus.value}`,
    durationMs: "0",
    ...(row.httpRequest === undefined ? {} : { callerIpAddress: row.httpRequest.clientIpAddress }),
    correlationId: row.correlationId,
    identity: {
      authorization: {
        ...row.authorization,
        evidence: {
          role: "Contributor",
          ...(objectId === undefined ? {} : { principalId: objectId.replaceAll("-", "") }),
        },
      },
      claims: row.claims,
    },
    level: row.level === "Informational" ? "Information" : row.level,
    location: "global",
    properties: {
      ...Object.fromEntries(
        Object.entries(row.properties ?? {}).map(([key, value]) => [
          key,
          parsesBodies ? parsedIfJson(value) : value,
        ]),
      ),
      ...(keepsId ? { eventDataId: row.eventDataId } : {}),
    },
  };
}

/** The row as the Log Analytics table `AzureActivity` has it. */
export function toLogAnalyticsRow(row: WireRow): WireRecord {
  return {
    TimeGenerated: row.eventTimestamp,
    CategoryValue: row.category.value,
    Level: row.level,
    OperationNameValue: row.operationName.value.toUpperCase(),
    OperationName: row.operationName.localizedValue,
    ActivityStatusValue: RESULT_TYPES[row.status.value] ?? row.status.value,
    ActivitySubstatusValue: row.subStatus.value,
    Caller: row.caller ?? "",
    CallerIpAddress: row.httpRequest?.clientIpAddress ?? "",
    Claims: JSON.stringify(row.claims),
    Claims_d: row.claims,
    CorrelationId: row.correlationId,
    EventDataId: row.eventDataId,
    EventSubmissionTimestamp: row.submissionTimestamp,
    HTTPRequest: row.httpRequest === undefined ? "" : JSON.stringify(row.httpRequest),
    OperationId: row.operationId,
    Properties: JSON.stringify(row.properties ?? {}),
    Properties_d: row.properties ?? {},
    ResourceGroup: row.resourceGroupName.toUpperCase(),
    ResourceProviderValue: row.resourceProviderName.value.toUpperCase(),
    SubscriptionId: row.subscriptionId,
    TenantId: row.tenantId,
    Type: "AzureActivity",
    _ResourceId: row.resourceId.toLowerCase(),
  };
}

/** The row as `az monitor activity-log list -o json` prints it: keys sorted, what is absent is null. */
export function toCliRow(row: WireRow): WireRecord {
  const { authorization } = row;
  const whole: Record<string, unknown> = {
    ...row,
    authorization: authorization === undefined ? null : { ...authorization, role: null },
    caller: row.caller ?? null,
    httpRequest: row.httpRequest === undefined ? null : { ...row.httpRequest, uri: null },
    properties: row.properties ?? null,
  };
  return Object.fromEntries(
    Object.keys(whole)
      .sort()
      .map((key) => [key, whole[key]]),
  );
}

/** The rows as a feed may deliver them: out of order, some repeatedly, in pages of any size. */
export function disorder<Row>(rows: readonly Row[], random: Random): Row[][] {
  const repeated = rows.filter(() => random.chance(0.2));
  const pages: Row[][] = [];
  let page: Row[] = [];
  for (const row of random.shuffle([...rows, ...repeated])) {
    page.push(row);
    if (random.chance(0.1)) {
      pages.push(page);
      page = [];
    }
  }
  return page.length === 0 ? pages : [...pages, page];
}

function parsedIfJson(text: string): unknown {
  if (!text.startsWith("{")) {
    return text;
  }
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}
