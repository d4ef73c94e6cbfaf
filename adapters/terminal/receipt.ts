import type { Receipt } from "../../src/domain/notification.ts";

const REPEATED = "repeated ";

/** What the receipt of a printed message says: its key, and whether it bears the mark of a repeat. */
export function receiptText(key: string, repeat: boolean): string {
  return repeat ? REPEATED + key : key;
}

/** The other way round. */
export function messageKey({ message }: Receipt): {
  readonly key: string;
  readonly repeat: boolean;
} {
  return message.startsWith(REPEATED)
    ? { key: message.slice(REPEATED.length), repeat: true }
    : { key: message, repeat: false };
}
