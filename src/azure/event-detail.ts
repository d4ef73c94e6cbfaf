import type { EventDetail } from "../domain/activity-event.ts";
import { NSG_TYPE, RULE_TYPE } from "../domain/resource-id.ts";
import type { ResourceId } from "../domain/resource-id.ts";
import { readFirewallRules } from "./firewall-body.ts";
import { readJitRequest } from "./jit-request-body.ts";
import { readNsgRules } from "./nsg-body.ts";
import type { OperationKind } from "./relevant-operation.ts";
import { readBodies } from "./row-bodies.ts";
import type { RowBodies } from "./row-bodies.ts";
import type { RuleInterner } from "./rule-interner.ts";
import type { CutRow } from "./rule-list-text.ts";
import type { RuleSetReading } from "./rule-set-body.ts";
import { quoted } from "./rule-parts.ts";
import { readSecurityRule } from "./security-rule-body.ts";

/** What a row says, and a text that is equal for rows that say the same, in whatever form they came. */
export interface DetailReading {
  readonly detail: EventDetail;
  readonly digest: string;
}

/** The resource type that an operation must act upon, where the reading depends on it. */
const RESOURCE_TYPES: Readonly<Partial<Record<OperationKind, string>>> = {
  "nsg-write": NSG_TYPE,
  "nsg-delete": NSG_TYPE,
  "rule-write": RULE_TYPE,
  "rule-delete": RULE_TYPE,
};

/** Whether the resource is of the type that the operation acts upon. */
export function fitsOperation(kind: OperationKind, resource: ResourceId): boolean {
  const type = RESOURCE_TYPES[kind];
  return type === undefined || type === resource.type;
}

/**
 * Reads what a row of a relevant operation says. What could not be understood goes to `report`.
 *
 * @param cut where rule lists are that were taken out of the properties; null when none was.
 */
export function readDetail(
  kind: OperationKind,
  resource: ResourceId,
  properties: unknown,
  rules: RuleInterner,
  cut: CutRow | null,
  report: (fault: string) => void,
): DetailReading {
  switch (kind) {
    case "jit-request": {
      const body = readJitRequest(readBodies(properties), report);
      return { detail: { kind, body }, digest: JSON.stringify(body) };
    }
    case "jit-policy-write":
      return { detail: { kind: "jit-policy-change", change: "write" }, digest: "" };
    case "jit-policy-delete":
      return { detail: { kind: "jit-policy-change", change: "delete" }, digest: "" };
    case "nsg-write":
      return withRuleSet(kind, readNsgRules(readBodies(properties), rules, cut, report));
    case "firewall-write":
      return withRuleSet(kind, readFirewallRules(readBodies(properties), rules, report));
    case "rule-write":
      return readRuleWrite(resource.name, readBodies(properties), rules, report);
    case "rule-delete":
      return { detail: { kind, ruleName: resource.name }, digest: "" };
    default:
      return { detail: { kind }, digest: "" };
  }
}

function withRuleSet(
  kind: "nsg-write" | "firewall-write",
  { ruleSet, source, digest }: RuleSetReading,
): DetailReading {
  return { detail: { kind, ruleSet, source }, digest };
}

function readRuleWrite(
  ruleName: string,
  bodies: RowBodies,
  rules: RuleInterner,
  report: (fault: string) => void,
): DetailReading {
  const faults: string[] = [];
  for (const source of ["response", "request"] as const) {
    const body = bodies[source];
    if (body !== null && !body.complete) {
      faults.push(`the ${source} body is cut off or unreadable`);
    } else if (body !== null) {
      const reading = readSecurityRule(body.content, rules, ruleName);
      if (reading.rule !== null) {
        const detail = { kind: "rule-write" as const, rule: reading.rule, ruleName, source };
        return { detail, digest: `${source},${reading.digest}` };
      }
      faults.push(`rule ${quoted(ruleName)} was left out, because ${reading.fault}`);
    }
  }
  faults.forEach(report);
  return { detail: { kind: "rule-write", rule: null, ruleName, source: "none" }, digest: "" };
}
