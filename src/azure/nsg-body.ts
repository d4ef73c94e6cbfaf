import type { RowBodies } from "./row-bodies.ts";
import type { RuleInterner } from "./rule-interner.ts";
import type { CutRow } from "./rule-list-text.ts";
import { readRuleSet } from "./rule-set-body.ts";
import type { RuleSetReading } from "./rule-set-body.ts";
import { readSecurityRule } from "./security-rule-body.ts";
import { isJsonObject } from "./wire-fields.ts";

/**
 * Reads the rules of an NSG from the bodies of `networkSecurityGroups/write`. The rules that Azure
 * gives to every NSG (`defaultSecurityRules`) are not among them.
 *
 * @param cut where rule lists are that were taken out of the bodies; null when none was.
 */
export function readNsgRules(
  bodies: RowBodies,
  rules: RuleInterner,
  cut: CutRow | null,
  report: (fault: string) => void,
): RuleSetReading {
  return readRuleSet(
    bodies,
    (properties) => {
      const list: unknown = properties["securityRules"];
      const known = cut?.take(list) ?? null;
      if (known !== null) {
        return known;
      }
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
