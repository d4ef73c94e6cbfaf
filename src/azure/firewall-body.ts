import { z } from "zod";
import type { SecurityRule } from "../domain/security-rule.ts";
import { withCanonicalKeys } from "./canonical-keys.ts";
import type { RowBodies } from "./row-bodies.ts";
import type { RuleInterner } from "./rule-interner.ts";
import { readPorts, readPrefixes, readProtocol, singleAndList } from "./rule-parts.ts";
import { readRuleSet } from "./rule-set-body.ts";
import type { NamedReading, RuleSetReading } from "./rule-set-body.ts";
import { readPriority } from "./security-rule-body.ts";
import { isJsonObject, wireNumber, wireText, wireTexts } from "./wire-fields.ts";
import type { JsonObject } from "./wire-fields.ts";

const JIT_NAME = /^(?:asc|mdc)-jit/i;
const DESCRIPTION_LIMIT = 1024;
const COLLECTION_LISTS = ["natRuleCollections", "networkRuleCollections", "ruleCollections"];

const settings = z.object({
  action: z.object({ type: wireText }).nullish().catch(null),
  priority: wireNumber,
  rules: z.array(z.unknown()).nullish().catch(null),
});

/**
 * A rule collection: of an Azure Firewall with classic rules, where the settings stand under
 * `properties`, or of a rule collection group, where they stand at the top.
 */
const ruleCollection = settings.extend({
  name: wireText,
  properties: settings.nullish().catch(null),
});

/** A NAT or network rule of either kind of collection. */
const firewallRule = z.object({
  description: wireText,
  destinationAddresses: wireTexts,
  destinationIpGroups: wireTexts,
  destinationPorts: wireTexts,
  ipProtocols: wireTexts,
  name: wireText,
  protocols: wireTexts,
  sourceAddresses: wireTexts,
  sourceIpGroups: wireTexts,
  translatedAddress: wireText,
  translatedFqdn: wireText,
  translatedPort: wireNumber,
});

type WireFirewallRule = z.infer<typeof firewallRule>;

interface CollectionFacts {
  readonly name: string;
  readonly priority: number | null;
  readonly access: SecurityRule["access"];
}

/**
 * Reads JIT's rules from the bodies of a write of an Azure Firewall or of a rule collection group:
 * those whose own or whose collection's name begins with `ASC-JIT` or `MDC-JIT`. All others are none of
 * JIT's business and are passed over.
 */
export function readFirewallRules(
  bodies: RowBodies,
  rules: RuleInterner,
  report: (fault: string) => void,
): RuleSetReading {
  return readRuleSet(bodies, (properties) => listJitRules(properties, rules), report);
}

function listJitRules(properties: JsonObject, rules: RuleInterner): readonly NamedReading[] | null {
  const canonical = withCanonicalKeys(properties);
  const lists = COLLECTION_LISTS.map((key): unknown =>
    isJsonObject(canonical) ? canonical[key] : null,
  ).filter((list): list is readonly unknown[] => Array.isArray(list));
  return lists.length === 0
    ? null
    : lists.flat().flatMap((collection) => jitRulesOf(collection, rules));
}

function jitRulesOf(json: unknown, rules: RuleInterner): readonly NamedReading[] {
  const collection = ruleCollection.safeParse(json);
  if (!collection.success) {
    return [];
  }
  const { name, properties } = collection.data;
  const { action, priority, rules: list } = properties ?? collection.data;
  const facts: CollectionFacts = {
    name: name ?? "",
    priority: readPriority(priority),
    access: action?.type?.toLowerCase() === "deny" ? "deny" : "allow",
  };
  return (list ?? []).flatMap((item): readonly NamedReading[] => {
    const rule = firewallRule.safeParse(item);
    if (!rule.success) {
      return [];
    }
    const ruleName = rule.data.name ?? "";
    if (!JIT_NAME.test(facts.name) && !JIT_NAME.test(ruleName)) {
      return [];
    }
    const label = `${facts.name}/${ruleName}`;
    const wire = [label, facts, rule.data];
    const read = (): SecurityRule => interpretRule(label, facts, rule.data);
    return [{ label, reading: rules.intern(label, wire, read) }];
  });
}

function interpretRule(name: string, facts: CollectionFacts, wire: WireFirewallRule): SecurityRule {
  const translated = singleAndList(wire.translatedPort, null);
  const publicPorts = wire.destinationPorts ?? [];
  const isNat = translated.length > 0;
  const target = wire.translatedAddress ?? wire.translatedFqdn;
  const [mapped] = isNat && publicPorts.length > 0 ? readPorts(publicPorts) : [];
  return {
    name,
    access: facts.access,
    direction: "inbound",
    protocol: readProtocols(wire.protocols ?? wire.ipProtocols ?? []),
    priority: facts.priority,
    ports: readPorts(isNat ? translated : publicPorts),
    sources: readPrefixes(
      [...(wire.sourceAddresses ?? []), ...(wire.sourceIpGroups ?? [])],
      "source",
    ),
    destinations: readPrefixes(
      isNat && target !== null && target !== undefined
        ? [target]
        : [...(wire.destinationAddresses ?? []), ...(wire.destinationIpGroups ?? [])],
      "destination",
    ),
    description: (wire.description ?? "").slice(0, DESCRIPTION_LIMIT),
    mappedPort: mapped?.from ?? null,
  };
}

/** A firewall rule may name several protocols; together they are told as any. */
function readProtocols(texts: readonly string[]): string {
  const [first = "*", ...others] = new Set(texts.map(readProtocol));
  return others.length === 0 ? first : "*";
}
