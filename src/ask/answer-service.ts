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
import type { OutboxHealth } from "../ports.ts";
import { honesty } from "./honesty.ts";
import type { Knowledge } from "./knowledge.ts";

/** How the running program is doing. */
export interface ServiceState {
  readonly feeds: readonly FeedHealth[];
  readonly outbox: OutboxHealth;
  readonly subscriptions: readonly ChannelSubscription[];
  /** Which database it is, without secrets. */
  readonly store: string;
}

/** `status` of a running program: feeds, their cost, the outbox, and how far the log was read. */
export function answerService(knowledge: Knowledge, state: ServiceState): Message {
  const standing = knowledge.trail.openings.filter(({ closedAt }) => closedAt === null).length;
  const failing = state.feeds.filter(({ problem }) => problem !== null);
  const said = `${feedWords(state.feeds.length, failing.length)}${counted(standing, "opening")}.`;
  const problems = [
    ...failing.map(({ feed, problem }) => notice("warning", `${feed}: ${problem ?? ""}`)),
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
      fact("store", state.store),
    ),
    ...feedNodes(state.feeds),
    ...honesty(knowledge, null),
  ]);
}

function feedWords(all: number, failing: number): string {
  if (all === 0) {
    // Whoever serves from this store knows how its feeds are.
    return "Standing as far as the store knows: ";
  }
  return failing === 0
    ? `All ${all} feeds are read. Standing now: `
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
        inline(
          feed.progress === null || feed.state === "stopped"
            ? feed.state
            : `${feed.state}, ${Math.floor(feed.progress * 100)} %`,
        ),
        feed.lastSuccess === null ? inline("never") : inline(time(feed.lastSuccess, "date-time")),
        inline(String(feed.callsLastHour)),
      ]),
    ),
  ];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
