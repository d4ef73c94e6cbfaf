import { sourcesKey } from "../domain/address-prefix.ts";
import { compareText } from "../domain/compare-text.ts";
import type { Instant } from "../domain/instant.ts";
import type { ResourceId } from "../domain/resource-id.ts";
import type { PortRange, SecurityRule } from "../domain/security-rule.ts";
import { portText, ruleKey } from "../domain/security-rule.ts";
import type { RuleWrite } from "./rule-writes.ts";
import { endsRule, LONGEST_WRITE, WriteSequence } from "./write-sequence.ts";

/** A port that an inbound allow rule exposed, from the write that showed it to the one that ended it. */
export interface Span {
  readonly container: ResourceId;
  readonly ruleKey: string;
  readonly port: PortRange;
  readonly rule: SecurityRule;
  /** How many earlier spans the same rule and port had. */
  readonly ordinal: number;
  /** The writes that may have opened the port, oldest first. */
  readonly writes: readonly RuleWrite[];
  /** The write that first shows the port open. */
  readonly seenIn: RuleWrite;
  /** Whether the rule may have stood before anything that the log tells of it. */
  readonly maybeBefore: boolean;
  /** Whether a later write shows that the rule was there, whatever the outcome of `seenIn`. */
  readonly confirmed: boolean;
  readonly end: SpanEnd | null;
  /**
   * While it stands: later writes that may have removed it, because they do not carry their rules, or
   * removed it with an outcome that is not in the log.
   */
  readonly unsureSince: readonly RuleWrite[];
  /** When the NSG itself last showed the rule, since the span began; null when nobody looked. */
  readonly sightedAt: Instant | null;
}

/** How a span ended. */
export interface SpanEnd {
  readonly at: Instant;
  readonly how: "gone" | "changed" | "container-deleted";
  /** The writes that may have ended it; the last one shows that it was gone. */
  readonly writes: readonly RuleWrite[];
}

interface LiveSpan extends Span {
  /** Index in the container's writes of the one that first shows the rule. */
  readonly firstSeen: number;
  /** Index in the container's writes of the last one that shows the rule. */
  lastSeen: number;
  writes: readonly RuleWrite[];
  confirmed: boolean;
  /** With the index in the container's writes of the one that shows it. */
  end: (SpanEnd & { readonly index: number }) | null;
  unsureSince: readonly RuleWrite[];
  sightedAt: Instant | null;
  seenIn: RuleWrite;
  content: string;
}

/**
 * The spans of one container (NSG, firewall), by difference between the states that its writes leave.
 *
 * @param writes successful and undecided writes of this container, in order of time.
 */
export function spansOf(writes: readonly RuleWrite[]): Span[] {
  const history = new ContainerHistory(writes);
  writes.forEach((write, index) => {
    history.apply(write, index);
  });
  return history.finish();
}

/** A fixed order of spans: by the writes that first show them. */
export function bySeenIn(a: Span, b: Span): number {
  return (
    a.seenIn.at - b.seenIn.at ||
    compareText(a.ruleKey, b.ruleKey) ||
    compareText(portText(a.port), portText(b.port)) ||
    a.ordinal - b.ordinal
  );
}

class ContainerHistory {
  readonly #all: LiveSpan[] = [];
  /** By rule, then by port. */
  readonly #live = new Map<string, Map<string, LiveSpan>>();
  readonly #latest = new Map<string, LiveSpan>();
  readonly #writes: WriteSequence;
  /** Indices of the writes after which every rule was known, ascending. */
  readonly #completeAt: number[] = [];
  /** Per rule: index of the last write that told everything about that rule. */
  readonly #ruleKnownAt = new Map<string, number>();

  /** Spans whose end only a sighting of a moment ago shows. */
  readonly #sightedEnds = new Set<LiveSpan>();

  constructor(writes: readonly RuleWrite[]) {
    this.#writes = new WriteSequence(writes);
  }

  apply(write: RuleWrite, index: number): void {
    const { effect } = write;
    this.#adoptEnds(write);
    switch (effect.kind) {
      case "state":
        // What a state of an earlier moment lacks may have been added since.
        this.#applyState(effect.rules, index, !this.#writes.mayBeStale(index));
        return;
      case "partial-state":
        this.#applyState(effect.rules, index, false);
        return;
      case "put-rule":
        this.#applyRule(effect.rule, index, false);
        return;
      case "delete-rule":
        this.#closeRule(effect.ruleKey, index, "gone");
        this.#knowRule(effect.ruleKey, index);
        return;
      case "delete-container":
        for (const key of this.#live.keys()) {
          this.#closeRule(key, index, "container-deleted");
        }
        this.#knowAll(index);
        return;
      case "unknown":
        return;
    }
  }

