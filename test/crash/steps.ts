import type { LeaseStore, OutboxStore, TrailWriter } from "../../src/ports.ts";

/** The calls of the store that ingest and outbox make: a port's new method is missing here until it is named. */
const STORE_CALLS = {
  commit: "writes",
  cursor: "reads",
  azureSubscriptions: "reads",
  events: "reads",
  sightings: "reads",
  stored: "reads",
  announced: "reads",
  bursts: "reads",
  thin: "writes",
  claim: "writes",
  beginPost: "writes",
  record: "writes",
  nextDue: "reads",
  outboxHealth: "reads",
  keepAlive: "writes",
  takeLeases: "writes",
  giveLeases: "writes",
  heedNews: "writes",
  leave: "writes",
} as const satisfies {
  readonly [Call in keyof TrailWriter | keyof OutboxStore | keyof LeaseStore]: "reads" | "writes";
};

/** A call of the store that ingest or outbox make. */
export type StoreCall = keyof typeof STORE_CALLS;

/** The Web API's methods that a delivery takes. */
const SLACK_CALLS = [
  "chat.postMessage",
  "chat.update",
  "conversations.history",
  "conversations.replies",
] as const;

/** Calls of a program that stops in order: whoever is to die there is asked to stop first. */
const WHEN_STOPPING: ReadonlySet<string> = new Set(["leave"]);

/** Calls of a program that has something to add to what it said: something that it told of has ended. */
const AFTER_NEWS: ReadonlySet<string> = new Set([
  "chat.update",
  "conversations.replies",
  "teams edit",
]);

/** Calls that a program makes only where others wrote, where data is a year old, or where it is asked. */
const RARE: ReadonlySet<string> = new Set(["thin", "outboxHealth", "heedNews"]);

/** The store's calls, by name. */
export const STORE_CALL_NAMES = Object.keys(STORE_CALLS).filter(isStoreCall);

/** Whether the name is one of a call of the store. */
export function isStoreCall(name: string): name is StoreCall {
  return name in STORE_CALLS;
}

/** What a delivery asks of the Bot Connector: it posts, and it edits. */
const TEAMS_CALLS = ["teams post", "teams edit"] as const;

/** The step's name of a call of Slack's Web API; null for one that no delivery makes. */
export function slackCall(url: string): string | null {
  return SLACK_CALLS.find((method) => url.endsWith(`/api/${method}`)) ?? null;
}

/** The same of the Bot Connector. */
export function teamsCall(verb: string, url: string): string | null {
  if (!/\/v3\/conversations(?:\/[^/]+\/activities)?(?:\/[^/]+)?$/.test(url)) {
    return null;
  }
  return verb === "POST" ? TEAMS_CALLS[0] : verb === "PUT" ? TEAMS_CALLS[1] : null;
}

/**
 * Every step at which a program can be killed: before and after each call of the store; within a call that
 * writes, when all is written but not yet committed; before a call of Slack or Teams, and when that is done but
 * nothing of the answer is read.
 */
export const STEPS: readonly string[] = [
  ...STORE_CALL_NAMES.flatMap((call) => [
    `before ${call}`,
    ...(STORE_CALLS[call] === "writes" ? [`within ${call}`] : []),
    `after ${call}`,
  ]),
  ...[...SLACK_CALLS, ...TEAMS_CALLS].flatMap((call) => [`before ${call}`, `after ${call}`]),
];

/** The steps that every program comes by which reads, delivers and stops. */
export const USUAL_STEPS: readonly string[] = STEPS.filter((step) => !RARE.has(callOf(step)));

/** Whether a program comes by the step only when it stops. */
export function isWhenStopping(step: string): boolean {
  return WHEN_STOPPING.has(callOf(step));
}

/** Whether a program comes by the step only where it holds all leases and another one joins it. */
export function isAmongReplicas(step: string): boolean {
  return callOf(step) === "giveLeases";
}

/** Whether a program comes by the step only when something that it told of has ended. */
export function isAfterNews(step: string): boolean {
  return AFTER_NEWS.has(callOf(step));
}

function callOf(step: string): string {
  return step.slice(step.indexOf(" ") + 1);
}
