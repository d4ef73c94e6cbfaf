import { compareText } from "../domain/compare-text.ts";
import type { Opening } from "../domain/opening.ts";
import type { Sighting } from "../domain/sighting.ts";
import { attributeSpans } from "./attribution.ts";
import type { Dating } from "./dating.ts";
import { byTime } from "./fact-set.ts";
import type { KnownVms, PlacedGuard } from "./openings.ts";
import { guardsOf, openingsOf } from "./openings.ts";
import type { RequestSlot, SlotIndex } from "./request-slots.ts";
import { slotFits } from "./request-slots.ts";
import type { Span } from "./rule-history.ts";
import { bySeenIn, spansOf } from "./rule-history.ts";
import { toSightedState } from "./rule-writes.ts";
import type { ToldOperations } from "./told-operations.ts";

/**
 * What is concluded of one container (NSG, firewall), and what of it must be concluded again. Of the
 * containers beside it, it depends on nothing but which requests are used there as well.
 */
export class ContainerTrail {
  readonly #key: string;
  readonly #told = new Set<ToldOperations>();
  readonly #sightings: Sighting[] = [];
  #spans: readonly Span[] = [];
  /** Of each span in turn, the slots that fit it. */
  #fitting: readonly RequestSlot[] = [];
  /** The slots that fit any span, by time or correlation ID, each once; with whether nothing else uses them. */
  #candidates = new Map<RequestSlot, boolean>();
  #vms: KnownVms | null = null;
  #openings: readonly Opening[] = [];
  #guards: readonly PlacedGuard[] = [];
  #areSpansStale = false;
  #areFitsStale = false;
  #isStale = false;

  /** @param key of its resource ID. */
  constructor(key: string) {
    this.#key = key;
  }

  /** What operations tell of it is something else now, or nothing any more. */
  hear(told: ToldOperations): void {
    if (told.containers.includes(this)) {
      this.#told.add(told);
    } else {
      this.#told.delete(told);
    }
    this.#areSpansStale = true;
  }

  /** Adds a state in which it was seen. */
  see(sighting: Sighting): void {
    this.#sightings.push(sighting);
    this.#areSpansStale = true;
  }

  /** Slots came and went: where one of them fits, what fits is to be found anew; everywhere for null. */
  heed(slots: readonly RequestSlot[] | null): void {
    this.#areFitsStale ||=
      slots === null || this.#spans.some((span) => slots.some((slot) => slotFits(slot, span)));
  }

  /** Finds the spans, and which slots fit them; returns whether there was something to do. */
  fit(index: SlotIndex, dating: Dating): boolean {
    if (!this.#areSpansStale && !this.#areFitsStale) {
      return false;
    }
    if (this.#areSpansStale) {
      this.#spans = spansOf(this.#states()).sort(bySeenIn);
    }
    dating.release(this.#fitting);
    const pick = (slots: readonly number[]): RequestSlot[] =>
      slots.flatMap((slot) => index.slots[slot] ?? []);
    this.#fitting = pick(this.#spans.flatMap((span) => index.fitting(span)));
    dating.use(this.#fitting);
    const tied = pick(this.#spans.flatMap((span) => index.tied(span)));
    this.#candidates = new Map([...this.#fitting, ...tied].map((slot) => [slot, false]));
    this.#areSpansStale = false;
    this.#areFitsStale = false;
    this.#isStale = true;
    return true;
  }

  /** The states that its writes and sightings tell, by time. */
  #states() {
    const writes = [...this.#told].flatMap((told) =>
      told.writes.filter(({ write }) => write.container.key === this.#key),
    );
    writes.sort((a, b) => byTime(a.first, b.first));
    this.#sightings.sort((a, b) => a.at - b.at || compareText(a.id, b.id));
    const states = [
      ...writes.map(({ write }) => write),
      ...this.#sightings.flatMap((sighting) => toSightedState(sighting) ?? []),
    ];
    // The sort is stable: at one time a sighting comes behind the writes.
    return states.sort((a, b) => a.at - b.at);
  }

  /** Concludes what is to be concluded again; returns whether there was something to do. */
  conclude(index: SlotIndex, dating: Dating, vms: KnownVms): boolean {
    for (const [slot, wasOnlyUse] of this.#candidates) {
      const isOnlyUse = dating.isOnlyUse(slot);
      if (isOnlyUse !== wasOnlyUse) {
        this.#candidates.set(slot, isOnlyUse);
        this.#isStale = true;
      }
    }
    if (!this.#isStale && this.#vms === vms) {
      return false;
    }
    const failures = [...this.#told].flatMap((told) =>
      told.failures.flatMap(({ key, at }) => (key === this.#key ? [at] : [])),
    );
    const attributed = attributeSpans(this.#spans, index, (span, slot) =>
      dating.isDated(span, slot, failures),
    );
    this.#openings = openingsOf(attributed, [...this.#candidates.keys()], vms);
    this.#guards = guardsOf(this.#openings);
    this.#vms = vms;
    this.#isStale = false;
    return true;
  }

  /** Its openings, by time and then identity; the same array until they are concluded again. */
  get openings(): readonly Opening[] {
    return this.#openings;
  }

  /** The VMs that it guards. */
  get guards(): readonly PlacedGuard[] {
    return this.#guards;
  }
}
