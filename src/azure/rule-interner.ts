import { hash } from "node:crypto";
import { ruleKey } from "../domain/security-rule.ts";
import type { SecurityRule } from "../domain/security-rule.ts";
import { unlessFaulty } from "./rule-parts.ts";

/** A rule that was understood, or the reason why it was not. */
export type RuleReading =
  | {
      readonly rule: SecurityRule;
      /** Equal for rules with equal content, whatever the casing of their names. */
      readonly digest: string;
    }
  | { readonly rule: null; readonly fault: string };

const DEFAULT_LIMIT = 100_000;

/**
 * Keeps one object per distinct security rule. Each NSG write repeats all rules of the NSG, so almost
 * every rule of an export has been seen before. The memory is bounded: when it is full it starts anew.
 */
export class RuleInterner {
  readonly #readings = new Map<string, RuleReading>();
  readonly #limit: number;

  constructor(limit: number = DEFAULT_LIMIT) {
    this.#limit = limit;
  }

  /**
   * The reading kept under a key, which must hold everything that the reading depends on; made by
   * `read`, which may throw a `PartFault`, when the key is new.
   */
  intern(key: string, read: () => SecurityRule): RuleReading {
    const known = this.#readings.get(key);
    if (known !== undefined) {
      return known;
    }
    let fault = "";
    const rule = unlessFaulty(read, (reason) => {
      fault = reason;
    });
    const reading: RuleReading = rule === null ? { rule, fault } : { rule, digest: digestOf(rule) };
    if (this.#readings.size >= this.#limit) {
      this.#readings.clear();
    }
    this.#readings.set(key, reading);
    return reading;
  }
}

/** Names differ in casing between the feeds, where they come from the resource ID. */
function digestOf(rule: SecurityRule): string {
  return hash("sha256", JSON.stringify({ ...rule, name: ruleKey(rule.name) })).slice(0, 32);
}
