import type { Duration, Instant } from "../domain/instant.ts";
import { MINUTE, SECOND } from "../domain/instant.ts";
import { subscriptionLease, subscriptionOfLease } from "../domain/lease-name.ts";
import type { Clock } from "../ports.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import type { TrailKeeper } from "./trail-keeper.ts";

/** How often it is looked for news, in real time. */
const LOOK: Duration = SECOND;
/** To draw conclusions anew takes at most one part in so many of the time. */
const REST_FOR_WORK = 10;
/** For how long whoever has news for another replica waits for it to draw the conclusions. */
const LONGEST_WAIT: Duration = 2 * MINUTE;

/** Tries once, and tells what fails. */
type Attempt = (what: string, work: () => Promise<void>) => Promise<void>;

/**
 * Who among replicas draws conclusions about which Azure subscription: the holder of its lease, and anybody
 * for a moment where nobody holds it.
 */
export class Conclusions {
  readonly #keeper: TrailKeeper;
  readonly #leases: LeaseKeeper;
  readonly #wall: Clock;
  /** Under which fence conclusions were drawn already. */
  readonly #drawn = new Map<string, number>();
  readonly #restUntil = new Map<string, Instant>();

  constructor(keeper: TrailKeeper, leases: LeaseKeeper, wall: Clock) {
    this.#keeper = keeper;
    this.#leases = leases;
    this.#wall = wall;
  }

  /**
   * Draws conclusions about an Azure subscription, under its lease.
   *
   * @returns false when another replica holds it, which does it in its time.
   */
  async draw(azureSubscription: string): Promise<boolean> {
    return this.under(azureSubscription, async () => {
      const name = subscriptionLease(azureSubscription);
      const news = this.#leases.state(name)?.news ?? 0;
      const known = await this.#keeper.settle(azureSubscription, news);
      if (known !== null) {
        await this.#leases.heed(name, known);
      }
    });
  }

  /**
   * Does work under the lease of an Azure subscription, which is given back afterwards if it was not held
   * before.
   *
   * @returns false when another replica holds it: then nothing is done.
   */
  async under(azureSubscription: string, work: () => Promise<void>): Promise<boolean> {
    const name = subscriptionLease(azureSubscription);
    const isHeld = this.#leases.lease(name) !== null;
    if (!isHeld && (await this.#leases.take(name)) === null) {
      return false;
    }
    try {
      await work();
    } finally {
      if (!isHeld) {
        await this.#leases.give(name);
      }
    }
    return true;
  }

  /**
   * Until the signal aborts: draws conclusions at once where a lease was taken over, or others have stored
   * something.
   *
   * @param onLeft told of Azure subscriptions with news that nobody is there to heed.
   */
  async keepUp(
    attempt: Attempt,
    onLeft: (azureSubscription: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      for (const { name, owner, fence, news, heeded } of this.#leases.board.leases) {
        const one = subscriptionOfLease(name);
        if (one === null || signal.aborted) {
          continue;
        }
        if (owner === null && news > heeded) {
          onLeft(one);
        }
        const isDue = this.#drawn.get(name) !== fence || news > heeded;
        const mayWork = (this.#restUntil.get(name) ?? 0) <= this.#wall.now();
        if (this.#leases.lease(name)?.fence === fence && isDue && mayWork) {
          await attempt(one, async () => this.#drawTimed(one, fence));
        }
      }
      await this.#wall.sleep(LOOK, signal);
    }
  }

  /**
   * Waits until conclusions were drawn from what this program has stored about an Azure subscription, and
   * draws them where nobody else is there.
   *
   * @returns false when whoever holds it takes too long.
   */
  async see(azureSubscription: string): Promise<boolean> {
    const name = subscriptionLease(azureSubscription);
    const before = this.#wall.now() + LONGEST_WAIT;
    let wanted: number | null = null;
    while (!(await this.draw(azureSubscription))) {
      const { news, heeded } = this.#leases.state(name) ?? { news: 0, heeded: 0 };
      wanted ??= news;
      if (heeded >= wanted) {
        return true;
      }
      if (this.#wall.now() >= before) {
        return false;
      }
      await this.#wall.sleep(LOOK / 4);
    }
    return true;
  }

  async #drawTimed(azureSubscription: string, fence: number): Promise<void> {
    const name = subscriptionLease(azureSubscription);
    const began = this.#wall.now();
    if (await this.draw(azureSubscription)) {
      this.#drawn.set(name, fence);
    }
    const now = this.#wall.now();
    this.#restUntil.set(name, now + REST_FOR_WORK * (now - began));
  }
}
