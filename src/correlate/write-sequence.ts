import type { Duration } from "../domain/instant.ts";
import { MINUTE } from "../domain/instant.ts";
import { ruleKey } from "../domain/security-rule.ts";
import type { RuleWrite } from "./rule-writes.ts";

/** How long the rows of one write may lie apart. */
export const LONGEST_WRITE: Duration = 2 * MINUTE;

/** A rule, with the indices of the first and of the last of its container's writes that show it. */
export interface SeenRule {
  readonly ruleKey: string;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

/**
 * The writes of one container, in the order of their first rows. That order is not always the true one:
 * where the row of a beginning is not in the log, or two writes bear one time, the later may have come
 * first.
 */
export class WriteSequence {
  readonly #writes: readonly RuleWrite[];

  /** @param writes in order of time. */
  constructor(writes: readonly RuleWrite[]) {
    this.#writes = writes;
  }

  /** How many writes there are. */
  get length(): number {
    return this.#writes.length;
  }

  /** The write at an index; undefined outside of the sequence. */
  at(index: number): RuleWrite | undefined {
    return this.#writes[index];
  }

  /** Whether the later of two writes may have come first. */
  mayPrecede(later: number, earlier: number): boolean {
    const [first, write] = [this.#writes[earlier], this.#writes[later]];
    if (first === undefined || write === undefined) {
      return false;
    }
    return write.at - first.at <= (write.startSeen ? 0 : LONGEST_WRITE);
  }

  /** Whether the write may have come before the one that stands before it. */
  mayBeStale(index: number): boolean {
    return this.mayPrecede(index, index - 1);
  }

  /**
   * The writes that may have made a rule that `index` is the first to show: those after `known`, the last
   * one that told of the rule, whose rows do not tell, and those of a moment later that may have come first.
   * Sightings make nothing, so none is among them.
   */
  makers(known: number, index: number, key: string): RuleWrite[] {
    const before = this.#writes.slice(known + 1, index).filter((write) => mayHide(write, key));
    const shown = this.#writes[index];
    const after = this.#overtaking(index).filter(
      (write) => mayHide(write, key) || showsRule(write, key),
    );
    return [...before, ...(shown === undefined ? [] : [shown]), ...after].filter(isWrite);
  }

  /**
   * The writes that may have ended a rule, although none of them says so for sure: those around `lastSeen`,
   * the last one that shows it, in whichever order they came, and those up to `to`. What surely came before
   * `firstSeen`, the first one that shows it, ended nothing, however soon afterwards somebody looked.
   */
  possibleEnds({ firstSeen, lastSeen, ruleKey: key }: SeenRule, to: number): RuleWrite[] {
    let from = lastSeen;
    while (this.mayPrecede(lastSeen, from - 1)) {
      from -= 1;
    }
    const around = this.#writes
      .slice(from, lastSeen)
      .filter(
        (write, at) =>
          mayEnd(write, key) && (from + at > firstSeen || this.mayPrecede(firstSeen, from + at)),
      );
    const between = this.#writes
      .slice(lastSeen + 1, to)
      .filter(
        (write, at) =>
          mayEnd(write, key) && (isUnsure(write, key) || this.mayBeStale(lastSeen + 1 + at)),
      );
    return [...around, ...between].filter(isWrite);
  }

  /** The writes after `index` that may have come before it and ended the rule. */
  overtakingEnds(index: number, key: string): RuleWrite[] {
    return this.#overtaking(index).filter((write) => isWrite(write) && mayEnd(write, key));
  }

  #overtaking(index: number): RuleWrite[] {
    const found: RuleWrite[] = [];
    for (let later = index + 1; later < this.#writes.length; later += 1) {
      const write = this.#writes[later];
      const first = this.#writes[index];
      if (write === undefined || first === undefined || write.at - first.at > LONGEST_WRITE) {
        break;
      }
      if (this.mayPrecede(later, index)) {
        found.push(write);
      }
    }
    return found;
  }
}

function isWrite({ isSighting }: RuleWrite): boolean {
  return !isSighting;
}

/** Whether a write may have made or kept the rule without telling so. */
function mayHide({ effect }: RuleWrite, key: string): boolean {
  return (
    effect.kind === "partial-state" ||
    (effect.kind === "unknown" && (effect.ruleKey === null || effect.ruleKey === key))
  );
}

/** Whether the write leaves the rule in place. */
function showsRule({ effect }: RuleWrite, key: string): boolean {
  switch (effect.kind) {
    case "state":
    case "partial-state":
      return effect.rules.some((rule) => ruleKey(rule.name) === key);
    case "put-rule":
      return ruleKey(effect.rule.name) === key;
    default:
      return false;
  }
}

/** Whether the rule may be gone after the write. */
function mayEnd(write: RuleWrite, key: string): boolean {
  switch (write.effect.kind) {
    case "put-rule":
      return false;
    case "delete-rule":
      return write.effect.ruleKey === key;
    case "unknown":
      return mayHide(write, key);
    default:
      return !showsRule(write, key);
  }
}

/** Whether the write says for sure that the rule is gone after it. */
export function endsRule(write: RuleWrite, key: string): boolean {
  return mayEnd(write, key) && !isUnsure(write, key);
}

/** Whether the write does not say for sure that it ended the rule. */
function isUnsure(write: RuleWrite, key: string): boolean {
  return write.outcome === "unseen" || mayHide(write, key);
}
