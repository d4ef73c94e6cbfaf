import type { Instant } from "../domain/instant.ts";
import type { Clock } from "../ports.ts";

/**
 * A clock that runs `speed` times as fast as another, from `start` on: whoever sleeps an hour by it wakes
 * when its hour has passed.
 *
 * @param speed above 0.
 */
export function fastClock(wall: Clock, start: Instant, speed: number): Clock {
  const began = wall.now();
  return {
    now: () => Math.floor(start + (wall.now() - began) * speed),
    sleep: async (duration, signal) => wall.sleep(duration / speed, signal),
  };
}
