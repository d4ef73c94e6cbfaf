import type { Duration } from "../domain/instant.ts";
import type { Clock } from "../ports.ts";

/** What `limited` throws when the time is over. */
export class TimeIsOver extends Error {}

/** What `limited` throws when its caller's signal aborted. */
export class Aborted extends Error {}

/**
 * Runs something that must not take longer than `limit`, and ends at once when it is over or when the
 * caller's signal aborts, whether or not the work itself listens to its signal: token requests do not.
 *
 * @param wall real time, also where the rest of the program runs on a faster clock.
 * @throws TimeIsOver or Aborted, or what the work throws.
 */
export async function limited<T>(
  work: (signal: AbortSignal) => Promise<T>,
  limit: Duration,
  wall: Clock,
  signal: AbortSignal,
): Promise<T> {
  if (signal.aborted) {
    throw new Aborted("aborted");
  }
  const working = new AbortController();
  const done = new AbortController();
  const ended = new Promise<never>((_, reject) => {
    const end = (reason: Error): void => {
      reject(reason);
      working.abort();
    };
    signal.addEventListener("abort", () => end(new Aborted("aborted")), { signal: done.signal });
    void endLater();
    async function endLater(): Promise<void> {
      await wall.sleep(limit, done.signal);
      if (!done.signal.aborted) {
        end(new TimeIsOver("the time is over"));
      }
    }
  });
  try {
    return await Promise.race([work(working.signal), ended]);
  } finally {
    done.abort();
  }
}
