import type { FeedPage, ReceivedEvent } from "../domain/feed.ts";
import type { Sighting } from "../domain/sighting.ts";
import type { Lease, TrailChange } from "../ports.ts";
import type { FeedMove } from "./feed-move.ts";
import type { Evaluation } from "./subscription-state.ts";

/** What is to be stored. */
export interface Content extends Pick<FeedPage, "events" | "sightings" | "quarantined"> {
  /** Where it moves its feed; null when it comes from none. */
  readonly move: FeedMove | null;
}

/** No content. */
export const NOTHING: Content = { events: [], sightings: [], quarantined: [], move: null };

/** Content with what follows from it, as one transaction. */
export function changeOf(
  content: Content,
  evaluations: readonly Evaluation[],
  deliveries: TrailChange["deliveries"],
  leases: readonly Lease[],
): TrailChange {
  const differences = evaluations.map(({ difference }) => difference);
  return {
    feed: content.move?.feed ?? null,
    events: content.events,
    sightings: content.sightings,
    quarantined: content.quarantined,
    cursor: content.move?.cursor ?? null,
    read: content.move?.read ?? null,
    openings: differences.flatMap(({ changes }) => changes.map(({ after }) => after)),
    goneOpenings: differences.flatMap(({ goneOpenings }) => goneOpenings),
    requests: differences.flatMap(({ requests }) => requests),
    goneRequests: differences.flatMap(({ goneRequests }) => goneRequests),
    guards: evaluations.flatMap(({ azureSubscription, difference: { guards } }) =>
      guards === null ? [] : [{ azureSubscription, guards }],
    ),
    deliveries,
    leases,
  };
}

/** The Azure subscriptions that events and sightings are about. */
export function subscriptionsOf(
  events: readonly ReceivedEvent[],
  sightings: readonly Sighting[],
): readonly string[] {
  const resources = [
    ...events.map(({ event }) => event.resource),
    ...sightings.map((one) => one.resource),
  ];
  return [...new Set(resources.map(({ subscriptionId }) => subscriptionId))];
}
