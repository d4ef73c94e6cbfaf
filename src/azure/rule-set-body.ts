import type { BodySource } from "../domain/activity-event.ts";
import type { RuleSet, SecurityRule } from "../domain/security-rule.ts";
import { withCanonicalKeys } from "./canonical-keys.ts";
import type { RowBodies, RowBody } from "./row-bodies.ts";
import type { RuleReading } from "./rule-interner.ts";
import { quoted } from "./rule-parts.ts";
import { isJsonObject } from "./wire-fields.ts";
import type { JsonObject } from "./wire-fields.ts";

/** The rules that a row's bodies tell, which body told them, and a text that is equal for equal sets. */
export interface RuleSetReading {
  readonly ruleSet: RuleSet;
  readonly source: BodySource;
  readonly digest: string;
}

/**
 * Takes the readings of all rules out of a whole resource's body whose known keys are canonical;
 * null when the body has no rule list.
 */
export type RuleLister = (properties: JsonObject) => readonly NamedReading[] | null;

/** A rule's reading, and how its fault is told. */
export interface NamedReading {
  /** What the rule calls itself, for a fault's words. */
  readonly label: string;
  readonly reading: RuleReading;
}

/**
 * Reads which rules an NSG or firewall has after a write. A complete response is the result itself; a
 * complete request is what was asked for; a body that was cut off still shows the rules that it holds
 * whole.
 */
export function readRuleSet(
  bodies: RowBodies,
  list: RuleLister,
  report: (fault: string) => void,
): RuleSetReading {
  const known = [
    { body: bodies.response, source: "response" as const },
    { body: bodies.request, source: "request" as const },
  ].flatMap(({ body, source }) =>
    body === null ? [] : [{ body, source, readings: readingsOf(body, list) }],
  );
  const whole = known.find(({ body, readings }) => body.complete && readings !== null);
  if (whole !== undefined) {
    return ruleSetOf(whole.readings ?? [], "complete", whole.source, report);
  }
  if (bodies.request?.complete === true && leavesRulesAlone(bodies.request.content)) {
    return ruleSetOf([], "unchanged", "request", report);
  }
  const cut = known.filter(({ body }) => !body.complete);
  const best = cut.find(({ readings }) => readings !== null) ?? cut[0];
  if (best === undefined) {
    return ruleSetOf([], "absent", "none", report);
  }
  report(`the ${best.source} body is cut off or unreadable`);
  return ruleSetOf(best.readings ?? [], "partial", best.source, report);
}

function readingsOf(body: RowBody, list: RuleLister): readonly NamedReading[] | null {
  const direct = listIn(body.content, list);
  if (direct !== null) {
    return direct;
  }
  const canonical = withCanonicalKeys(body.content);
  return isJsonObject(canonical) ? listIn(canonical, list) : null;
}

function listIn(content: JsonObject, list: RuleLister): readonly NamedReading[] | null {
  const properties = content["properties"];
  return isJsonObject(properties) ? list(properties) : null;
}

/** A tags update (PATCH) carries `tags` alone. */
function leavesRulesAlone(content: JsonObject): boolean {
  const keys = new Set(Object.keys(content).map((key) => key.toLowerCase()));
  return keys.has("tags") && !keys.has("location") && !keys.has("properties");
}

function ruleSetOf(
  readings: readonly NamedReading[],
  completeness: RuleSet["completeness"],
  source: BodySource,
  report: (fault: string) => void,
): RuleSetReading {
  const rules: SecurityRule[] = [];
  const digests: string[] = [];
  for (const { label, reading } of readings) {
    if (reading.rule === null) {
      report(`rule ${quoted(label)} was left out, because ${reading.fault}`);
    } else {
      rules.push(reading.rule);
      digests.push(reading.digest);
    }
  }
  const known = rules.length === readings.length ? completeness : "partial";
  return {
    ruleSet: { completeness: known, rules },
    source,
    digest: [known, source, ...digests].join(","),
  };
}
