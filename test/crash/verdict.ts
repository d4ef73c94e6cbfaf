import { renderPages } from "../../adapters/slack/render/render.ts";
import type { Instant } from "../../src/domain/instant.ts";
import type { ChannelRef } from "../../src/domain/notification.ts";
import type { Opening } from "../../src/domain/opening.ts";
import { trailRow } from "../../src/domain/trail-row.ts";
import { notificationMessage } from "../../src/message/notification-message.ts";
import { withReactions } from "../../src/message/notification-reactions.ts";
import { REPEAT_TEXT } from "../../src/message/repeat-notice.ts";
import { channelKey, replyKey } from "../../src/notify/delivery-key.ts";
import type { Announcement, Store } from "../../src/ports.ts";
import type { Truth, TrueOpening } from "../../src/sandbox/truth.ts";
import { differences } from "../sandbox/trail-truth.ts";

const EVERYTHING = {
  vm: { kind: "any" },
  period: null,
  closedAfter: null,
  openingId: null,
  rule: null,
  person: null,
} as const;
const MILESTONES = ["closed", "open-past-end", "severity-raised", "person-known"] as const;

/** A message of the program that stands in a channel, on any platform. */
export interface Standing {
  readonly channel: ChannelRef;
  /** The key of the delivery, as it stands inside the message. */
  readonly key: string;
  readonly isReply: boolean;
  /** Whether it says that it may be a repeat; only where a platform cannot be read. */
  readonly isMarked: boolean;
  /** When it was first posted. */
  readonly postedAt: Instant;
  /** All that it says, as the platform keeps it; null where that is not compared. */
  readonly says: string | null;
}

/** What is compared with what. */
export interface Case {
  readonly store: Store;
  readonly truth: Truth;
  readonly standing: readonly Standing[];
  readonly channels: readonly ChannelRef[];
  /** Openings from then on ring. */
  readonly ringsFrom: Instant;
  /** From then on the log tells of every NSG. */
  readonly shownFrom: Instant;
  /** What a program that was never killed does not tell rightly either. */
  readonly untold: ReadonlySet<string>;
}

/** What became of everything that was to be told. */
export interface Verdict {
  /** JIT openings that had to ring, times the channels. */
  readonly owed: number;
  readonly notifications: number;
  readonly replies: number;
  /** What should stand in a channel and does not. */
  readonly lost: readonly string[];
  /** What stands there more often than once, unmarked. */
  readonly doubled: readonly string[];
  /** Repeats that say so. */
  readonly marked: number;
  /** Whatever else is not as it would be without any crash. */
  readonly wrong: readonly string[];
}

/** In what the store's trail differs from what really happened, one line each. */
export async function trailDifferences(
  store: Store,
  truth: Truth,
  shownFrom: Instant,
): Promise<readonly string[]> {
  const { openings } = await store.trail(EVERYTHING);
  return differences(openings.map(trailRow), truth, shownFrom);
}

