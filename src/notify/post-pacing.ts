import type { Duration, Instant } from "../domain/instant.ts";
import type { ChannelRef } from "../domain/notification.ts";
import type { Clock } from "../ports.ts";
import { channelKey } from "./delivery-key.ts";

/** So many channels are remembered before those are forgotten whose turn has come. */
const TIDY_ABOVE = 100;

/**
 * Waits a platform's known limit out before a post is refused: between two posts of this worker to a channel
 * passes the platform's interval. What other replicas post is not known here: their posts, too, may be
 * refused, and then the channel pauses for all.
 */
export class PostPacing {
  readonly #clock: Clock;
  readonly #turns = new Map<string, Instant>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long it is until the channel takes another post; 0 when it does now. */
  wait(channel: ChannelRef): Duration {
    const turn = this.#turns.get(channelKey(channel)) ?? 0;
    return Math.max(0, turn - this.#clock.now());
  }

  /**
   * A post to the channel has just ended, well or not.
   *
   * @param interval what must pass before the next, in ms of the worker's clock.
   */
  posted(channel: ChannelRef, interval: Duration): void {
    const now = this.#clock.now();
    if (this.#turns.size > TIDY_ABOVE) {
      for (const [key, turn] of this.#turns) {
        if (turn <= now) {
          this.#turns.delete(key);
        }
      }
    }
    if (interval > 0) {
      this.#turns.set(channelKey(channel), now + interval);
    }
  }
}
