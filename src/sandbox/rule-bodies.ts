import type { Container, RuleState } from "./container.ts";

/** How this tenant's services write what they may write in several ways. */
export interface BodyStyle {
  /** Single values as a list of one (`destinationPortRanges`), as JIT does it in some years. */
  readonly singleAsList: boolean;
  /** Changes the casing of a resource ID. */
  readonly casing: (id: string) => string;
}

/** The request body of a whole-NSG write. */
export function nsgRequestBody(
  nsg: Container,
  rules: readonly RuleState[],
  style: BodyStyle,
): string {
  return JSON.stringify({
    id: style.casing(nsg.id),
    location: nsg.location,
    properties: {
      securityRules: rules.map((rule) => ruleResource(nsg, rule, style, false)),
    },
  });
}

/** The resource that a whole-NSG write results in. */
export function nsgResponseBody(
  nsg: Container,
  rules: readonly RuleState[],
  style: BodyStyle,
  etag: string,
): string {
  return JSON.stringify({
    name: nsg.name,
    id: style.casing(nsg.id),
    etag: `W/"${etag}"`,
    type: "Microsoft.Network/networkSecurityGroups",
    location: nsg.location,
    properties: {
      provisioningState: "Updating",
      resourceGuid: nsg.resourceGuid,
      securityRules: rules.map((rule) => ruleResource(nsg, rule, style, true)),
      defaultSecurityRules: DEFAULT_RULES.map((rule) => ({
        name: rule.name,
        id: `${style.casing(nsg.id)}/defaultSecurityRules/${rule.name}`,
        properties: ruleProperties(rule, style, true),
      })),
    },
  });
}

/** The request body of a write of one rule. */
export function ruleRequestBody(rule: RuleState, style: BodyStyle): string {
  return JSON.stringify({ name: rule.name, properties: ruleProperties(rule, style, false) });
}

/** The resource that a write of one rule results in. */
export function ruleResponseBody(nsg: Container, rule: RuleState, style: BodyStyle): string {
  return JSON.stringify(ruleResource(nsg, rule, style, true));
}

/** The body of a firewall write, classic rules: each JIT rule in a NAT collection of its own. */
export function firewallBody(
  firewall: Container,
  rules: readonly RuleState[],
  style: BodyStyle,
): string {
  return JSON.stringify({
    name: firewall.name,
    id: style.casing(firewall.id),
    type: "Microsoft.Network/azureFirewalls",
    location: firewall.location,
    properties: {
      provisioningState: "Updating",
      sku: { name: "AZFW_VNet", tier: "Standard" },
      threatIntelMode: "Alert",
      applicationRuleCollections: [],
      networkRuleCollections: [],
      natRuleCollections: rules.map((rule) => ({
        name: rule.name,
        id: `${style.casing(firewall.id)}/natRuleCollections/${rule.name}`,
        properties: {
          provisioningState: "Succeeded",
          priority: rule.priority,
          action: { type: "Dnat" },
          rules: [
            {
              name: rule.name,
              description: rule.description,
              protocols: [rule.protocol],
              sourceAddresses: rule.sources,
              destinationAddresses: [firewall.publicAddress],
              destinationPorts: [String(rule.mappedPort)],
              translatedAddress: rule.destinations[0] ?? "",
              translatedPort: rule.ports[0] ?? "",
            },
          ],
        },
      })),
    },
  });
}

function ruleResource(
  nsg: Container,
  rule: RuleState,
  style: BodyStyle,
  isResponse: boolean,
): object {
  return {
    name: rule.name,
    id: `${style.casing(nsg.id)}/securityRules/${rule.name}`,
    ...(isResponse
      ? {
          etag: `W/"${nsg.resourceGuid}"`,
          type: "Microsoft.Network/networkSecurityGroups/securityRules",
        }
      : {}),
    properties: ruleProperties(rule, style, isResponse),
  };
}

function ruleProperties(rule: RuleState, style: BodyStyle, isResponse: boolean): object {
  return {
    ...(isResponse ? { provisioningState: "Succeeded" } : {}),
    ...(rule.description === "" ? {} : { description: rule.description }),
    protocol: rule.protocol,
    sourcePortRange: "*",
    ...oneOrMany("destinationPortRange", rule.ports, style, isResponse),
    ...addresses("sourceAddressPrefix", rule.sources, style, isResponse),
    ...addresses("destinationAddressPrefix", rule.destinations, style, isResponse),
    access: rule.access,
    priority: rule.priority,
    direction: rule.direction,
    ...(isResponse ? { sourcePortRanges: [] } : {}),
  };
}

function addresses(
  key: string,
  values: readonly string[],
  style: BodyStyle,
  isResponse: boolean,
): object {
  // A list may hold neither "*" nor a service tag next to nothing else: such a one stands alone.
  const isWord = values.length === 1 && !/^[\d:a-f]/i.test(values[0] ?? "");
  return oneOrMany(
    key,
    values,
    { ...style, singleAsList: style.singleAsList && !isWord },
    isResponse,
  );
}

function oneOrMany(
  key: string,
  values: readonly string[],
  style: BodyStyle,
  isResponse: boolean,
): object {
  const [first] = values;
  const many = key.endsWith("x") ? `${key}es` : `${key}s`;
  if (values.length === 1 && first !== undefined && !style.singleAsList) {
    return isResponse ? { [key]: first, [many]: [] } : { [key]: first };
  }
  return { [many]: values };
}

const DEFAULT_RULES: readonly RuleState[] = [
  standardRule("AllowVnetInBound", "Allow", "Inbound", 65000, "VirtualNetwork", "VirtualNetwork"),
  standardRule(
    "AllowAzureLoadBalancerInBound",
    "Allow",
    "Inbound",
    65001,
    "AzureLoadBalancer",
    "*",
  ),
  standardRule("DenyAllInBound", "Deny", "Inbound", 65500, "*", "*"),
  standardRule("AllowVnetOutBound", "Allow", "Outbound", 65000, "VirtualNetwork", "VirtualNetwork"),
  standardRule("AllowInternetOutBound", "Allow", "Outbound", 65001, "*", "Internet"),
  standardRule("DenyAllOutBound", "Deny", "Outbound", 65500, "*", "*"),
];

function standardRule(
  name: string,
  access: RuleState["access"],
  direction: RuleState["direction"],
  priority: number,
  source: string,
  destination: string,
): RuleState {
  return {
    name,
    access,
    direction,
    protocol: "*",
    priority,
    ports: ["*"],
    sources: [source],
    destinations: [destination],
    description: "",
    mappedPort: null,
  };
}
