import type { SecurityRule } from "../domain/security-rule.ts";
import { withCanonicalKeys } from "./canonical-keys.ts";
import type { RowBodies } from "./row-bodies.ts";
import type { RuleInterner } from "./rule-interner.ts";
import { readPorts, readPrefixes, readProtocol, singleAndList } from "./rule-parts.ts";
import { readRuleSet } from "./rule-set-body.ts";
import type { NamedReading, RuleSetReading } from "./rule-set-body.ts";
import { readPriority } from "./security-rule-body.ts";
import { isJsonObject, wireList, wireNumber, wireText, wireTexts } from "./wire-fields.ts";
import type { JsonObject } from "./wire-fields.ts";

const JIT_NAME = /^(?:asc|mdc)-jit/i;
const DESCRIPTION_LIMIT = 1024;
const COLLECTION_LISTS = ["natRuleCollections", "networkRuleCollections", "ruleCollections"];

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

/**
 * The rules of a collection: of an Azure Firewall with classic rules, where the settings stand under
 * `properties`, or of a rule collection group, where they stand at the top.
 */
function jitRulesOf(json: unknown, rules: RuleInterner): readonly NamedReading[] {
  if (!isJsonObject(json)) {
    return [];
  }
  const settings = isJsonObject(json["properties"]) ? json["properties"] : json;
  const action = isJsonObject(settings["action"]) ? wireText(settings["action"]["type"]) : null;
  const facts: CollectionFacts = {
    name: wireText(json["name"]) ?? "",
    priority: readPriority(wireNumber(settings["priority"])),
    access: action?.toLowerCase() === "deny" ? "deny" : "allow",
  };
  return (wireList(settings["rules"]) ?? []).flatMap((item): readonly NamedReading[] => {
    const ruleName = isJsonObject(item) ? (wireText(item["name"]) ?? "") : "";
    if (!isJsonObject(item) || (!JIT_NAME.test(facts.name) && !JIT_NAME.test(ruleName))) {
      return [];
    }
    const label = `${facts.name}/${ruleName}`;
    const read = (): SecurityRule => interpretRule(label, facts, item);
    return [{ label, reading: rules.intern([label, facts, item], read) }];
  });
}

/** Reads a NAT or network rule of either kind of collection. */
function interpretRule(name: string, facts: CollectionFacts, wire: JsonObject): SecurityRule {
  const texts = (key: string): readonly string[] => wireTexts(wire[key]) ?? [];
  const translated = singleAndList(wireNumber(wire["translatedPort"]), null);
  const publicPorts = texts("destinationPorts");
  const isNat = translated.length > 0;
  const target = wireText(wire["translatedAddress"]) ?? wireText(wire["translatedFqdn"]);
  const [mapped] = isNat && publicPorts.length > 0 ? readPorts(publicPorts) : [];
  return {
    name,
    access: facts.access,
    direction: "inbound",
    protocol: readProtocols(wireTexts(wire["protocols"]) ?? texts("ipProtocols")),
    priority: facts.priority,
    ports: readPorts(isNat ? translated : publicPorts),
    sources: readPrefixes([...texts("sourceAddresses"), ...texts("sourceIpGroups")], "source"),
    destinations: readPrefixes(
      isNat && target !== null
        ? [target]
        : [...texts("destinationAddresses"), ...texts("destinationIpGroups")],
      "destination",
    ),
    description: (wireText(wire["description"]) ?? "").slice(0, DESCRIPTION_LIMIT),
    mappedPort: mapped?.from ?? null,
  };
}

/** A firewall rule may name several protocols; together they are told as any. */
function readProtocols(texts: readonly string[]): string {
  const [first = "*", ...others] = new Set(texts.map(readProtocol));
  return others.length === 0 ? first : "*";
}
