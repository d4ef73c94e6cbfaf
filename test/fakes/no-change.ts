import type { TrailChange } from "../../src/ports.ts";

/** A change that holds nothing. */
export const NO_CHANGE: TrailChange = {
  feed: null,
  events: [],
  sightings: [],
  quarantined: [],
  cursor: null,
  read: null,
  openings: [],
  goneOpenings: [],
  requests: [],
  goneRequests: [],
  guards: [],
  deliveries: [],
  leases: [],
};
