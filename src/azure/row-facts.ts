import type { EventStatus } from "../domain/activity-event.ts";
import type { Principal } from "../domain/principal.ts";

/** What every form of an Activity Log row says, under one set of names, before it is interpreted. */
export interface RowFacts {
  readonly time: string | Date | null;
  readonly submitted: string | Date | null;
  /** As received; null when the row names no operation. */
  readonly operation: string | null;
  /** As received; null when the form carries none. */
  readonly category: string | null;
  readonly status: EventStatus;
  readonly subStatus: string | null;
  readonly eventDataId: string | null;
  readonly operationId: string | null;
  readonly correlationId: string | null;
  readonly resource: string | null;
  readonly principal: Principal;
  /** The object or the JSON text that holds the bodies, under keys of any casing. */
  readonly properties: unknown;
}
