import type { FeedHealth } from "../domain/feed.ts";
import type { ChannelSubscription } from "../domain/notification.ts";
import {
  fact,
  facts,
  heading,
  highestSeverity,
  inline,
  message,
  notice,
  paragraph,
  table,
  time,
} from "../message/build.ts";
import type { Message, MessageNode } from "../message/message.ts";
import type { ChatState, OutboxHealth } from "../ports.ts";
import { honesty } from "./honesty.ts";
import type { Knowledge } from "./knowledge.ts";

/** How the running program is doing. */
export interface ServiceState {
  /** How many openings stand. */
  readonly standing: number;
  readonly feeds: readonly FeedHealth[];
  readonly outbox: OutboxHealth;
  readonly chats: readonly ChatState[];
  readonly subscriptions: readonly ChannelSubscription[];
  /** Which database it is, without secrets. */
  readonly store: string;
}

/** `status` of a running program: feeds, their cost, the outbox, and how far the log was read. */
export function answerService(knowledge: Knowledge, state: ServiceState): Message {
  const { standing } = state;
  const failing = state.feeds.filter(({ problem }) => problem !== null);
  const elsewhere = state.feeds.filter(({ heldBy }) => heldBy !== undefined);
  const said = `${feedWords(state.feeds.length, failing.length, elsewhere.length)}${counted(standing, "opening")}.`;
  const problems = [
    ...failing.map(({ feed, problem }) => notice("warning", `${feed}: ${problem ?? ""}`)),
    ...state.chats.flatMap(({ platform, problems: told }) =>
      told.map((problem) => notice("warning", `${platform}: ${problem}`)),
    ),
    ...state.outbox.problems.map((problem) => notice("warning", problem)),
  ];
  return message(highestSeverity(problems.map(({ severity }) => severity)), said, [
    paragraph(said),
    ...problems,
    facts(
      fact("events kept", String(knowledge.coverage.events)),
      fact("not understood", String(knowledge.coverage.quarantined)),
      fact("VMs", String(knowledge.names.vms.length)),
      fact("channels", counted(state.subscriptions.length, "subscription")),
      fact("notifications", outboxWords(state.outbox)),
      ...state.chats.map(({ platform, state: connection, since }) =>
        fact(platform, `${connection} since `, time(since)),
      ),
      fact("store", state.store),
    ),
    ...feedNodes(state.feeds),
    ...honesty(knowledge, null),
  ]);
}

function feedWords(all: number, failing: number, elsewhere: number): string {
  if (all === 0) {
    // Whoever serves from this store knows how its feeds are.
    return "Standing as far as the store knows: ";
  }
  return failing === 0
    ? `All ${all} feeds are read${elsewhere === 0 ? "" : `, ${elsewhere} of them by other replicas`}. Standing now: `
    : `${failing} of ${all} feeds cannot be read. Standing as far as is known: `;
}

function outboxWords({ byState }: OutboxHealth): string {
  const waiting = byState.pending + byState.posting + byState.unknown;
  const words = [`${byState.posted} posted`, `${waiting} to be posted`];
  if (byState.waiting > 0) {
    words.push(`${byState.waiting} wait for a person`);
  }
  if (byState.dropped > 0) {
    words.push(`${byState.dropped} given up`);
  }
  return words.join(", ");
}

function feedNodes(feeds: readonly FeedHealth[]): readonly MessageNode[] {
  if (feeds.length === 0) {
    return [];
  }
  return [
    heading("Feeds"),
    table(
      ["feed", "state", "last read", "calls in the last hour"],
      feeds.map((feed) => [
        inline(feed.feed),
        inline(feedState(feed)),
        lastRead(feed),
        inline(String(feed.callsLastHour)),
      ]),
    ),
  ];
}

function feedState({ heldBy, progress, state, lag }: FeedHealth): string {
  if (heldBy !== undefined) {
    return `held by another replica (${heldBy})`;
  }
  const behind = (lag?.events ?? 0) === 0 ? "" : `, ${counted(lag?.events ?? 0, "event")} behind`;
  return progress === null || state === "stopped"
    ? `${state}${behind}`
    : `${state}, ${Math.floor(progress * 100)} %${behind}`;
}

function lastRead({ heldBy, lastSuccess }: FeedHealth): ReturnType<typeof inline> {
  if (heldBy !== undefined) {
    return inline("that replica knows");
  }
  return lastSuccess === null ? inline("never") : inline(time(lastSuccess, "date-time"));
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
