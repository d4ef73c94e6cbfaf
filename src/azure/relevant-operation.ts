/** What a relevant operation does; each has its own reading of the row's bodies. */
export type OperationKind =
  | "jit-request"
  | "jit-policy-write"
  | "jit-policy-delete"
  | "nsg-write"
  | "nsg-delete"
  | "rule-write"
  | "rule-delete"
  | "firewall-write"
  | "firewall-delete";

const KINDS: ReadonlyMap<string, OperationKind> = new Map<string, OperationKind>([
  ["microsoft.security/locations/jitnetworkaccesspolicies/initiate/action", "jit-request"],
  ["microsoft.security/locations/jitnetworkaccesspolicies/write", "jit-policy-write"],
  ["microsoft.security/locations/jitnetworkaccesspolicies/delete", "jit-policy-delete"],
  ["microsoft.network/networksecuritygroups/write", "nsg-write"],
  ["microsoft.network/networksecuritygroups/delete", "nsg-delete"],
  ["microsoft.network/networksecuritygroups/securityrules/write", "rule-write"],
  ["microsoft.network/networksecuritygroups/securityrules/delete", "rule-delete"],
  ["microsoft.network/azurefirewalls/write", "firewall-write"],
  ["microsoft.network/azurefirewalls/delete", "firewall-delete"],
  ["microsoft.network/firewallpolicies/rulecollectiongroups/write", "firewall-write"],
  ["microsoft.network/firewallpolicies/rulecollectiongroups/delete", "firewall-delete"],
]);

/** The names of the relevant operations, lower-cased. */
export const RELEVANT_OPERATIONS: readonly string[] = [...KINDS.keys()];

/** What a lower-cased operation name does; null when it can neither open, close nor request a port. */
export function operationKind(operation: string): OperationKind | null {
  return KINDS.get(operation) ?? null;
}

/** Whether lower-cased text holds a name that may be a relevant operation's; never misses one. */
export function mayNameRelevantOperation(text: string): boolean {
  return RELEVANT_OPERATIONS.some((name) => text.includes(name));
}
