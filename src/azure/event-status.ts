import type { EventStatus } from "../domain/activity-event.ts";

const STATUSES: ReadonlyMap<string, EventStatus> = new Map<string, EventStatus>([
  ["start", "started"],
  ["started", "started"],
  ["accept", "accepted"],
  ["accepted", "accepted"],
  ["success", "succeeded"],
  ["succeeded", "succeeded"],
  ["failure", "failed"],
  ["failed", "failed"],
]);

/** Sub-statuses are named after HTTP status codes; these are the ones of success. */
const SUCCESSES: ReadonlySet<string> = new Set(["ok", "created", "nocontent"]);

/**
 * How far the operation was. The feeds name the status differently (`Succeeded`, `Success`); where it
 * is missing, the event's name (`BeginRequest`, `EndRequest`) and the sub-status tell.
 */
export function eventStatus(
  status: string | null,
  subStatus: string | null,
  eventName: string | null,
): EventStatus {
  const known = STATUSES.get((status ?? "").trim().toLowerCase());
  if (known !== undefined) {
    return known;
  }
  const name = (eventName ?? "").replaceAll(/\s/g, "").toLowerCase();
  if (name === "beginrequest") {
    return "started";
  }
  const sub = (subStatus ?? "").trim().toLowerCase();
  if (sub === "accepted") {
    return "accepted";
  }
  if (name !== "endrequest" || sub === "") {
    return "unknown";
  }
  return SUCCESSES.has(sub) ? "succeeded" : "failed";
}
