import type { Operation } from "./faults.ts";

/** So many operations in so many seconds. */
type Allowance = readonly (readonly [seconds: number, most: number])[];

const SENDING: Allowance = [
  [1, 7],
  [2, 8],
  [30, 60],
  [3600, 1800],
];
const LOOKING: Allowance = [
  [1, 14],
  [2, 16],
  [30, 120],
  [3600, 3600],
];
/** Of the whole app in a tenant. */
const ALL: Allowance = [[1, 50]];

/**
 * The limits per bot and thread, and per app and tenant. Edits and deletions count as sending: the page does
 * not name them.
 * Source: https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/rate-limit
 */
const OPERATIONS: { readonly [operation in Operation]: Allowance | null } = {
  createConversation: SENDING,
  sendToConversation: SENDING,
  replyToActivity: SENDING,
  updateActivity: SENDING,
  deleteActivity: SENDING,
  getConversationMembers: LOOKING,
  getConversationPagedMembers: LOOKING,
  getConversationMember: LOOKING,
  getTeamDetails: LOOKING,
  getTeamChannels: LOOKING,
  token: null,
  openIdMetadata: null,
  unknown: null,
};

/** Counts calls against Teams' limits. */
export class RateLimits {
  readonly #now: () => number;
  /** Instants of the calls that were let through, by what they are counted for. */
  readonly #calls = new Map<string, number[]>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Seconds to wait, when the call is one too many; else null.
   *
   * @param thread the conversation, without its `;messageid=`.
   */
  refuse(operation: Operation, thread: string): number | null {
    const allowance = OPERATIONS[operation];
    if (allowance === null) {
      return null;
    }
    const key = `${allowance === SENDING ? "send to" : "look at"} ${thread}`;
    const now = this.#now();
    const waits = [this.#wait(key, allowance, now), this.#wait("all", ALL, now)];
    const wait = Math.max(...waits);
    if (wait > 0) {
      return Math.ceil(wait / 1000);
    }
    for (const each of [key, "all"]) {
      this.#calls.set(each, [...(this.#calls.get(each) ?? []), now]);
    }
    return null;
  }

  /** Milliseconds until one more call fits into every window. */
  #wait(key: string, allowance: Allowance, now: number): number {
    const calls = this.#calls.get(key) ?? [];
    return Math.max(
      ...allowance.map(([seconds, most]) => {
        const blocking = calls.at(-most);
        return blocking === undefined ? 0 : Math.max(0, blocking + seconds * 1000 - now);
      }),
    );
  }
}
