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
  readonly #byText = new Map<string, RuleReading>();
  readonly #byDigest = new Map<string, RuleReading>();
  readonly #limit: number;

  /** @param limit how many distinct rules to keep. */
  constructor(limit: number = DEFAULT_LIMIT) {
    this.#limit = limit;
  }

  /**
   * The reading of a rule.
   *
   * @param wire everything on the wire that the reading depends on.
   * @param read makes the reading when it is new; may throw a `PartFault`.
   */
  intern(wire: unknown, read: () => SecurityRule): RuleReading {
    const text = textOf(wire);
    if (text === null) {
      return this.#canonical(readingOf(read));
    }
    const known = this.#byText.get(text);
    if (known !== undefined) {
      return known;
    }
    if (this.#byText.size >= this.#limit) {
      this.#byText.clear();
      this.#byDigest.clear();
    }
    const reading = this.#canonical(readingOf(read));
    this.#byText.set(text, reading);
    return reading;
  }

  /** Rules that differ on the wire may say the same, as in a request and its response. */
  #canonical(reading: RuleReading): RuleReading {
    if (reading.rule === null) {
      return reading;
    }
    const known = this.#byDigest.get(reading.digest);
    if (known?.rule?.name === reading.rule.name) {
      return known;
    }
    this.#byDigest.set(reading.digest, reading);
    return reading;
  }
}

/** null for a value that nests too deep to be written down, as only hostile ones do. */
function textOf(wire: unknown): string | null {
  try {
    return JSON.stringify(wire);
  } catch {
    return null;
  }
}

function readingOf(read: () => SecurityRule): RuleReading {
  let fault = "";
  const rule = unlessFaulty(read, (reason) => {
    fault = reason;
  });
  return rule === null ? { rule, fault } : { rule, digest: digestOf(rule) };
}

/** Names differ in casing between the feeds, where they come from the resource ID. */
function digestOf(rule: SecurityRule): string {
  return hash("sha256", JSON.stringify({ ...rule, name: ruleKey(rule.name) })).slice(0, 32);
}
