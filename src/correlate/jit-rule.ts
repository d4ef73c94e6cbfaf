import type { SecurityRule } from "../domain/security-rule.ts";

const RULE_NAME = /^(?:SecurityCenter|MicrosoftDefenderForCloud)-JITRule[-_]/i;
const COLLECTION_NAME = /^(?:ASC|MDC)-JIT/i;
const DESCRIPTION = /^(?:ASC|MDC) JIT Network Access rule\b/i;
const NAMES = /\bfor policy '([^']*)' of VM '([^']*)'/i;

/**
 * Whether a rule looks as JIT's rules do, in name or description, in either branding (sources: the JIT
 * self-help guide and the Defender for Cloud release notes). Looks prove nothing: anyone can copy them.
 */
export function looksLikeJit(rule: SecurityRule): boolean {
  return (
    RULE_NAME.test(rule.name) ||
    COLLECTION_NAME.test(rule.name) ||
    DESCRIPTION.test(rule.description)
  );
}

/** What a JIT rule's description names; null for each that it does not name. */
interface DescribedNames {
  readonly policy: string | null;
  readonly vm: string | null;
}

const NAMES_OF = new WeakMap<SecurityRule, DescribedNames>();

/**
 * The policy and the VM that a JIT rule's description names. Kept per rule object, because every request
 * is held against it.
 */
export function namesInDescription(rule: SecurityRule): DescribedNames {
  const known = NAMES_OF.get(rule);
  if (known !== undefined) {
    return known;
  }
  const match = NAMES.exec(rule.description);
  const names = { policy: match?.[1] || null, vm: match?.[2] || null };
  NAMES_OF.set(rule, names);
  return names;
}
