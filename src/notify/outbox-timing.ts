import { MINUTE, SECOND } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { RandomSource } from "../ports.ts";

/** The lengths of time that the outbox goes by, in ms. */
export interface OutboxTiming {
  /** How long a claim lasts: longer than all calls for one delivery together may take. */
  readonly lease: Duration;
  /** How long one call to a platform may take before its outcome counts as unknown. */
  readonly callLimit: Duration;
  /** How long after an unknown outcome the message is looked for: until then it may still arrive. */
  readonly settle: Duration;
  /** The first pause after a failure that may pass; it doubles up to `longestPause`. */
  readonly firstPause: Duration;
  readonly longestPause: Duration;
  /** How often a channel is tried that waits for a person. */
  readonly personPause: Duration;
  /** The longest time without a look into the outbox: other programs put deliveries there too. */
  readonly look: Duration;
  /** How many times as fast as the platforms' clocks the outbox's runs. */
  readonly speed: number;
}

/** One delivery takes two calls at most, so a lease outlasts both and the time to settle. */
export const OUTBOX_TIMING: OutboxTiming = {
  lease: 3 * MINUTE,
  callLimit: 30 * SECOND,
  settle: 30 * SECOND,
  firstPause: 2 * SECOND,
  longestPause: 5 * MINUTE,
  personPause: 10 * MINUTE,
  look: SECOND,
  speed: 1,
};

/**
 * The same for a clock that runs faster than real time: calls to a platform, and with them claims, take as
 * long as they do.
 *
 * @param speed how many times as fast.
 */
export function fastTiming(speed: number): OutboxTiming {
  const real = Math.max(1, speed);
  const { lease, callLimit } = OUTBOX_TIMING;
  return { ...OUTBOX_TIMING, lease: lease * real, callLimit: callLimit * real, speed: real };
}

/**
 * When to try again after a failure that may pass: later after each, and spread, so that what failed
 * together does not come back together.
 *
 * @param failures how many there were before this one.
 */
export function nextTry(
  now: Instant,
  failures: number,
  random: RandomSource,
  timing: OutboxTiming,
): Instant {
  const doubled = timing.firstPause * 2 ** Math.min(failures, 20);
  return now + spread(Math.min(doubled, timing.longestPause), random);
}

/** The length, or up to half as long again. */
export function spread(length: Duration, random: RandomSource): Duration {
  return Math.round(length * (1 + random.next() / 2));
}
