import type { ActivityEvent } from "../domain/activity-event.ts";
import { compareText } from "../domain/compare-text.ts";
import { HOUR } from "../domain/instant.ts";

const LONGEST_OPERATION = 2 * HOUR;

/** How an operation ended, as far as its rows tell. */
export type Outcome = "succeeded" | "accepted" | "failed" | "unseen";

/** The rows of one operation on one resource. */
export interface Operation {
  /** By time, then identity; never empty. */
  readonly rows: readonly ActivityEvent[];
  readonly first: ActivityEvent;
  readonly outcome: Outcome;
}

/**
 * What ties rows to one operation: the same operation name and resource, the same correlation ID. The
 * rows of one key may still be several operations.
 */
export function operationKey(event: ActivityEvent): string {
  const tie = event.correlationId || event.operationId || event.id;
  return JSON.stringify([event.operation, event.resource.key, tie]);
}

/**
 * The operations that rows of one key tell of: the same operation ID where rows have one. Rows that come
 * again after an outcome, or hours later, are another operation.
 *
 * @param rows by time, then identity.
 */
export function operationsOf(rows: readonly ActivityEvent[]): Operation[] {
  return splitByOperationId(rows).flatMap(splitByOutcome).flatMap(toOperation);
}

function splitByOperationId(rows: readonly ActivityEvent[]): ActivityEvent[][] {
  const ids = [...new Set(rows.map((row) => row.operationId))].filter((id) => id !== "");
  if (ids.length <= 1) {
    return [[...rows]];
  }
  const byId = new Map<string, ActivityEvent[]>(ids.map((id) => [id, []]));
  for (const row of rows) {
    const id = row.operationId === "" ? nearestId(row, rows) : row.operationId;
    byId.get(id)?.push(row);
  }
  return [...byId.values()];
}

function nearestId(row: ActivityEvent, rows: readonly ActivityEvent[]): string {
  const nearest = rows
    .filter((other) => other.operationId !== "")
    .sort(
      (a, b) =>
        Math.abs(a.at - row.at) - Math.abs(b.at - row.at) ||
        compareText(a.operationId, b.operationId),
    )[0];
  return nearest?.operationId ?? "";
}

function splitByOutcome(rows: readonly ActivityEvent[]): ActivityEvent[][] {
  const parts: ActivityEvent[][] = [];
  let current: ActivityEvent[] = [];
  let ended = false;
  for (const row of rows) {
    const last = current.at(-1);
    const anew =
      last !== undefined &&
      ((ended && row.status === "started" && row.at > last.at) ||
        row.at - last.at > LONGEST_OPERATION);
    if (anew) {
      parts.push(current);
      current = [];
      ended = false;
    }
    current.push(row);
    ended ||= row.status === "succeeded" || row.status === "failed";
  }
  parts.push(current);
  return parts;
}

function toOperation(rows: readonly ActivityEvent[]): Operation[] {
  const [first] = rows;
  return first === undefined ? [] : [{ rows, first, outcome: outcomeOf(rows) }];
}

/** The last row that tells an end decides; without one, an acceptance counts. */
export function outcomeOf(rows: readonly ActivityEvent[]): Outcome {
  const last = rows.findLast((row) => row.status === "succeeded" || row.status === "failed");
  if (last !== undefined) {
    return last.status === "failed" ? "failed" : "succeeded";
  }
  return rows.some((row) => row.status === "accepted") ? "accepted" : "unseen";
}
