import { HOUR, SECOND } from "../../src/domain/instant.ts";
import type { Duration, Instant } from "../../src/domain/instant.ts";
import type {
  ChannelRef,
  ChannelSubscription,
  NotificationFilter,
  Receipt,
} from "../../src/domain/notification.ts";
import type { Opening } from "../../src/domain/opening.ts";
import { parseResourceId } from "../../src/domain/resource-id.ts";
import { DeliveryError } from "../../src/errors.ts";
import type { ChatAdapter, ChatCapabilities, Clock, PostOptions } from "../../src/ports.ts";
import { ALICE, attribution, candidate, OPEN, opening } from "../ask/trail-builder.ts";

/** When the patch night begins. */
export const NIGHT = Date.UTC(2026, 10, 25, 22, 0);

/** A filter that lets everything through. */
const EVERYTHING: NotificationFilter = {
  azureSubscriptions: [],
  resourceGroups: [],
  vms: [],
  ports: [],
  kinds: [],
  verdicts: [],
  findings: [],
};

/** What a platform lets through: so many calls in that time, for a channel and for all of them. */
interface PlatformLimits {
  readonly perChannel: { readonly calls: number; readonly within: Duration };
  readonly inAll: { readonly calls: number; readonly within: Duration };
  /** What the platform's adapter says of it. */
  readonly postInterval?: Duration;
  /** How long a call takes. */
  readonly latency: Duration;
}

/**
 * Slack: about one post a second and channel, and a limit of the workspace that is not published (50 a
 * second is assumed). Teams: 7 a second and 1,800 an hour in a thread, 50 a second for an app in a tenant.
 * https://docs.slack.dev/apis/web-api/rate-limits
 * https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
 */
export const LIMITS: Readonly<Record<string, PlatformLimits>> = {
  slack: {
    perChannel: { calls: 1, within: SECOND },
    inAll: { calls: 50, within: SECOND },
    postInterval: SECOND,
    latency: 200,
  },
  teams: {
    perChannel: { calls: 7, within: SECOND },
    inAll: { calls: 50, within: SECOND },
    latency: 300,
  },
};

/** A chat that refuses what its platform's limits refuse. */
export class LimitedChat implements ChatAdapter {
  readonly platform: string;
  readonly capabilities: ChatCapabilities;
  readonly posts = new Map<string, number>();
  posted = 0;
  edited = 0;
  refused = 0;
  lastPost: Instant;
  readonly #clock: Clock;
  readonly #limits: PlatformLimits;
  readonly #recent = new Map<string, Instant[]>();

  constructor(platform: string, limits: PlatformLimits, clock: Clock) {
    this.platform = platform;
    const { postInterval } = limits;
    this.capabilities = {
      readBack: true,
      threads: true,
      ...(postInterval === undefined ? {} : { postInterval }),
    };
    this.#limits = limits;
    this.#clock = clock;
    this.lastPost = clock.now();
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  async post(channel: ChannelRef, _: unknown, { key }: PostOptions): Promise<Receipt> {
    await this.#call(channel);
    this.posts.set(key, (this.posts.get(key) ?? 0) + 1);
    this.posted += 1;
    this.lastPost = this.#clock.now();
    return { channel, message: key };
  }

  async edit(receipt: Receipt): Promise<void> {
    await this.#call(receipt.channel);
    this.edited += 1;
  }

  async find(): Promise<Receipt | null> {
    return null;
  }

  async #call({ channel }: ChannelRef): Promise<void> {
    await this.#clock.sleep(this.#limits.latency);
    const { perChannel, inAll } = this.#limits;
    const wait = Math.max(this.#wait(channel, perChannel), this.#wait("", inAll));
    if (wait > 0) {
      this.refused += 1;
      throw new DeliveryError("rate-limited", "Too many calls.", {
        // Platforms tell whole seconds.
        retryAfter: Math.ceil(wait / SECOND) * SECOND,
      });
    }
    for (const place of [channel, ""]) {
      this.#recent.set(place, [...(this.#recent.get(place) ?? []), this.#clock.now()]);
    }
  }

  #wait(place: string, { calls, within }: PlatformLimits["inAll"]): Duration {
    const now = this.#clock.now();
    const recent = (this.#recent.get(place) ?? []).filter((at) => at > now - within);
    this.#recent.set(place, recent);
    const oldest = recent.at(-calls);
    return oldest === undefined ? 0 : oldest + within - now;
  }
}

/** The Azure subscription of this number. */
export function azureSubscriptionOf(number: number): string {
  return `5ca1e000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
}

/** Subscriptions of so many channels; the first few hear of everything, each other one of one Azure subscription. */
export function subscriptionsOf(
  platform: string,
  channels: number,
  wide: number,
): readonly ChannelSubscription[] {
  return Array.from({ length: channels }, (_, number) => ({
    id: `s-${number}`,
    channel: channelOf(platform, number),
    filter: {
      ...EVERYTHING,
      azureSubscriptions: number < wide ? [] : [azureSubscriptionOf(number)],
    },
    createdAt: NIGHT,
    createdBy: "configuration",
  }));
}

/** The channel of this number. */
function channelOf(platform: string, number: number): ChannelRef {
  return { platform, workspace: "w", channel: `c-${number}` };
}

/** What one request opens: two ports of a VM in the Azure subscription of that number. */
export function openingsOf(request: number, azureSubscription: number, at: Instant): Opening[] {
  const path = `/subscriptions/${azureSubscriptionOf(azureSubscription)}/resourceGroups/rg-a/providers`;
  const vm = parseResourceId(`${path}/Microsoft.Compute/virtualMachines/vm-${request}`);
  const nsg = parseResourceId(`${path}/Microsoft.Network/networkSecurityGroups/nsg-${request}`);
  if (vm === null || nsg === null) {
    throw new Error("no resource ID");
  }
  return [3389, 5986].map((port) =>
    opening({
      ...OPEN,
      id: `o-${String(request * 2 + (port === 3389 ? 0 : 1)).padStart(12, "0")}`,
      vm,
      vmName: vm.name,
      nsg,
      port: { from: port, to: port },
      openedAt: at,
      notBefore: at,
      promisedEnd: at + HOUR,
      attribution: attribution({ candidates: [candidate(ALICE, `r-${request}`)] }),
    }),
  );
}
