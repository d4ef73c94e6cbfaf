import type { RuleSet } from "../domain/security-rule.ts";
import { readNsgRules } from "./nsg-body.ts";
import type { RuleInterner } from "./rule-interner.ts";
import { isJsonObject } from "./wire-fields.ts";

/**
 * Reads the rules of an NSG as `GET` gives it. `partial` when a rule cannot be read, which is then
 * reported; `absent` when it shows no rules at all.
 */
export function readNsgResource(
  json: unknown,
  rules: RuleInterner,
  report: (fault: string) => void,
): RuleSet {
  const response = isJsonObject(json) ? { content: json, complete: true } : null;
  return readNsgRules({ request: null, response, properties: {} }, rules, null, report).ruleSet;
}
