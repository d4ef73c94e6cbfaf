import type { Instant } from "../domain/instant.ts";
import type { PauseScope } from "../domain/notification.ts";
import type { Message } from "../message/message.ts";
import type {
  ChannelPause,
  ChatAdapter,
  ClaimedDelivery,
  Clock,
  DeliveryOutcome,
  OutboxStore,
  RandomSource,
} from "../ports.ts";
import { attemptDelivery } from "./delivery-attempt.ts";
import type { AttemptResult } from "./delivery-attempt.ts";
import { deliveryMessage } from "./delivery-message.ts";
import { nextTry, OUTBOX_TIMING } from "./outbox-timing.ts";
import type { OutboxTiming } from "./outbox-timing.ts";
import { PostPacing } from "./post-pacing.ts";

const MOST_AT_ONCE = 8;
/** So many more may wait for their channel's turn, and keep nobody else waiting. */
const MOST_PACED = 32;

/** What the outbox worker works with. */
export interface OutboxParts {
  readonly store: OutboxStore;
  /** Started; one per platform. */
  readonly adapters: readonly ChatAdapter[];
  readonly clock: Clock;
  readonly random: RandomSource;
  /** Told of what a person should know, one line each. */
  readonly onProblem: (problem: string) => void;
  readonly timing?: OutboxTiming;
  /** The replica's name; what a replica without one has in hand when it dies waits for the claim's end. */
  readonly owner?: string;
}

/**
 * Brings what the outbox holds to its channels. Several channels are served at a time, and each in the
 * order of its deliveries: after a failure that may pass, the channel pauses for all workers, so that nothing
 * overtakes. Any number of workers may share an outbox, and any of them may die at any moment.
 */
export class OutboxWorker {
  readonly #store: OutboxStore;
  readonly #adapters: ReadonlyMap<string, ChatAdapter>;
  readonly #clock: Clock;
  readonly #random: RandomSource;
  readonly #onProblem: (problem: string) => void;
  readonly #timing: OutboxTiming;
  readonly #owner: { readonly owner?: string };
  readonly #pacing: PostPacing;
  readonly #inHand = new Set<Promise<void>>();
  /** How many of those in hand wait for their channel's turn. */
  #paced = 0;
  #alarm = new AbortController();

  constructor(parts: OutboxParts) {
    this.#store = parts.store;
    this.#adapters = new Map(parts.adapters.map((adapter) => [adapter.platform, adapter]));
    this.#clock = parts.clock;
    this.#pacing = new PostPacing(parts.clock);
    this.#random = parts.random;
    this.#onProblem = parts.onProblem;
    this.#timing = parts.timing ?? OUTBOX_TIMING;
    this.#owner = parts.owner === undefined ? {} : { owner: parts.owner };
  }

  /** Looks into the outbox at once: something was put there. */
  wake(): void {
    this.#alarm.abort();
  }

  /** Works until the signal aborts; then finishes what is in hand, which takes a minute at most. */
  async run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const alarm = new AbortController();
      this.#alarm = alarm;
      const until = AbortSignal.any([signal, alarm.signal]);
      try {
        const rest = await this.#takeUp(signal);
        failures = 0;
        await this.#clock.sleep(rest, until);
      } catch (error) {
        this.#onProblem(`The outbox cannot be read: ${String(error)}`);
        const now = this.#clock.now();
        const next = nextTry(now, failures, this.#random, this.#timing);
        failures += 1;
        await this.#clock.sleep(next - now, signal);
      }
    }
    await Promise.all(this.#inHand);
  }

