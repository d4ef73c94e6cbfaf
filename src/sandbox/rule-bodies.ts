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
  const id = style.casing(nsg.id);
  const list = rules.map((rule) => ruleText(rule, id, style, "")).join(",");
  return `{"id":"${id}","location":"${nsg.location}","properties":{"securityRules":[${list}]}}`;
}

/** The resource that a whole-NSG write results in. */
export function nsgResponseBody(
  nsg: Container,
  rules: readonly RuleState[],
  style: BodyStyle,
  etag: string,
): string {
  const id = style.casing(nsg.id);
  const list = rules.map((rule) => ruleText(rule, id, style, etag)).join(",");
  const defaults = DEFAULT_RULES.map((rule) => ruleText(rule, id, DEFAULT_STYLE, etag)).join(",");
  return (
    `{"name":"${nsg.name}","id":"${id}","etag":"W/\\"${etag}\\"",` +
    `"type":"Microsoft.Network/networkSecurityGroups","location":"${nsg.location}",` +
    `"properties":{"provisioningState":"Updating","resourceGuid":"${nsg.resourceGuid}",` +
    `"securityRules":[${list}],"defaultSecurityRules":[${defaults}]}}`
  );
}

/** The NSG as a GET returns it (REST API, Microsoft.Network 2023-09-01). */
export function nsgResource(
  nsg: Container,
  attachments: {
    readonly networkInterfaces: readonly string[];
    readonly subnets: readonly string[];
  },
): object {
  const etag = nsg.resourceGuid;
  const rule = (state: RuleState, type: string): object => ({
    name: state.name,
    id: `${nsg.id}/${type}/${state.name}`,
    etag: `W/"${etag}"`,
    type: `Microsoft.Network/networkSecurityGroups/${type}`,
    properties: ruleProperties(state, DEFAULT_STYLE, true),
  });
  const references = (ids: readonly string[]): object[] => ids.map((id) => ({ id }));
  return {
    name: nsg.name,
    id: nsg.id,
    etag: `W/"${etag}"`,
    type: "Microsoft.Network/networkSecurityGroups",
    location: nsg.location,
    properties: {
      provisioningState: "Succeeded",
      resourceGuid: nsg.resourceGuid,
      securityRules: nsg.rules.map((state) => rule(state, "securityRules")),
      defaultSecurityRules: DEFAULT_RULES.map((state) => rule(state, "defaultSecurityRules")),
      networkInterfaces: references(attachments.networkInterfaces),
      subnets: references(attachments.subnets),
    },
  };
}

/** The request body of a write of one rule. */
export function ruleRequestBody(rule: RuleState, style: BodyStyle): string {
  return `{"name":"${rule.name}","properties":${texts(rule, style).request}}`;
}

/** The resource that a write of one rule results in. */
export function ruleResponseBody(nsg: Container, rule: RuleState, style: BodyStyle): string {
  return ruleText(rule, style.casing(nsg.id), style, nsg.resourceGuid);
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

/** Rules stand in many bodies and never change, so the text of each is made once. */
const TEXTS = new WeakMap<RuleState, { readonly request: string; readonly response: string }>();

function texts(
  rule: RuleState,
  style: BodyStyle,
): { readonly request: string; readonly response: string } {
  const known = TEXTS.get(rule);
  if (known !== undefined) {
    return known;
  }
  const made = {
    request: JSON.stringify(ruleProperties(rule, style, false)),
    response: JSON.stringify(ruleProperties(rule, style, true)),
  };
  TEXTS.set(rule, made);
  return made;
}

/** One rule of an NSG as a resource; without an `etag` in the form of a request. */
function ruleText(rule: RuleState, nsgId: string, style: BodyStyle, etag: string): string {
  const head = `{"name":"${rule.name}","id":"${nsgId}/securityRules/${rule.name}",`;
  return etag === ""
    ? `${head}"properties":${texts(rule, style).request}}`
    : `${head}"etag":"W/\\"${etag}\\"",` +
        `"type":"Microsoft.Network/networkSecurityGroups/securityRules",` +
        `"properties":${texts(rule, style).response}}`;
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

const DEFAULT_STYLE: BodyStyle = { singleAsList: false, casing: (id) => id };

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
