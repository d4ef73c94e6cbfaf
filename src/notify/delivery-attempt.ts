import { DAY, MINUTE } from "../domain/instant.ts";
import type { Duration, Instant } from "../domain/instant.ts";
import type { PauseScope, Receipt } from "../domain/notification.ts";
import { DeliveryError } from "../errors.ts";
import type { Message } from "../message/message.ts";
import type {
  ChatAdapter,
  ClaimedDelivery,
  Clock,
  DeliveryOutcome,
  OutboxStore,
  RandomSource,
} from "../ports.ts";
import { messageDigest } from "./delivery-message.ts";
import { nextTry, spread } from "./outbox-timing.ts";
import type { OutboxTiming } from "./outbox-timing.ts";

/**
 * The platform's clock and ours may differ by this much when a lost message is looked for: ours may have been
 * an hour ahead when it was posted, and set right since.
 */
const CLOCK_SKEW: Duration = 90 * MINUTE;

/** How long a notification waits that was taken back before it was posted. */
const HELD_BACK: Duration = DAY;

/** What an attempt works with. */
export interface AttemptTools {
  readonly store: Pick<OutboxStore, "beginPost">;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly timing: OutboxTiming;
  /** Nothing is posted that could outlast the claim. */
  readonly leaseUntil: Instant;
  /** Resolves when the channel takes another post. */
  readonly turn: () => Promise<void>;
  /** Told when a post has ended, well or not. */
  readonly posted: () => void;
}

/** What an attempt came to. */
export interface AttemptResult {
  /** What to record; null when the claim was lost, so that somebody else delivers it. */
  readonly outcome: DeliveryOutcome | null;
  /** How much fails, rather than this delivery alone: nothing more is tried there; null for nothing. */
  readonly pauses: PauseScope | null;
}

/**
 * Tries to bring a claimed delivery to its channel, once: looks for it first where an earlier attempt
 * may have reached the channel, posts it where it is not, edits it where it says something else.
 *
 * @param message what it is to say; null when that is no longer so.
 */
export async function attemptDelivery(
  delivery: ClaimedDelivery,
  message: Message | null,
  adapter: ChatAdapter,
  tools: AttemptTools,
): Promise<AttemptResult> {
  if (message === null) {
    return calmly({ kind: "dropped", reason: "What it was to tell is no longer so." });
  }
  if (delivery.content.kind === "reply" && delivery.parentReceipt === null) {
    return calmly({ kind: "dropped", reason: "The message that it replies to was never posted." });
  }
  const attempt = new Attempt(delivery, adapter, tools);
  return delivery.receipt === null
    ? attempt.bring(message)
    : attempt.renew(delivery.receipt, message);
}

/** An outcome that says nothing bad of the channel. */
function calmly(outcome: DeliveryOutcome | null): AttemptResult {
  return { outcome, pauses: null };
}

/** One attempt at one delivery. */
class Attempt {
  readonly #delivery: ClaimedDelivery;
  readonly #adapter: ChatAdapter;
  readonly #tools: AttemptTools;

  constructor(delivery: ClaimedDelivery, adapter: ChatAdapter, tools: AttemptTools) {
    this.#delivery = delivery;
    this.#adapter = adapter;
    this.#tools = tools;
  }

  /** Edits a message that stands in the channel, if it says something else. */
  async renew(receipt: Receipt, message: Message): Promise<AttemptResult> {
    const digest = messageDigest(message);
    if (this.#delivery.content.kind === "reply" || digest === this.#delivery.saidDigest) {
      return calmly({ kind: "said", receipt, digest });
    }
    try {
      await this.#limited(this.#adapter.edit(receipt, message));
      return calmly({ kind: "said", receipt, digest });
    } catch (error) {
      // An edit that is made twice says the same: its outcome need not be known.
      return this.#failure(error, false, "retry");
    }
  }