  finish(): Span[] {
    for (const span of this.#all) {
      if (span.end === null) {
        span.unsureSince = this.#writes.possibleEnds(span, this.#writes.length);
      }
    }
    return this.#all;
  }

  #applyState(rules: readonly SecurityRule[], index: number, complete: boolean): void {
    const present = new Set<string>();
    for (const rule of rules) {
      present.add(ruleKey(rule.name));
      this.#applyRule(rule, index, true);
    }
    if (complete) {
      for (const key of this.#live.keys()) {
        if (!present.has(key)) {
          this.#closeRule(key, index, "gone");
        }
      }
      this.#knowAll(index);
    }
  }

  #applyRule(rule: SecurityRule, index: number, fromState: boolean): void {
    const key = ruleKey(rule.name);
    const wanted = opensPorts(rule) ? rule.ports : [];
    const content = contentOf(rule);
    for (const span of this.#spansOf(key)) {
      if (span.content !== content || !wanted.some((port) => samePort(port, span.port))) {
        this.#close(span, index, "changed");
      }
    }
    for (const port of wanted) {
      const live = this.#live.get(key)?.get(portText(port));
      if (live === undefined) {
        this.#open({ key, port, rule, content }, index, fromState);
      } else {
        this.#confirm(live, index);
      }
    }
    this.#knowRule(key, index);
  }

  #confirm(span: LiveSpan, index: number): void {
    const [write, { seenIn }] = [this.#writes.at(index), span];
    if (write !== undefined) {
      adopt(span, write);
    }
    // Had the write that first shows the rule failed, somebody else's that carries it made it. The
    // names of the provider's own rules come from nowhere but its own writes.
    const mayBeAnothers =
      !span.confirmed &&
      seenIn.outcome === "unseen" &&
      seenIn.proof !== "provider" &&
      write?.isSighting === false &&
      write.actor?.key !== seenIn.actor?.key;
    if (write !== undefined && mayBeAnothers && !span.writes.includes(write)) {
      span.writes = [...span.writes, write];
    }
    span.lastSeen = index;
    span.confirmed = true;
  }

  /** A write without a known outcome may have failed: what it would have removed may stand. */
  #knowAll(index: number): void {
    if (this.#writes.at(index)?.outcome !== "unseen") {
      this.#completeAt.push(index);
    }
  }

  #knowRule(key: string, index: number): void {
    if (this.#writes.at(index)?.outcome !== "unseen") {
      this.#ruleKnownAt.set(key, index);
    }
  }

  #open(
    item: { key: string; port: PortRange; rule: SecurityRule; content: string },
    index: number,
    fromState: boolean,
  ): void {
    const { key, port, rule, content } = item;
    const before = this.#latest.get(itemKey(key, port));
    if (before !== undefined && this.#wasNeverClosed(before, content, index)) {
      before.end = null;
      before.lastSeen = index;
      before.confirmed = true;
      this.#setLive(before);
      return;
    }
    const write = this.#writes.at(index);
    if (write === undefined) {
      return;
    }
    const knownAbsent = this.#lastKnown(key, index);
    const maybeBefore = knownAbsent < 0 && fromState;
    const since = this.#writes.at(knownAbsent)?.at ?? Number.NEGATIVE_INFINITY;
    const { writes, seenIn } = makersOf(
      this.#writes.makers(knownAbsent, index, key),
      write.isSighting ? { ...write, since } : write,
    );
    const span: LiveSpan = {
      container: write.container,
      ruleKey: key,
      port,
      rule,
      content,
      ordinal: before === undefined ? 0 : before.ordinal + 1,
      writes,
      seenIn,
      maybeBefore,
      confirmed: write.isSighting,
      end: null,
      unsureSince: [],
      sightedAt: write.isSighting ? write.at : null,
      firstSeen: index,
      lastSeen: index,
    };
    this.#all.push(span);
    this.#setLive(span);
    this.#latest.set(itemKey(key, port), span);
  }

  /** Index of the last write that surely came before and told of the rule; -1 without any. */
  #lastKnown(key: string, index: number): number {
    const isBefore = (other: number) => !this.#writes.mayPrecede(index, other);
    const told = this.#ruleKnownAt.get(key) ?? -1;
    return Math.max(this.#completeAt.findLast(isBefore) ?? -1, isBefore(told) ? told : -1);
  }

  /**
   * A change without a known outcome did not happen when the rule stands there as before; nor may a
   * removal have happened when the rule stands in a state that may be older than the removal.
   */
  #wasNeverClosed(span: LiveSpan, content: string, index: number): boolean {
    const { end } = span;
    if (end === null || span.content !== content) {
      return false;
    }
    return (
      this.#writes.at(end.index)?.outcome === "unseen" || this.#writes.mayPrecede(index, end.index)
    );
  }

  /**
   * Clocks differ: the removal of a rule that the NSG itself no longer showed may bear a later time, and
   * is still what ended it.
   */
  #adoptEnds(write: RuleWrite): void {
    if (write.isSighting) {
      return;
    }
    for (const span of this.#sightedEnds) {
      const { end } = span;
      const isLate = end === null || write.at - end.at > LONGEST_WRITE;
      if (end !== null && !isLate && endsRule(write, span.ruleKey)) {
        span.end = { ...end, at: write.at, writes: [write] };
      }
      if (isLate || span.end !== end) {
        this.#sightedEnds.delete(span);
      }
    }
  }

  #closeRule(key: string, index: number, how: SpanEnd["how"]): void {
    for (const span of this.#spansOf(key)) {
      this.#close(span, index, how);
    }
  }

  #close(span: LiveSpan, index: number, how: SpanEnd["how"]): void {
    const write = this.#writes.at(index);
    // A removal without a known outcome is shown by the next state, if it happened.
    if (write !== undefined && (write.outcome !== "unseen" || how === "changed")) {
      const writes = [
        ...this.#writes.possibleEnds(span, index),
        ...this.#writes.overtakingEnds(index, span.ruleKey),
        write,
      ];
      span.end = { at: write.at, how, writes, index };
      if (write.isSighting) {
        this.#sightedEnds.add(span);
      }
      const live = this.#live.get(span.ruleKey);
      live?.delete(portText(span.port));
      if (live?.size === 0) {
        this.#live.delete(span.ruleKey);
      }
    }
  }

  #setLive(span: LiveSpan): void {
    const live = this.#live.get(span.ruleKey) ?? new Map<string, LiveSpan>();
    live.set(portText(span.port), span);
    this.#live.set(span.ruleKey, live);
  }

  #spansOf(key: string): LiveSpan[] {
    return [...(this.#live.get(key)?.values() ?? [])];
  }
}

