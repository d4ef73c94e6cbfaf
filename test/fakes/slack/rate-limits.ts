/** How many calls of a method Slack lets through at once, and how many more each second. */
interface Allowance {
  readonly burst: number;
  readonly perSecond: number;
  /** Whether every channel has its own allowance. */
  readonly perChannel: boolean;
}

const TIER: { readonly [tier: number]: Allowance } = {
  1: { burst: 2, perSecond: 1 / 60, perChannel: false },
  2: { burst: 20, perSecond: 20 / 60, perChannel: false },
  3: { burst: 50, perSecond: 50 / 60, perChannel: false },
  4: { burst: 100, perSecond: 100 / 60, perChannel: false },
};

/**
 * The allowances of https://docs.slack.dev/apis/web-api/rate-limits: tiers per method and workspace, and one
 * message each second per channel, with a small burst.
 */
const METHODS: { readonly [method: string]: Allowance | undefined } = {
  "chat.postMessage": { burst: 3, perSecond: 1, perChannel: true },
  "chat.postEphemeral": TIER[4],
  "chat.update": TIER[3],
  "conversations.history": TIER[3],
  "conversations.replies": TIER[3],
  "users.info": TIER[4],
  "users.lookupByEmail": TIER[3],
  "views.open": TIER[4],
  "views.update": TIER[4],
  "views.publish": TIER[4],
  "files.getUploadURLExternal": TIER[4],
  "files.completeUploadExternal": TIER[4],
  "apps.connections.open": TIER[2],
};

/** Counts calls against Slack's allowances. */
export class RateLimits {
  readonly #now: () => number;
  readonly #buckets = new Map<string, { level: number; at: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Seconds to wait, when the call is one too many; else null. */
  refuse(method: string, team: string, channel: string | null): number | null {
    const allowance = METHODS[method];
    if (allowance === undefined) {
      return null;
    }
    const key = [method, team, allowance.perChannel ? (channel ?? "") : ""].join("|");
    const now = this.#now();
    const bucket = this.#buckets.get(key) ?? { level: allowance.burst, at: now };
    const gained = ((now - bucket.at) / 1000) * allowance.perSecond;
    const level = Math.min(allowance.burst, bucket.level + gained);
    if (level < 1) {
      this.#buckets.set(key, { level, at: now });
      return Math.ceil((1 - level) / allowance.perSecond);
    }
    this.#buckets.set(key, { level: level - 1, at: now });
    return null;
  }
}
