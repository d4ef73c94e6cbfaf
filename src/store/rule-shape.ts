import { z } from "zod";
import type { Actor } from "../domain/principal.ts";
import type { PortRange, RuleSet, SecurityRule } from "../domain/security-rule.ts";
import { shapeOf } from "./stored-shape.ts";

export const portShape: z.ZodType<PortRange> = shapeOf<PortRange>()(
  z.object({ from: z.number(), to: z.number() }),
);

export const ruleShape: z.ZodType<SecurityRule> = shapeOf<SecurityRule>()(
  z.object({
    name: z.string(),
    access: z.enum(["allow", "deny"]),
    direction: z.enum(["inbound", "outbound"]),
    protocol: z.string(),
    priority: z.number().nullable(),
    ports: z.array(portShape),
    sources: z.array(z.string()),
    destinations: z.array(z.string()),
    description: z.string(),
    mappedPort: z.number().nullable(),
  }),
);

export const ruleSetShape: z.ZodType<RuleSet> = shapeOf<RuleSet>()(
  z.object({
    completeness: z.enum(["complete", "partial", "absent", "unchanged"]),
    rules: z.array(ruleShape),
  }),
);

export const actorShape: z.ZodType<Actor> = shapeOf<Actor>()(
  z.object({
    key: z.string(),
    name: z.string(),
    objectId: z.string().nullable(),
    kind: z.enum(["user", "app"]).nullable(),
  }),
);

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
