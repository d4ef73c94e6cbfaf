import type { RowBodies } from "./row-bodies.ts";
import type { RuleInterner } from "./rule-interner.ts";
import { readRuleSet } from "./rule-set-body.ts";
import type { RuleSetReading } from "./rule-set-body.ts";
import { readSecurityRule } from "./security-rule-body.ts";
import { isJsonObject } from "./wire-fields.ts";

/**
 * Reads the rules of an NSG from the bodies of `networkSecurityGroups/write`. The rules that Azure
 * gives to every NSG (`defaultSecurityRules`) are not among them.
 */
export function readNsgRules(
  bodies: RowBodies,
  rules: RuleInterner,
  report: (fault: string) => void,
): RuleSetReading {
  return readRuleSet(
    bodies,
    (properties) => {
      const list: unknown = properties["securityRules"];
      if (!Array.isArray(list)) {
        return null;
      }
      return list.map((json: unknown) => ({
        label: labelOf(json),
        reading: readSecurityRule(json, rules),
      }));
    },
    report,
  );
}

function labelOf(json: unknown): string {
  const name = isJsonObject(json) ? json["name"] : null;
  return typeof name === "string" ? name : "";
}
