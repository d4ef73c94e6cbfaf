import type { ActivityEvent } from "../domain/activity-event.ts";
import { compareText } from "../domain/compare-text.ts";
import type { Opening } from "../domain/opening.ts";
import type { Sighting } from "../domain/sighting.ts";
import type { Guard, Trail } from "../domain/trail.ts";
import type { AccessRequest } from "../domain/access-request.ts";
import { FactSet } from "./fact-set.ts";
import type { FindingContext } from "./findings.ts";
import { addFindings } from "./findings.ts";
import { byOpening } from "./openings.ts";
import { runSteps } from "./steps.ts";
import type { Steps } from "./steps.ts";
import { SubscriptionTrail } from "./subscription-trail.ts";

/** What a trail is judged against; `knownSince` defaults to the oldest event added. */
export type TrailContext = Omit<FindingContext, "knownSince"> & {
  readonly knownSince?: number | null;
};

interface SubscriptionFacts {
  readonly facts: FactSet;
  /** Identities of the sightings. */
  readonly sightings: Set<string>;
  readonly trail: SubscriptionTrail;
}

/**
 * Correlates activity events as they come, one by one or in pages. What `trail` returns depends on the
 * set of events added so far and on nothing else: late events revise what earlier ones said.
 *
 * NSGs, VMs and JIT policies of one network live in one Azure subscription, so each subscription is
 * correlated apart, and of it again only what something that came can have changed.
 */
export class Correlator {
  readonly #subscriptions = new Map<string, SubscriptionFacts>();
  #knownSince: number | null = null;

  /** Adds events; returns how many of them said something new. */
  add(events: readonly ActivityEvent[]): number {
    let added = 0;
    for (const event of events) {
      const { subscriptionId } = event.resource;
      const part = this.#part(subscriptionId);
      const change = part.facts.add(event);
      if (change !== null) {
        for (const removed of change.removed) {
          part.trail.remove(removed);
        }
        if (change.added !== null) {
          part.trail.add(change.added);
        }
        added += 1;
      }
      this.#knownSince = Math.min(this.#knownSince ?? event.at, event.at);
    }
    return added;
  }

  /** Adds what resources themselves showed; returns how many sightings were new. */
  addSightings(sightings: readonly Sighting[]): number {
    let added = 0;
    for (const sighting of sightings) {
      const part = this.#part(sighting.resource.subscriptionId);
      if (!part.sightings.has(sighting.id)) {
        part.sightings.add(sighting.id);
        part.trail.see(sighting);
        added += 1;
      }
    }
    return added;
  }

  #part(subscriptionId: string): SubscriptionFacts {
    const known = this.#subscriptions.get(subscriptionId);
    if (known !== undefined) {
      return known;
    }
    const part = {
      facts: new FactSet(),
      sightings: new Set<string>(),
      trail: new SubscriptionTrail(),
    };
    this.#subscriptions.set(subscriptionId, part);
    return part;
  }

  /** The event of this identity, as the trail's `events` name it; null when it is not known. */
  find(id: string): ActivityEvent | null {
    for (const { facts } of this.#subscriptions.values()) {
      const event = facts.find(id);
      if (event !== null) {
        return event;
      }
    }
    return null;
  }

  /** How many distinct events are known. */
  get size(): number {
    let size = 0;
    for (const { facts } of this.#subscriptions.values()) {
      size += facts.size;
    }
    return size;
  }

  /** What the events and sightings say. */
  trail(context: TrailContext): Trail {
    return runSteps(this.trailInSteps(context));
  }

  /** The same in steps. Nothing may be added between them. */
  *trailInSteps(context: TrailContext): Steps<Trail> {
    const openings: Opening[] = [];
    const requests: AccessRequest[] = [];
    const guards: Guard[] = [];
    const parts = [...this.#subscriptions].sort(([a], [b]) => compareText(a, b));
    for (const [, part] of parts) {
      const trail = yield* part.trail.trailInSteps();
      yield;
      for (const opening of trail.openings) {
        openings.push(opening);
      }
      for (const request of trail.requests) {
        requests.push(request);
      }
      for (const guard of trail.guards) {
        guards.push(guard);
      }
    }
    return {
      openings: addFindings(openings.sort(byOpening), {
        ...context,
        knownSince: context.knownSince ?? this.#knownSince,
      }),
      requests: requests.sort((a, b) => a.at - b.at || compareText(a.id, b.id)),
      guards,
    };
  }
}
