import type { Duration, Instant } from "../domain/instant.ts";
import { MINUTE } from "../domain/instant.ts";
import type { ChannelRef, ChannelSubscription } from "../domain/notification.ts";
import type { Opening } from "../domain/opening.ts";
import { keepsQuiet } from "../domain/silence.ts";
import type { Silence } from "../domain/silence.ts";
import type { Announcement, NewDelivery, OpeningChange } from "../ports.ts";
import { channelKey, notificationKey } from "./delivery-key.ts";
import { rings } from "./filter.ts";
import { milestoneReplies } from "./milestones.ts";

/** How long after its creation a notification takes further openings of its burst in. */
const JOIN_WITHIN: Duration = 10 * MINUTE;

/** What routing goes by. */
export interface RoutingFacts {
  readonly changes: readonly OpeningChange[];
  readonly subscriptions: readonly ChannelSubscription[];
  /** Where the changed openings are announced already. */
  readonly announced: readonly Announcement[];
  /** The notifications of the bursts that `burstsOf` names for the changed openings. */
  readonly bursts: readonly Announcement[];
  /** At least those that one of the changed openings may fall into. */
  readonly silences: readonly Silence[];
  /** Whether a platform has threads. */
  readonly hasThreads: (platform: string) => boolean;
  readonly now: Instant;
}

/**
 * The deliveries that follow from changed openings: each opening that a subscription of a channel
 * matches is told there once, with the others of its burst, unless a silence of the channel keeps it
 * quiet; what happens to it afterwards is said in
 * the thread. The same facts give the same deliveries with the same keys.
 */
export function route(facts: RoutingFacts): readonly NewDelivery[] {
  return [...newNotifications(facts), ...milestoneReplies(facts)];
}

/**
 * The bursts that an opening may belong to, best first: its request, else the write that made it. The
 * request may become known only after the write was told of, so both are looked for.
 */
export function burstsOf({ attribution, nsg, openedAt }: Opening): readonly [string, ...string[]] {
  const { verdict, candidates } = attribution;
  const [best] = verdict === "certain" || verdict === "likely" ? candidates : [];
  const write = `write:${nsg.key}:${openedAt}`;
  const request = best?.requestId ?? null;
  return request === null ? [write] : [`request:${request}`, write];
}

/** The openings among the changes that ring in some channel if they have not done so there. */
export function ringing(
  changes: readonly OpeningChange[],
  subscriptions: readonly ChannelSubscription[],
): readonly Opening[] {
  return changes
    .map(({ after }) => after)
    .filter((opening) => subscriptions.some((subscription) => rings(opening, subscription)));
}

function newNotifications(facts: RoutingFacts): readonly NewDelivery[] {
  const told = new Set(
    facts.announced.map(({ channel, openingId }) => `${channelKey(channel)} ${openingId}`),
  );
  const openings = ringing(facts.changes, facts.subscriptions).toSorted(byOpening);
  return [...channelsOf(facts.subscriptions)].flatMap(([key, { channel, subscriptions }]) => {
    const groups = new Map<string, { key: string | null; burst: string; openings: string[] }>();
    for (const opening of openings) {
      const wanted = subscriptions.some((subscription) => rings(opening, subscription));
      const quiet = facts.silences.some(
        (silence) => channelKey(silence.channel) === key && keepsQuiet(opening, silence),
      );
      if (!wanted || quiet || told.has(`${key} ${opening.id}`)) {
        continue;
      }
      const joined = notificationToJoin(opening, key, facts);
      const burst = joined?.burst ?? burstsOf(opening)[0];
      const tie = joined?.key ?? burst;
      const group = groups.get(tie) ?? { key: joined?.key ?? null, burst, openings: [] };
      group.openings.push(opening.id);
      groups.set(tie, group);
    }
    return [...groups.values()].map((group) => {
      const [first] = group.openings;
      const isFurther = facts.bursts.some(
        (one) => one.burst === group.burst && channelKey(one.channel) === key,
      );
      return {
        key: group.key ?? notificationKey(channel, group.burst, isFurther ? (first ?? null) : null),
        channel,
        content: { kind: "notification" } as const,
        burst: group.burst,
        openings: group.openings,
        dueAt: facts.now,
      };
    });
  });
}

/** The newest notification of the opening's burst in the channel, if it still takes openings in. */
function notificationToJoin(
  opening: Opening,
  channel: string,
  { bursts, now }: RoutingFacts,
): Announcement | null {
  const wanted = burstsOf(opening);
  const fitting = bursts.filter(
    (one) =>
      wanted.includes(one.burst) &&
      channelKey(one.channel) === channel &&
      now - one.createdAt <= JOIN_WITHIN,
  );
  const sorted = fitting.toSorted(
    (a, b) =>
      wanted.indexOf(a.burst) - wanted.indexOf(b.burst) ||
      b.createdAt - a.createdAt ||
      (a.key < b.key ? -1 : 1),
  );
  return sorted[0] ?? null;
}

function channelsOf(
  subscriptions: readonly ChannelSubscription[],
): Map<string, { channel: ChannelRef; subscriptions: ChannelSubscription[] }> {
  const channels = new Map<string, { channel: ChannelRef; subscriptions: ChannelSubscription[] }>();
  for (const subscription of subscriptions) {
    const key = channelKey(subscription.channel);
    const entry = channels.get(key) ?? { channel: subscription.channel, subscriptions: [] };
    entry.subscriptions.push(subscription);
    channels.set(key, entry);
  }
  return channels;
}

function byOpening(a: Opening, b: Opening): number {
  return a.openedAt - b.openedAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