  /** Brings a message to the channel that, as far as we know, is not there. */
  async bring(message: Message): Promise<AttemptResult> {
    const { key, fence, state, channel } = this.#delivery;
    const thread = this.#delivery.parentReceipt;
    let unsure = state === "unknown";
    if (unsure && this.#adapter.capabilities.readBack) {
      try {
        const found = await this.#limited(this.#adapter.find(channel, key, this.#since(), thread));
        if (found !== null) {
          return await this.#asFound(found, message);
        }
        unsure = false;
      } catch (error) {
        return this.#failure(error, true, "unknown");
      }
    }
    if (!unsure && this.#isTakenBack()) {
      return calmly(this.#heldBack());
    }
    await this.#tools.turn();
    if (!this.#timeIsLeft() || !(await this.#tools.store.beginPost(key, fence, this.#now()))) {
      return calmly(null);
    }
    // The store may have taken its time; from here on the claim must outlast the post.
    if (!this.#timeIsLeft()) {
      const again = { at: this.#now(), reason: "The claim was about to run out." };
      return calmly(unsure ? { kind: "unknown", ...again } : { kind: "retry", ...again });
    }
    try {
      const options = { key, thread, maybeRepeated: unsure };
      const receipt = await this.#limited(this.#adapter.post(channel, message, options));
      return calmly({ kind: "said", receipt, digest: messageDigest(message) });
    } catch (error) {
      return this.#failure(error, unsure, "unknown");
    } finally {
      this.#tools.posted();
    }
  }

  /** What was found says what was true when it was posted, so it is brought up to date. */
  async #asFound(found: Receipt, message: Message): Promise<AttemptResult> {
    const digest = messageDigest(message);
    if (this.#delivery.content.kind === "notification") {
      try {
        await this.#limited(this.#adapter.edit(found, message));
      } catch (error) {
        return this.#failure(error, true, "unknown");
      }
    }
    return calmly({ kind: "said", receipt: found, digest });
  }

  /** Whether later facts took back all that it tells of. */
  #isTakenBack(): boolean {
    const { content, openings } = this.#delivery;
    return content.kind === "notification" && openings.length === 0;
  }

  /** Nothing was said, so nothing must be taken back; but facts may bring it back for a while. */
  #heldBack(): DeliveryOutcome {
    const now = this.#now();
    const reason = "Later facts took back what it tells of, before it was posted.";
    return now - this.#delivery.createdAt > HELD_BACK
      ? { kind: "dropped", reason }
      : { kind: "retry", at: now + this.#tools.timing.personPause, reason };
  }

  /**
   * @param unsure whether an earlier attempt may have reached the channel: then no failure of this one
   *   makes the outcome certain.
   * @param whenUnknown what it comes to when nobody knows the outcome of this call.
   */
  #failure(error: unknown, unsure: boolean, whenUnknown: "unknown" | "retry"): AttemptResult {
    const outcome = this.#outcomeOf(error, unsure, whenUnknown);
    const scope = error instanceof DeliveryError ? error.scope : "channel";
    return { outcome, pauses: outcome.kind === "dropped" ? null : scope };
  }

  #outcomeOf(error: unknown, unsure: boolean, whenUnknown: "unknown" | "retry"): DeliveryOutcome {
    const { random, timing } = this.#tools;
    const { failures } = this.#delivery;
    const now = this.#now();
    const soon = nextTry(now, failures, random, timing);
    const later = now + spread(timing.personPause, random);
    const surely = unsure ? "unknown" : "retry";
    if (!(error instanceof DeliveryError)) {
      const reason = `The chat adapter failed: ${String(error)}`;
      return { kind: whenUnknown, at: Math.max(soon, now + timing.settle), reason };
    }
    const reason = error.message;
    switch (error.fault) {
      case "not-sent":
        return { kind: surely, at: soon, reason };
      case "rate-limited": {
        const wait = error.retryAfter;
        const at = wait === null ? soon : now + wait + spread(timing.firstPause / 4, random);
        return { kind: surely, at, reason };
      }
      case "unknown":
        return { kind: whenUnknown, at: Math.max(soon, now + timing.settle), reason };
      case "channel-closed":
      case "refused":
        return { kind: unsure ? "unknown" : "waiting", at: later, reason };
      case "message-gone":
      case "invalid":
        return { kind: "dropped", reason };
    }
  }

  /** The result, or a fault of unknown outcome when it takes too long. */
  async #limited<T>(work: Promise<T>): Promise<T> {
    const { clock, timing } = this.#tools;
    const stop = new AbortController();
    const limit = async (): Promise<T> => {
      await clock.sleep(timing.callLimit, stop.signal);
      throw new DeliveryError("unknown", "The chat did not answer in time.");
    };
    try {
      return await Promise.race([work, limit()]);
    } finally {
      stop.abort();
    }
  }

  #since(): Instant {
    return (this.#delivery.firstTriedAt ?? this.#delivery.createdAt) - CLOCK_SKEW;
  }

  /** Whoever claims it next looks at once: by then the message must be there for all to see, or nowhere. */
  #timeIsLeft(): boolean {
    const { callLimit, settle } = this.#tools.timing;
    return this.#now() + callLimit + settle < this.#tools.leaseUntil;
  }

  #now(): Instant {
    return this.#tools.clock.now();
  }
}
