import { z } from "zod";
import { ruleKey } from "../domain/security-rule.ts";
import type { SecurityRule } from "../domain/security-rule.ts";
import { withCanonicalKeys } from "./canonical-keys.ts";
import { isJsonObject } from "./wire-fields.ts";
import type { RuleInterner, RuleReading } from "./rule-interner.ts";
import {
  PartFault,
  quoted,
  readPorts,
  readPrefixes,
  readProtocol,
  singleAndList,
} from "./rule-parts.ts";

const DESCRIPTION_LIMIT = 1024;

const text = z.string().nullish();
const texts = z.array(z.string()).nullish();
const number = z.union([z.string(), z.number()]).nullish();
const groups = z.array(z.object({ id: z.string() })).nullish();

/**
 * `SecurityRule` of the Network resource provider, as bodies of NSG and rule writes carry it. A field
 * of the wrong type faults the whole rule: without it, the rule would say something else.
 */
const securityRule = z.object({
  name: text,
  properties: z.object({
    access: text,
    description: text,
    destinationAddressPrefix: text,
    destinationAddressPrefixes: texts,
    destinationApplicationSecurityGroups: groups,
    destinationPortRange: number,
    destinationPortRanges: z.array(z.union([z.string(), z.number()])).nullish(),
    direction: text,
    priority: number,
    protocol: text,
    sourceAddressPrefix: text,
    sourceAddressPrefixes: texts,
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
  const { name, properties } = isJsonObject(json) ? json : {};
  // Without `id` and `etag`, which differ from write to write.
  return isJsonObject(properties)
    ? rules.intern(ruleName ?? nameText(name), [ruleName, name, properties], () =>
        interpretRule({ name, properties }, ruleName),
      )
    : rules.intern(ruleName ?? "", [ruleName, json], () => interpretRule(json, ruleName));
}

function nameText(name: unknown): string {
  return typeof name === "string" ? name : "";
}

function parseRule(json: unknown): z.infer<typeof securityRule> {
  const parsed = securityRule.safeParse(json);
  if (!parsed.success) {
    throw new PartFault("it is not a security rule");
  }
  return parsed.data;
}

function interpretRule(json: unknown, ruleName: string | null): SecurityRule {
  const { name: own, properties: wire } = parseRule(withCanonicalKeys(json));
  const isOwn = ruleName === null || ruleKey(own ?? "") === ruleKey(ruleName);
  const name = isOwn ? (own ?? "") : ruleName;
  if (name === "") {
    throw new PartFault("it has no name");
  }
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
