import { z } from "zod";
import type { ChannelRef, Receipt } from "../../src/domain/notification.ts";
import { DeliveryError } from "../../src/errors.ts";

/** This adapter's name in channel references. */
export const PLATFORM = "teams";

/** What tells a message of Teams from all others, and what must be said again when it is edited. */
export interface MessageIdentity {
  /** The activity's ID, its identity in the conversation. */
  readonly id: string;
  /** ID of the message that began the thread, which may be this one; null in chats, which have no threads. */
  readonly root: string | null;
  /** The delivery's key, which an edit puts into the message again. */
  readonly key: string;
  /** Whether it mentions its people. */
  readonly mentions: boolean;
  /** Whether an earlier post of unknown outcome may stand there too. */
  readonly maybeRepeated: boolean;
}

const schema = z.object({
  id: z.string().min(1),
  root: z.string().min(1).nullable(),
  key: z.string(),
  mentions: z.boolean(),
  maybeRepeated: z.boolean(),
});

/** The receipt of a posted message. */
export function receiptOf(channel: ChannelRef, identity: MessageIdentity): Receipt {
  return { channel, message: JSON.stringify(identity) };
}

/** @throws DeliveryError (`message-gone`) when the receipt is none of this adapter's. */
export function identityOf(receipt: Receipt): MessageIdentity {
  try {
    return schema.parse(JSON.parse(receipt.message));
  } catch (error) {
    throw new DeliveryError("message-gone", "The stored receipt is not one of a Teams message.", {
      cause: error,
    });
  }
}
