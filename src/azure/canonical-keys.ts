import { isJsonObject } from "./wire-fields.ts";

/** The keys of request and response bodies, as the Azure REST specifications spell them. */
const CANONICAL_KEYS = [
  "access",
  "action",
  "allowedSourceAddressPrefix",
  "allowedSourceAddressPrefixes",
  "description",
  "destinationAddresses",
  "destinationAddressPrefix",
  "destinationAddressPrefixes",
  "destinationApplicationSecurityGroups",
  "destinationIpGroups",
  "destinationPortRange",
  "destinationPortRanges",
  "destinationPorts",
  "direction",
  "duration",
  "endTimeUtc",
  "id",
  "ipProtocols",
  "justification",
  "location",
  "mappedPort",
  "maxRequestAccessDuration",
  "name",
  "natRuleCollections",
  "networkRuleCollections",
  "number",
  "ports",
  "priority",
  "properties",
  "protocol",
  "protocols",
  "requestor",
  "ruleCollections",
  "rules",
  "securityRules",
  "sourceAddresses",
  "sourceAddressPrefix",
  "sourceAddressPrefixes",
  "sourceApplicationSecurityGroups",
  "sourceIpGroups",
  "startTimeUtc",
  "tags",
  "translatedAddress",
  "translatedFqdn",
  "translatedPort",
  "type",
  "virtualMachines",
];

const CANONICAL: ReadonlySet<string> = new Set(CANONICAL_KEYS);
const BY_LOWER_CASE: ReadonlyMap<string, string> = new Map(
  CANONICAL_KEYS.map((key) => [key.toLowerCase(), key]),
);

/** No body that Azure knows nests deeper; a hostile one is left as it is below that. */
const DEPTH_LIMIT = 16;

/**
 * A deep copy of a body with its known keys in their canonical casing: Azure Resource Manager takes
 * keys in any casing, and the log shows the body as the client sent it.
 */
export function withCanonicalKeys(value: unknown, depth = 0): unknown {
  if (depth > DEPTH_LIMIT) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown) => withCanonicalKeys(item, depth + 1));
  }
  if (!isJsonObject(value)) {
    return value;
  }
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    // An assignment to this one key would change what the object is.
    if (key !== "__proto__") {
      copy[canonical(key)] = withCanonicalKeys(value[key], depth + 1);
    }
  }
  return copy;
}

function canonical(key: string): string {
  return CANONICAL.has(key) ? key : (BY_LOWER_CASE.get(key.toLowerCase()) ?? key);
}
