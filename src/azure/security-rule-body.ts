import { ruleKey } from "../domain/security-rule.ts";
import type { SecurityRule } from "../domain/security-rule.ts";
import { withCanonicalKeys } from "./canonical-keys.ts";
import type { RuleInterner, RuleReading } from "./rule-interner.ts";
import {
  PartFault,
  quoted,
  readPorts,
  readPrefixes,
  readProtocol,
  singleAndList,
} from "./rule-parts.ts";
import { isJsonObject, wireList, wireNumber, wireText, wireTexts } from "./wire-fields.ts";
import type { JsonObject } from "./wire-fields.ts";

const DESCRIPTION_LIMIT = 1024;

/**
 * Reads one security rule of a body.
 *
 * @param ruleName the rule's name where the row's resource tells it (the diagnostic-settings form in
 *   upper case, so the body's casing is preferred); otherwise the body must.
 */
export function readSecurityRule(
  json: unknown,
  rules: RuleInterner,
  ruleName: string | null = null,
): RuleReading {
  const { name, properties } = isJsonObject(json) ? json : {};
  // Without `id` and `etag`, which differ from write to write.
  return isJsonObject(properties)
    ? rules.intern([ruleName, name, properties], () =>
        interpretRule({ name, properties }, ruleName),
      )
    : rules.intern([ruleName, json], () => interpretRule(json, ruleName));
}

/**
 * A field of `SecurityRule` of the Network resource provider, as bodies of NSG and rule writes carry it.
 * One of the wrong type faults the whole rule: without it, the rule would say something else.
 */
function field<T>(value: unknown, read: (value: unknown) => T | null): T | null {
  const result = read(value);
  if (result === null && value !== null && value !== undefined) {
    throw new PartFault("it is not a security rule");
  }
  return result;
}

function interpretRule(json: unknown, ruleName: string | null): SecurityRule {
  const rule = withCanonicalKeys(json);
  const wire = isJsonObject(rule) ? rule["properties"] : null;
  if (!isJsonObject(rule) || !isJsonObject(wire)) {
    throw new PartFault("it is not a security rule");
  }
  const own = field(rule["name"], wireText) ?? "";
  const fields = {
    access: field(wire["access"], wireText),
    description: field(wire["description"], wireText),
    direction: field(wire["direction"], wireText),
    port: field(wire["destinationPortRange"], wireNumber),
    ports: field(wire["destinationPortRanges"], wireNumbers),
    priority: field(wire["priority"], wireNumber),
    protocol: field(wire["protocol"], wireText),
    sources: readSide(wire, "source"),
    destinations: readSide(wire, "destination"),
  };
  const isOwn = ruleName === null || ruleKey(own) === ruleKey(ruleName);
  const name = isOwn ? own : ruleName;
  if (name === "") {
    throw new PartFault("it has no name");
  }
  return {
    name,
    access: oneOf(fields.access, ["allow", "deny"], "an access"),
    direction: oneOf(fields.direction, ["inbound", "outbound"], "a direction"),
    protocol: readProtocol(fields.protocol ?? ""),
    priority: readPriority(fields.priority),
    ports: readPorts(singleAndList(fields.port, fields.ports)),
    sources: readPrefixes(fields.sources, "source"),
    destinations: readPrefixes(fields.destinations, "destination"),
    description: (fields.description ?? "").slice(0, DESCRIPTION_LIMIT),
    mappedPort: null,
  };
}

function readSide(wire: JsonObject, side: "source" | "destination"): readonly string[] {
  const prefix = field(wire[`${side}AddressPrefix`], wireText);
  const prefixes = field(wire[`${side}AddressPrefixes`], wireTexts);
  const groups = field(wire[`${side}ApplicationSecurityGroups`], wireIds);
  return [...singleAndList(prefix, prefixes), ...(groups ?? [])];
}

function wireNumbers(value: unknown): readonly (string | number)[] | null {
  const numbers = wireList(value)?.map(wireNumber);
  return numbers?.every((number) => number !== null) === true ? numbers : null;
}

function wireIds(value: unknown): readonly string[] | null {
  return wireTexts(wireList(value)?.map((item) => (isJsonObject(item) ? item["id"] : null)));
}

function oneOf<T extends string>(text: string | null, values: readonly T[], what: string): T {
  const value = values.find((candidate) => candidate === text?.toLowerCase());
  if (value === undefined) {
    throw new PartFault(`${quoted(text ?? "")} is not ${what}`);
  }
  return value;
}

/** The priority of a rule or a collection; null when absent or not a whole number. */
export function readPriority(value: string | number | null): number | null {
  const priority = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof priority === "number" && Number.isSafeInteger(priority) ? priority : null;
}