/**
 * The writes that may have made a rule that a write or a sighting first shows. A sighting makes nothing:
 * it stands for the write only where the log has none.
 */
function makersOf(
  makers: readonly RuleWrite[],
  shownBy: RuleWrite,
): Pick<Span, "writes" | "seenIn"> {
  if (!shownBy.isSighting) {
    return { writes: makers, seenIn: shownBy };
  }
  const [only, ...more] = makers;
  if (only === undefined) {
    return { writes: [shownBy], seenIn: shownBy };
  }
  return { writes: makers, seenIn: more.length === 0 ? only : shownBy };
}

/**
 * Clocks differ: the write that made a rule may bear a time after that of its first sighting, and is
 * still the one that made it.
 */
function adopt(span: LiveSpan, write: RuleWrite): void {
  if (write.isSighting) {
    span.sightedAt = write.at;
  } else if (span.seenIn.isSighting && write.at - span.seenIn.at <= LONGEST_WRITE) {
    span.writes = [...span.writes.filter((one) => !one.isSighting), write];
    span.seenIn = write;
  }
}

function opensPorts(rule: SecurityRule): boolean {
  return rule.access === "allow" && rule.direction === "inbound";
}

function samePort(a: PortRange, b: PortRange): boolean {
  return a.from === b.from && a.to === b.to;
}

function itemKey(key: string, port: PortRange): string {
  return `${key}\n${portText(port)}`;
}

const CONTENT = new WeakMap<SecurityRule, string>();

/**
 * What makes a rule expose something else; priority, description and casing do not. Kept per rule
 * object, because an NSG's writes carry the same rules again and again.
 */
function contentOf(rule: SecurityRule): string {
  const known = CONTENT.get(rule);
  if (known !== undefined) {
    return known;
  }
  const content = JSON.stringify([
    rule.protocol,
    sourcesKey(rule.sources),
    sourcesKey(rule.destinations),
    rule.mappedPort,
  ]);
  CONTENT.set(rule, content);
  return content;
}
