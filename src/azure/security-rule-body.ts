import { z } from "zod";
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
import { wireNumber, wireText, wireTexts } from "./wire-fields.ts";

const DESCRIPTION_LIMIT = 1024;

const groups = z
  .array(z.object({ id: z.string() }))
  .nullish()
  .catch(null);

/** `SecurityRule` of the Network resource provider, as bodies of NSG and rule writes carry it. */
const securityRule = z.object({
  name: wireText,
  properties: z.object({
    access: wireText,
    description: wireText,
    destinationAddressPrefix: wireText,
    destinationAddressPrefixes: wireTexts,
    destinationApplicationSecurityGroups: groups,
    destinationPortRange: wireNumber,
    destinationPortRanges: z
      .array(z.union([z.string(), z.number()]))
      .nullish()
      .catch(null),
    direction: wireText,
    priority: wireNumber,
    protocol: wireText,
    sourceAddressPrefix: wireText,
    sourceAddressPrefixes: wireTexts,
    sourceApplicationSecurityGroups: groups,
  }),
});

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
  const reading = readCanonicalRule(json, rules, ruleName);
  return reading.rule === null
    ? readCanonicalRule(withCanonicalKeys(json), rules, ruleName)
    : reading;
}

function readCanonicalRule(
  json: unknown,
  rules: RuleInterner,
  ruleName: string | null,
): RuleReading {
  const parsed = securityRule.safeParse(json);
  if (!parsed.success) {
    return { rule: null, fault: "it is not a security rule" };
  }
  const own = parsed.data.name ?? "";
  const isOwn = ruleName === null || ruleKey(own) === ruleKey(ruleName);
  const name = isOwn ? own : ruleName;
  if (name === "") {
    return { rule: null, fault: "it has no name" };
  }
  const wire = parsed.data.properties;
  return rules.intern(JSON.stringify([name, wire]), () => interpretRule(name, wire));
}

function interpretRule(
  name: string,
  wire: z.infer<typeof securityRule>["properties"],
): SecurityRule {
  return {
    name,
    access: oneOf(wire.access, ["allow", "deny"], "an access"),
    direction: oneOf(wire.direction, ["inbound", "outbound"], "a direction"),
    protocol: readProtocol(wire.protocol ?? ""),
    priority: readPriority(wire.priority),
    ports: readPorts(singleAndList(wire.destinationPortRange, wire.destinationPortRanges)),
    sources: readPrefixes(
      [
        ...singleAndList(wire.sourceAddressPrefix, wire.sourceAddressPrefixes),
        ...groupIds(wire.sourceApplicationSecurityGroups),
      ],
      "source",
    ),
    destinations: readPrefixes(
      [
        ...singleAndList(wire.destinationAddressPrefix, wire.destinationAddressPrefixes),
        ...groupIds(wire.destinationApplicationSecurityGroups),
      ],
      "destination",
    ),
    description: (wire.description ?? "").slice(0, DESCRIPTION_LIMIT),
    mappedPort: null,
  };
}

function groupIds(wire: z.infer<typeof groups>): readonly string[] {
  return (wire ?? []).map((group) => group.id);
}

function oneOf<T extends string>(
  text: string | null | undefined,
  values: readonly T[],
  what: string,
): T {
  const value = values.find((candidate) => candidate === text?.toLowerCase());
  if (value === undefined) {
    throw new PartFault(`${quoted(text ?? "")} is not ${what}`);
  }
  return value;
}

/** The priority of a rule or a collection; null when absent or not a whole number. */
export function readPriority(value: string | number | null | undefined): number | null {
  const priority = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof priority === "number" && Number.isSafeInteger(priority) ? priority : null;
}
