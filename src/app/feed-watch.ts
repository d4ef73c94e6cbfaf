import type { FeedHealth } from "../domain/feed.ts";
import { SECOND } from "../domain/instant.ts";
import type { Duration } from "../domain/instant.ts";
import type { Clock, Log } from "../ports.ts";

/** How often it is looked, in real time. */
const LOOK: Duration = SECOND;
/** Of a history, so many parts are told. */
const PARTS = 4;

/**
 * Tells the log when a feed begins to fail, fails for another reason, or is read again, and how far a
 * history has been read.
 */
export async function watchFeeds(
  feeds: () => readonly FeedHealth[],
  log: Log,
  wall: Clock,
  signal: AbortSignal,
): Promise<void> {
  const told = new Map<string, string>();
  const parts = new Map<string, number>();
  while (!signal.aborted) {
    for (const health of feeds()) {
      tellProblem(health, told, log);
      tellProgress(health, parts, log);
    }
    await wall.sleep(LOOK, signal);
  }
}

function tellProblem(
  { feed, problem, state }: FeedHealth,
  told: Map<string, string>,
  log: Log,
): void {
  if (problem === null) {
    if (told.delete(feed)) {
      log("info", "The feed is read again.", { feed });
    }
  } else if (told.get(feed) !== problem) {
    told.set(feed, problem);
    // That Azure slows a feed down is nothing that a person must act on.
    log(state === "throttled" ? "info" : "warning", problem, { feed });
  }
}

/** What was read by an earlier start is not told again. */
function tellProgress(
  { feed, progress, lastSuccess }: FeedHealth,
  parts: Map<string, number>,
  log: Log,
): void {
  const part = progress === null || lastSuccess === null ? 0 : Math.floor(progress * PARTS);
  if (part > (parts.get(feed) ?? 0)) {
    parts.set(feed, part);
    const words =
      part === PARTS
        ? "The history is read."
        : `The history is read to ${(part * 100) / PARTS} %; what is new is read beside it.`;
    log("info", words, { feed });
  }
}
