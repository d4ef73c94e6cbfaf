import type { Actor } from "../domain/principal.ts";
import type { PortRange, RuleSet, SecurityRule } from "../domain/security-rule.ts";
import { isNumber, isText, listOf, oneOf, orNull, record } from "./shape.ts";
import type { Shape } from "./shape.ts";

export const portShape: Shape<PortRange> = record<PortRange>({ from: isNumber, to: isNumber });

export const ruleShape: Shape<SecurityRule> = record<SecurityRule>({
  name: isText,
  access: oneOf<SecurityRule["access"]>({ allow: true, deny: true }),
  direction: oneOf<SecurityRule["direction"]>({ inbound: true, outbound: true }),
  protocol: isText,
  priority: orNull(isNumber),
  ports: listOf(portShape),
  sources: listOf(isText),
  destinations: listOf(isText),
  description: isText,
  mappedPort: orNull(isNumber),
});

export const ruleSetShape: Shape<RuleSet> = record<RuleSet>({
  completeness: oneOf<RuleSet["completeness"]>({
    complete: true,
    partial: true,
    absent: true,
    unchanged: true,
  }),
  rules: listOf(ruleShape),
});

export const actorShape: Shape<Actor> = record<Actor>({
  key: isText,
  name: isText,
  objectId: orNull(isText),
  kind: orNull(oneOf<"user" | "app">({ user: true, app: true })),
});

const MOST_RULES = 100_000;

/**
 * Keeps one object per distinct security rule: each NSG write repeats all rules of the NSG, and the
 * correlator holds every event of an Azure subscription at once.
 */
export class RuleSharing {
  readonly #rules = new Map<string, SecurityRule>();

  /** The rule, or an equal one that was seen before. */
  share(rule: SecurityRule): SecurityRule {
    const key = JSON.stringify(rule);
    const known = this.#rules.get(key);
    if (known !== undefined) {
      return known;
    }
    if (this.#rules.size >= MOST_RULES) {
      this.#rules.clear();
    }
    this.#rules.set(key, rule);
    return rule;
  }

  /** The set, with its rules shared. */
  shareAll(ruleSet: RuleSet): RuleSet {
    return { ...ruleSet, rules: ruleSet.rules.map((rule) => this.share(rule)) };
  }
}
