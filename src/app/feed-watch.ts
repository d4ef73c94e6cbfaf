import type { FeedHealth } from "../domain/feed.ts";
import { SECOND } from "../domain/instant.ts";
import type { Duration } from "../domain/instant.ts";
import type { Clock, Log } from "../ports.ts";

/** How often it is looked, in real time. */
const LOOK: Duration = SECOND;

/** Tells the log when a feed begins to fail, fails for another reason, or is read again. */
export async function watchFeeds(
  feeds: () => readonly FeedHealth[],
  log: Log,
  wall: Clock,
  signal: AbortSignal,
): Promise<void> {
  const told = new Map<string, string>();
  while (!signal.aborted) {
    for (const { feed, problem, state } of feeds()) {
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
    await wall.sleep(LOOK, signal);
  }
}
