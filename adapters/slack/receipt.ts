import { z } from "zod";
import type { ChannelRef, Receipt } from "../../src/domain/notification.ts";
import { DeliveryError } from "../../src/errors.ts";

/** This adapter's name in channel references. */
export const PLATFORM = "slack";

/** What tells a message of Slack from all others, and what must be said again when it is edited. */
export interface MessageIdentity {
  /** Slack's timestamp of the message, its identity in the channel. */
  readonly ts: string;
  /** The delivery's key, which an edit puts into the message again. */
  readonly key: string;
  /** Whether an earlier post of unknown outcome may stand there too. */
  readonly maybeRepeated: boolean;
}

const schema = z.object({ ts: z.string().min(1), key: z.string(), maybeRepeated: z.boolean() });

/** The receipt of a posted message. */
export function receiptOf(channel: ChannelRef, identity: MessageIdentity): Receipt {
  return { channel, message: JSON.stringify(identity) };
}

/** @throws DeliveryError (`message-gone`) when the receipt is none of this adapter's. */
export function identityOf(receipt: Receipt): MessageIdentity {
  try {
    return schema.parse(JSON.parse(receipt.message));
  } catch (error) {
    throw new DeliveryError("message-gone", "The stored receipt is not one of a Slack message.", {
      cause: error,
    });
  }
}
