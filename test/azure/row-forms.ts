import { Buffer } from "node:buffer";

/** What one row says, before it is written in one of the forms that Azure writes. */
export interface RowContent {
  readonly eventDataId: string;
  readonly operation: string;
  readonly resource: string;
  /** ISO 8601 with seven decimals. */
  readonly time: string;
  readonly status: "Started" | "Accepted" | "Succeeded" | "Failed";
  readonly subStatus: string;
  readonly correlationId: string;
  readonly upn: string;
  readonly address: string;
  readonly properties: Readonly<Record<string, string>>;
}

export const SUBSCRIPTION = "/subscriptions/11111111-2222-3333-4444-555555555555";
export const NSG_ID = `${SUBSCRIPTION}/resourceGroups/rg-a/providers/Microsoft.Network/networkSecurityGroups/nsg-a`;
export const RULE_ID = `${NSG_ID}/securityRules/open-rdp`;
export const VM_ID = `${SUBSCRIPTION}/resourceGroups/rg-a/providers/Microsoft.Compute/virtualMachines/vm-a`;
export const POLICY_ID = `${SUBSCRIPTION}/resourceGroups/rg-a/providers/Microsoft.Security/locations/westeurope/jitNetworkAccessPolicies/default`;
export const JIT_INITIATE = "Microsoft.Security/locations/jitNetworkAccessPolicies/initiate/action";
export const NSG_WRITE = "Microsoft.Network/networkSecurityGroups/write";

const OBJECT_ID = "AAAAAAAA-0000-0000-0000-000000000001";

/** A write of an NSG, with whatever a test changes. */
export function rowContent(changes: Partial<RowContent> = {}): RowContent {
  return {
    eventDataId: "e0000000-0000-0000-0000-000000000001",
    operation: NSG_WRITE,
    resource: NSG_ID,
    time: "2026-11-23T03:12:45.1234567Z",
    status: "Succeeded",
    subStatus: "Created",
    correlationId: "c0000000-0000-0000-0000-000000000001",
    upn: "alice@contoso.com",
    address: "198.51.100.7",
    properties: {},
    ...changes,
  };
}

function claims(row: RowContent): Record<string, string> {
  return {
    appid: "C44B4083-3BB0-49C1-B47D-974E53CBDF3C",
    idtyp: "user",
    ipaddr: "203.0.113.9",
    name: "Alice",
    "http://schemas.microsoft.com/identity/claims/objectidentifier": OBJECT_ID,
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn": row.upn,
  };
}

/** The row as the Activity Log API, the Azure CLI and the portal show it. */
export function apiForm(row: RowContent): Record<string, unknown> {
  const named = (value: string): Record<string, string> => ({ value, localizedValue: value });
  return {
    authorization: { action: row.operation, scope: row.resource },
    caller: row.upn,
    category: named("Administrative"),
    claims: claims(row),
    correlationId: row.correlationId,
    description: "",
    eventDataId: row.eventDataId,
    eventName: named("EndRequest"),
    eventTimestamp: row.time,
    httpRequest: { clientIpAddress: row.address, method: "PUT" },
    level: "Informational",
    operationId: row.correlationId,
    operationName: named(row.operation),
    properties: row.properties,
    relatedEvents: [],
    resourceId: row.resource,
    status: named(row.status),
    subStatus: named(row.subStatus),
    submissionTimestamp: row.time,
  };
}

const RESULT_TYPES = {
  Started: "Start",
  Accepted: "Accept",
  Succeeded: "Success",
  Failed: "Failure",
} as const;

/** The row as diagnostic settings write it. */
export function diagnosticForm(row: RowContent): Record<string, unknown> {
  return {
    RoleLocation: "West Europe",
    time: row.time,
    resourceId: row.resource.toUpperCase(),
    operationName: row.operation.toUpperCase(),
    category: "Administrative",
    resultType: RESULT_TYPES[row.status],
    resultSignature: `${row.status}.${row.subStatus}`,
    correlationId: row.correlationId,
    callerIpAddress: row.address,
    identity: { authorization: { action: row.operation }, claims: claims(row) },
    level: "Information",
    properties: {
      ...row.properties,
      eventDataId: row.eventDataId,
      operationId: row.correlationId,
    },
  };
}

/** The row as the Log Analytics table `AzureActivity` has it. */
export function logAnalyticsForm(row: RowContent): Record<string, unknown> {
  return {
    TenantId: "t",
    TimeGenerated: row.time,
    OperationName: "Create or Update Network Security Group",
    OperationNameValue: row.operation.toUpperCase(),
    ActivityStatus: row.status,
    ActivityStatusValue: RESULT_TYPES[row.status],
    ActivitySubstatusValue: row.subStatus,
    Caller: row.upn,
    CallerIpAddress: row.address,
    CategoryValue: "Administrative",
    Claims: JSON.stringify(claims(row)),
    Claims_d: claims(row),
    CorrelationId: row.correlationId,
    EventDataId: row.eventDataId,
    EventSubmissionTimestamp: row.time,
    OperationId: row.correlationId,
    Properties: JSON.stringify(row.properties),
    Properties_d: row.properties,
    _ResourceId: row.resource.toLowerCase(),
  };
}

/** The row as a flat export of `AzureActivity` has it: every value is text. */
export function flatForm(row: RowContent): Record<string, unknown> {
  const { Claims_d, Properties_d, ...rest } = logAnalyticsForm(row);
  return {
    ...rest,
    Claims_d: JSON.stringify(Claims_d),
    Properties_d: JSON.stringify(Properties_d),
  };
}

/** A security rule as bodies carry it. */
export function wireRule(
  name: string,
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    name,
    id: `${NSG_ID}/securityRules/${name}`,
    etag: 'W/"1"',
    properties: {
      provisioningState: "Succeeded",
      description: `rule ${name}`,
      protocol: "Tcp",
      sourcePortRange: "*",
      destinationPortRange: "3389",
      sourceAddressPrefix: "198.51.100.7",
      destinationAddressPrefix: "10.0.0.4",
      access: "Allow",
      priority: 100,
      direction: "Inbound",
      ...changes,
    },
  };
}

/** The body of an NSG write that carries these rules. */
export function nsgBody(...rules: readonly unknown[]): string {
  return JSON.stringify({
    name: "nsg-a",
    location: "westeurope",
    properties: { securityRules: rules },
  });
}

/** Bytes given chunk by chunk; the buffer is overwritten after each, as a reader of files may. */
export async function* inChunks(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.alloc(Math.max(1, Math.min(length, bytes.length)));
  for (let at = 0; at < bytes.length; at += buffer.length) {
    const part = bytes.subarray(at, at + buffer.length);
    buffer.set(part);
    yield buffer.subarray(0, part.length);
    buffer.fill(0x7d);
  }
}
