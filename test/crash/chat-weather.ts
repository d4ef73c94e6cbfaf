import { z } from "zod";
import { SECOND } from "../../src/domain/instant.ts";
import type { Random } from "../../src/sandbox/random.ts";
import type { Fault } from "../fakes/slack/faults.ts";
import { POSTS } from "../fakes/teams/faults.ts";
import type { Ground } from "./ground.ts";
import type { Standing } from "./verdict.ts";

const METHODS = [
  "chat.postMessage",
  "chat.postMessage",
  "chat.postMessage",
  "chat.update",
  "conversations.history",
  "conversations.replies",
] as const;

/** How late history may show a post: less than Doorbell waits before it looks. */
const LATENESS = [0, 0, 5 * SECOND, 25 * SECOND] as const;

const MOST_FAULTS = 3;
const MOST_DROPS = 4;
/** How a message begins to say so, whatever the platform's markup. */
const MARK = "This may be a repeat";
const slackPayload = z.object({ key: z.string(), repeated: z.boolean().optional() });
const teamsCard = z.object({ body: z.tuple([z.object({ id: z.string() })]).rest(z.unknown()) });

/**
 * Slack and Teams have a bad time: a few of the calls that come will go wrong, and Slack's history lags.
 *
 * @param step where a program is to die: what leads there is seen to.
 */
export function stir(ground: Ground, random: Random, step: string | null): void {
  const { slack, teams } = ground;
  slack.historyLag = random.pick(LATENESS);
  if (step?.endsWith("conversations.history") === true) {
    slack.faults.plan("chat.postMessage", { kind: "drop-after" });
  }
  if (step?.endsWith("conversations.replies") === true) {
    // Some of the first are no replies.
    for (let drops = 0; drops < MOST_DROPS; drops += 1) {
      slack.faults.plan("chat.postMessage", { kind: "drop-after" });
    }
  }
  for (let faults = random.int(0, MOST_FAULTS); faults > 0; faults -= 1) {
    slack.faults.plan(random.pick(METHODS), faultOf(random));
  }
  for (let faults = random.int(0, 1); faults > 0; faults -= 1) {
    const fault = faultOf(random);
    teams.faults.planOnce(
      random.chance(0.8) ? POSTS : ["updateActivity"],
      fault.kind === "error" ? { kind: "error", status: 502, code: "ServiceError" } : fault,
    );
  }
}

/** Everything that was planned to go wrong and has not done so yet is called off. */
export function calm({ slack, teams }: Ground): void {
  slack.historyLag = 0;
  slack.faults.clear();
  teams.faults.clear();
}

function faultOf(random: Random): Fault {
  return random.pick<Fault>([
    { kind: "drop-before" },
    { kind: "drop-after" },
    { kind: "drop-after" },
    { kind: "http-500-after" },
    { kind: "http-error", status: 503 },
    { kind: "stall-before" },
    { kind: "stall-after" },
    { kind: "rate-limited", seconds: random.int(1, 20) },
    { kind: "error", code: "internal_error" },
  ]);
}

/** What the program has in Slack and Teams. */
export function standing(ground: Ground): readonly Standing[] {
  return [...standingInSlack(ground), ...standingInTeams(ground)];
}

function standingInSlack(ground: Ground): readonly Standing[] {
  return ground.channels.flatMap((channel) =>
    ground.slack.workspace.messagesIn(channel).map((message) => {
      const { key, repeated } = slackPayload.parse(message.metadata?.event_payload);
      return {
        channel: ground.refOf(channel),
        key,
        isReply: message.threadTs !== null,
        isMarked: repeated === true,
        postedAt: Math.floor(Number(message.ts) * SECOND),
        says: JSON.stringify(message.blocks),
      };
    }),
  );
}

function standingInTeams({ teams, conversation }: Ground): readonly Standing[] {
  const channel = {
    platform: "teams",
    workspace: teams.tenant.id,
    channel: conversation.id,
  };
  return teams.tenant.messagesIn(conversation).map((message) => ({
    channel,
    key: teamsCard.parse(message.attachments[0]?.content).body[0].id,
    isReply: message.thread !== null,
    isMarked: JSON.stringify(message.attachments).includes(MARK),
    postedAt: Number(message.id),
    says: null,
  }));
}
