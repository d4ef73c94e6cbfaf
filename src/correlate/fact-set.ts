import type { ActivityEvent } from "../domain/activity-event.ts";
import { compareText } from "../domain/compare-text.ts";

/** How a set of events changed. */
interface FactChange {
  readonly added: ActivityEvent | null;
  readonly removed: readonly ActivityEvent[];
}

/**
 * The activity events of one Azure subscription, each once, whatever the order and repetition in which
 * they came. What it holds is a function of the set of events that were added.
 */
export class FactSet {
  readonly #events = new Map<string, ActivityEvent>();
  /** Feed keys of every event with an `eventDataId` that was ever added. */
  readonly #identified = new Set<string>();

  /** Adds an event; returns what the set now has instead of what; null when it says nothing new. */
  add(event: ActivityEvent): FactChange | null {
    const removed: ActivityEvent[] = [];
    if (event.hasEventDataId) {
      if (!this.#identified.has(event.feedKey)) {
        this.#identified.add(event.feedKey);
        const derived = this.#events.get(derivedId(event.feedKey));
        if (derived !== undefined) {
          this.#events.delete(derivedId(event.feedKey));
          removed.push(derived);
        }
      }
    } else if (this.#identified.has(event.feedKey)) {
      return null;
    }
    const id = event.hasEventDataId ? event.id : derivedId(event.feedKey);
    const known = this.#events.get(id);
    if (known === undefined || isPreferred(event, known)) {
      this.#events.set(id, event);
      return { added: event, removed: known === undefined ? removed : [...removed, known] };
    }
    return removed.length === 0 ? null : { added: null, removed };
  }

  /** The event of this identity; null when it is not known. */
  find(id: string): ActivityEvent | null {
    const derived = id.startsWith("derived:")
      ? [...this.#events.values()].find((event) => event.id === id)
      : undefined;
    return this.#events.get(id) ?? derived ?? null;
  }

  get size(): number {
    return this.#events.size;
  }
}

/** Orders events by time, then identity: the same order for the same set. */
export function byTime(a: ActivityEvent, b: ActivityEvent): number {
  return a.at - b.at || compareText(a.id, b.id);
}

function derivedId(feedKey: string): string {
  return `derived ${feedKey}`;
}

/** One row from two feeds may differ in what it carries: the fuller one is kept, else any fixed one. */
function isPreferred(a: ActivityEvent, b: ActivityEvent): boolean {
  const byContent = informationOf(a) - informationOf(b);
  if (byContent !== 0) {
    return byContent > 0;
  }
  return compareText(JSON.stringify(a), JSON.stringify(b)) < 0;
}

function informationOf(event: ActivityEvent): number {
  const { detail, principal } = event;
  let score = 0;
  if (detail.kind === "jit-request" && detail.body !== null) {
    score += detail.body.complete ? 8 : 4;
  }
  if (detail.kind === "nsg-write" || detail.kind === "firewall-write") {
    score += { complete: 8, partial: 4, unchanged: 2, absent: 0 }[detail.ruleSet.completeness];
  }
  if (detail.kind === "rule-write" && detail.rule !== null) {
    score += 8;
  }
  score += principal.appId === null ? 0 : 2;
  score += principal.objectId === null ? 0 : 1;
  score += event.operationId === "" ? 0 : 1;
  return score;
}
