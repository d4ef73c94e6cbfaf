import type { Milestone } from "../domain/notification.ts";
import type { Opening } from "../domain/opening.ts";
import { highestSeverity } from "../message/build.ts";
import type { Severity } from "../message/message.ts";
import type { Announcement, NewDelivery, OpeningChange } from "../ports.ts";
import { channelKey, replyKey } from "./delivery-key.ts";
import type { RoutingFacts } from "./routing.ts";

const SEVERITIES: readonly Severity[] = ["info", "warning", "critical"];

/**
 * What is said in the threads of notifications because openings changed: what happens to several
 * openings of one notification at once is one reply.
 */
export function milestoneReplies(facts: RoutingFacts): readonly NewDelivery[] {
  const listening = new Set(facts.subscriptions.map(({ channel }) => channelKey(channel)));
  const places = Map.groupBy(
    facts.announced.filter(
      ({ channel }) => facts.hasThreads(channel.platform) && listening.has(channelKey(channel)),
    ),
    ({ openingId }) => openingId,
  );
  const replies = new Map<string, { at: Announcement; milestone: Milestone; ids: string[] }>();
  for (const change of facts.changes) {
    const milestones = milestonesOf(change);
    for (const at of places.get(change.after.id) ?? []) {
      for (const milestone of milestones) {
        const tie = `${at.key} ${milestone}`;
        const reply = replies.get(tie) ?? { at, milestone, ids: [] };
        reply.ids.push(change.after.id);
        replies.set(tie, reply);
      }
    }
  }
  return [...replies.values()].map(({ at, milestone, ids }) => {
    const openings = ids.toSorted();
    const openingId = openings[0] ?? "";
    return {
      key: replyKey(at.key, milestone, openingId),
      channel: at.channel,
      content: { kind: "reply", parent: at.key, openingId, milestone },
      burst: at.burst,
      openings,
      dueAt: facts.now,
    };
  });
}

/** What happened to an opening, in the order in which it is said. */
export function milestonesOf({ before, after }: OpeningChange): readonly Milestone[] {
  if (before === null) {
    return [];
  }
  const isLate = (opening: Opening): boolean =>
    opening.findings.some(({ code }) => code === "open-past-end");
  const happened: readonly (readonly [Milestone, boolean])[] = [
    ["person-known", before.attribution.actor === null && after.attribution.actor !== null],
    ["severity-raised", severityOf(after) > severityOf(before)],
    ["open-past-end", isLate(after) && !isLate(before)],
    ["closed", after.closedAt !== null && before.closedAt === null],
  ];
  return happened.flatMap(([milestone, is]) => (is ? [milestone] : []));
}

/** How grave the findings are; standing past the end has a milestone of its own. */
function severityOf({ findings }: Opening): number {
  const counted = findings.filter(({ code }) => code !== "open-past-end");
  return SEVERITIES.indexOf(highestSeverity(counted.map(({ severity }) => severity)));
}