  /** Claims what is due and begins to deliver it; returns how long to rest before the next look. */
  async #takeUp(signal: AbortSignal): Promise<number> {
    const platforms = [...this.#adapters.keys()];
    const { lease, look } = this.#timing;
    while (this.#room() > 0) {
      const due = await this.#store.nextDue(platforms);
      const now = this.#clock.now();
      if (due === null || due > now) {
        return Math.min(due === null ? look : due - now, look);
      }
      const leaseUntil = now + lease;
      const limit = this.#room();
      const claimed = await this.#store.claim({
        platforms,
        now,
        leaseUntil,
        limit,
        ...this.#owner,
      });
      if (claimed.length === 0) {
        break;
      }
      for (const delivery of claimed) {
        const work = this.#serve(delivery, leaseUntil, signal).finally(() => {
          this.#inHand.delete(work);
          this.wake();
        });
        this.#inHand.add(work);
      }
    }
    return look;
  }

  /** How many more deliveries may be taken in hand. */
  #room(): number {
    return MOST_AT_ONCE + Math.min(this.#paced, MOST_PACED) - this.#inHand.size;
  }

  async #serve(delivery: ClaimedDelivery, leaseUntil: Instant, signal: AbortSignal): Promise<void> {
    if (delivery.pause !== null) {
      const result = { outcome: deferred(delivery, delivery.pause), pauses: null };
      await this.#record(delivery, result, leaseUntil, signal);
      return;
    }
    const message = this.#build(delivery);
    if (message === undefined) {
      // A fault of this program in one message is no reason to hold the channel's others up.
      const reason = "The message could not be built: see the program's log.";
      const at = this.#clock.now() + this.#timing.personPause;
      const outcome = deferred(delivery, { until: at, reason, waitsForPerson: true });
      await this.#record(delivery, { outcome, pauses: null }, leaseUntil, signal);
      return;
    }
    const { outcome, pauses } = await this.#attempt(delivery, message, leaseUntil);
    if (outcome !== null) {
      if (outcome.kind === "dropped" && message !== null) {
        this.#onProblem(`${describe(delivery)} is given up: ${outcome.reason}`);
      }
      await this.#record(delivery, { outcome, pauses }, leaseUntil, signal);
    }
  }

  #build(delivery: ClaimedDelivery): Message | null | undefined {
    try {
      return deliveryMessage(delivery);
    } catch (error) {
      this.#onProblem(`${describe(delivery)} cannot be put into words: ${String(error)}`);
      return undefined;
    }
  }

  async #attempt(
    delivery: ClaimedDelivery,
    message: Message | null,
    leaseUntil: Instant,
  ): Promise<AttemptResult> {
    const adapter = this.#adapters.get(delivery.channel.platform);
    if (adapter === undefined) {
      return { outcome: null, pauses: null };
    }
    try {
      return await attemptDelivery(delivery, message, adapter, {
        store: this.#store,
        clock: this.#clock,
        random: this.#random,
        timing: this.#timing,
        leaseUntil,
        turn: async () => this.#turn(delivery),
        posted: () => {
          const { postInterval = 0 } = adapter.capabilities;
          this.#pacing.posted(delivery.channel, postInterval * this.#timing.speed);
        },
      });
    } catch (error) {
      this.#onProblem(`${describe(delivery)} cannot be delivered now: ${String(error)}`);
      return { outcome: null, pauses: null };
    }
  }

  /** Waits, while others are taken in hand, until the delivery's channel takes another post. */
  async #turn({ channel }: ClaimedDelivery): Promise<void> {
    const wait = this.#pacing.wait(channel);
    if (wait > 0) {
      this.#paced += 1;
      this.wake();
      await this.#clock.sleep(wait);
      this.#paced -= 1;
    }
  }

  /** What became of a delivery is worth several attempts to write it down, as long as the claim lasts. */
  async #record(
    delivery: ClaimedDelivery,
    { outcome, pauses }: { readonly outcome: DeliveryOutcome; readonly pauses: PauseScope | null },
    leaseUntil: Instant,
    signal: AbortSignal,
  ): Promise<void> {
    for (let failures = 0; ; failures += 1) {
      try {
        await this.#store.record(delivery.key, delivery.fence, outcome, pauses);
        return;
      } catch (error) {
        const now = this.#clock.now();
        const next = nextTry(now, failures, this.#random, this.#timing);
        if (next >= leaseUntil || signal.aborted) {
          this.#onProblem(`${describe(delivery)} cannot be written down: ${String(error)}`);
          return;
        }
        await this.#clock.sleep(next - now, signal);
      }
    }
  }
}

/** Not tried now, because an earlier delivery of the channel failed; what is known of it stays known. */
function deferred({ state }: ClaimedDelivery, pause: ChannelPause): DeliveryOutcome {
  const again = { at: pause.until, reason: pause.reason };
  if (state === "unknown") {
    return { kind: "unknown", ...again };
  }
  return pause.waitsForPerson ? { kind: "waiting", ...again } : { kind: "retry", ...again };
}

function describe({ key, channel }: ClaimedDelivery): string {
  return `Delivery ${key} to ${channel.channel} on ${channel.platform}`;
}
