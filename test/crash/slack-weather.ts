import { z } from "zod";
import { SECOND } from "../../src/domain/instant.ts";
import type { Random } from "../../src/sandbox/random.ts";
import type { Fault } from "../fakes/slack/faults.ts";
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
const payloadSchema = z.object({ key: z.string(), repeated: z.boolean().optional() });

/**
 * Slack has a bad time: a few of the calls that come will go wrong, and history lags.
 *
 * @param step where a program is to die: what leads there is seen to.
 */
export function stir(ground: Ground, random: Random, step: string | null): void {
  ground.slack.historyLag = random.pick(LATENESS);
  if (step?.endsWith("conversations.history") === true) {
    ground.slack.faults.plan("chat.postMessage", { kind: "drop-after" });
  }
  for (let faults = random.int(0, MOST_FAULTS); faults > 0; faults -= 1) {
    ground.slack.faults.plan(random.pick(METHODS), faultOf(random));
  }
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

/** What the program has in Slack. */
export function standingInSlack(ground: Ground): readonly Standing[] {
  return ground.channels.flatMap((channel) =>
    ground.slack.workspace.messagesIn(channel).map((message) => {
      const { key, repeated } = payloadSchema.parse(message.metadata?.event_payload);
      return {
        channel: ground.ref(channel),
        key,
        isReply: message.threadTs !== null,
        isMarked: repeated === true,
        postedAt: Math.floor(Number(message.ts) * SECOND),
        says: JSON.stringify(message.blocks),
      };
    }),
  );
}
