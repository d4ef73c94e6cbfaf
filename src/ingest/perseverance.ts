import type { Duration } from "../domain/instant.ts";
import { MINUTE, SECOND } from "../domain/instant.ts";
import type { Clock, RandomSource } from "../ports.ts";

const FIRST_PAUSE: Duration = SECOND;
const LONGEST_PAUSE: Duration = MINUTE;

/** What persevering needs. */
export interface PerseveranceTools {
  readonly clock: Clock;
  readonly random: RandomSource;
}

/** The result of work that was tried until it succeeded, or until nobody wanted it any more. */
export type Persevered<T> = { readonly done: true; readonly value: T } | { readonly done: false };

/**
 * Tries the work again and again, with growing pauses of random length, until it succeeds or the signal
 * aborts.
 *
 * @param onFailure told of each failure, and with null of the success after it.
 */
export async function persevere<T>(
  work: () => Promise<T>,
  { clock, random }: PerseveranceTools,
  signal: AbortSignal,
  onFailure: (error: unknown) => void,
): Promise<Persevered<T>> {
  for (let failures = 0; ; failures += 1) {
    if (signal.aborted) {
      return { done: false };
    }
    try {
      const value = await work();
      if (failures > 0) {
        onFailure(null);
      }
      return { done: true, value };
    } catch (error) {
      onFailure(error);
    }
    const pause = Math.min(FIRST_PAUSE * 2 ** Math.min(failures, 20), LONGEST_PAUSE);
    await clock.sleep(Math.round(pause * (0.5 + random.next() / 2)), signal);
  }
}