/** Compares what stands in the channels, and in the store, with what really happened. */
export async function judge(given: Case): Promise<Verdict> {
  const { store, truth, standing, channels } = given;
  const { openings } = await store.trail(EVERYTHING);
  const announced = await store.announced(openings.map(({ id }) => id));
  const owed = truth.openings.filter(
    ({ kind, openedAt }) => kind === "jit" && openedAt >= given.ringsFrom,
  );
  const byPlace = Map.groupBy(standing, ({ channel, key }) => `${channelKey(channel)} ${key}`);
  const found = (channel: ChannelRef, key: string): readonly Standing[] =>
    byPlace.get(`${channelKey(channel)} ${key}`) ?? [];
  const lost: string[] = [];
  for (const real of owed) {
    const told = openings.find((opening) => isOf(opening, real));
    for (const channel of channels) {
      const name = `${real.rule} ${real.port} of ${new Date(real.openedAt).toISOString()} in ${channel.channel}`;
      const at = announced.find(
        (one) => one.openingId === told?.id && channelKey(one.channel) === channelKey(channel),
      );
      if (told === undefined || at === undefined || found(channel, at.key).length === 0) {
        lost.push(name);
      } else if (
        closedAfterwards(real, found(channel, at.key)) &&
        !hasClosing(at, announced, found)
      ) {
        lost.push(`the end of ${name}`);
      }
    }
  }
  const health = await store.outboxHealth();
  const { pending, posting, unknown, waiting, dropped } = health.byState;
  return {
    owed: owed.length * channels.length,
    notifications: standing.filter(({ isReply }) => !isReply).length,
    replies: standing.filter(({ isReply }) => isReply).length,
    lost: [
      ...lost,
      ...(pending + posting + unknown + waiting === 0
        ? []
        : [
            `${pending} pending, ${posting} posting, ${unknown} unknown, ${waiting} waiting: ${health.problems.join("; ")}`,
          ]),
      ...(dropped === 0 ? [] : [`${dropped} dropped: ${health.problems.join("; ")}`]),
    ],
    doubled: [...byPlace].flatMap(([place, messages]) =>
      messages.filter(({ isMarked }) => !isMarked).length > 1 ? [place] : [],
    ),
    marked: standing.filter(({ isMarked }) => isMarked).length,
    wrong: [
      ...differences(openings.map(trailRow), truth, given.shownFrom).filter(
        (line) => !given.untold.has(line),
      ),
      ...standing.flatMap(({ isMarked, channel, key }) =>
        isMarked && channel.platform === "slack" ? [`${key} is marked in Slack`] : [],
      ),
      ...strangers(standing, announced),
      ...missayings(standing, openings, announced),
    ],
  };
}

function isOf(opening: Opening, real: TrueOpening): boolean {
  const row = trailRow(opening);
  return (
    opening.openedAt === real.openedAt &&
    row.nsg.toLowerCase() === real.nsg.toLowerCase() &&
    row.rule.toLowerCase() === real.rule.toLowerCase() &&
    row.port === real.port
  );
}

/** It was told before it ended, so its end was news. */
function closedAfterwards({ closedAt }: TrueOpening, told: readonly Standing[]): boolean {
  return closedAt !== null && told.every(({ postedAt }) => postedAt < closedAt);
}

/** What closes at once is one reply, named after one of the openings. */
function hasClosing(
  at: Announcement,
  announced: readonly Announcement[],
  found: (channel: ChannelRef, key: string) => readonly Standing[],
): boolean {
  return announced
    .filter(({ key }) => key === at.key)
    .some(({ openingId }) => found(at.channel, replyKey(at.key, "closed", openingId)).length > 0);
}

/** Messages that nothing in the store accounts for. */
function strangers(
  standing: readonly Standing[],
  announced: readonly Announcement[],
): readonly string[] {
  const known = new Set(
    announced.flatMap(({ key, openingId }) => [
      key,
      ...MILESTONES.map((milestone) => replyKey(key, milestone, openingId)),
    ]),
  );
  return standing.flatMap(({ key }) => (known.has(key) ? [] : [`nobody knows message ${key}`]));
}

/** Notifications that say something else than a program would that was never killed. */
function missayings(
  standing: readonly Standing[],
  openings: readonly Opening[],
  announced: readonly Announcement[],
): readonly string[] {
  const byKey = Map.groupBy(announced, ({ key }) => key);
  return standing.flatMap(({ key, isReply, isMarked, says }) => {
    if (isReply || says === null) {
      return [];
    }
    const told = new Set((byKey.get(key) ?? []).map(({ openingId }) => openingId));
    const right = rendered(
      key,
      openings.filter(({ id }) => told.has(id)),
      isMarked,
    );
    return right === says ? [] : [`message ${key} says ${says} and not ${right}`];
  });
}

/** What Slack is given to show for a notification of these openings. */
function rendered(key: string, openings: readonly Opening[], isMarked: boolean): string {
  const message = notificationMessage(openings, []);
  const full = withReactions(message, openings, { key, acknowledgement: null, silences: [] });
  const note = isMarked ? REPEAT_TEXT : null;
  const [page] = renderPages(full, new Map(), "message", { note, answer: null });
  return JSON.stringify(page?.blocks);
}
