/**
 * Who may use Doorbell from a chat: one decision for every platform. What no rule allows is refused. The
 * same rules hold for whatever a person does there: asking, pressing, opening the program's own page.
 */

/** The rules of one chat platform, as the configuration has them. */
export interface AccessRules {
  /** IDs of the workspaces or tenants; empty: every one that the adapter has credentials for. */
  readonly workspaces: readonly string[];
  /** IDs of the channels, or `all`. */
  readonly channels: readonly string[] | "all";
  /** Whether people may use it where nobody else listens. */
  readonly directMessages: boolean;
  /** Whether guests may; people of other organisations never may. */
  readonly guests: boolean;
  /** IDs of the people who may. Where neither people nor groups are named: all whom the other rules let in. */
  readonly users: readonly string[];
  /** IDs of the groups whose members may, beside `users`. */
  readonly groups: readonly string[];
}

/**
 * How a person belongs to the workspace or tenant; `foreign`: to another organisation, or to none that is
 * known.
 */
export type Standing = "member" | "guest" | "foreign";

/** A person at a place, as far as the platform told. IDs are in the casing of the rules. */
export interface Approach {
  readonly workspace: string;
  readonly channel: string;
  /** Whether nobody else listens there. */
  readonly isDirect: boolean;
  /** null when the platform does not tell who it is. */
  readonly person: { readonly id: string; readonly standing: Standing } | null;
  /** Whether the person is in one of the rules' groups; null when the platform does not tell. */
  readonly inGroup: boolean | null;
}

export const REFUSALS = [
  "workspace",
  "direct-messages",
  "channel",
  "unknown-person",
  "foreign",
  "guest",
  "person",
  "unknown-groups",
] as const;

/** Why somebody is refused; named after the rule. */
export type Refusal = (typeof REFUSALS)[number];

/** Why the person is refused there; null when they are not. */
export function refusalOf(rules: AccessRules, approach: Approach): Refusal | null {
  const { person } = approach;
  const atPlace = refusalOfPlace(rules, approach);
  if (atPlace !== null) {
    return atPlace;
  }
  if (person === null) {
    return "unknown-person";
  }
  if (person.standing === "foreign") {
    return "foreign";
  }
  if (person.standing === "guest" && !rules.guests) {
    return "guest";
  }
  const everybody = rules.users.length === 0 && rules.groups.length === 0;
  if (everybody || rules.users.includes(person.id)) {
    return null;
  }
  if (rules.groups.length === 0 || approach.inGroup === false) {
    return "person";
  }
  return approach.inGroup === null ? "unknown-groups" : null;
}

/**
 * The same where the platform must be asked who is in the groups, which happens only where that decides.
 *
 * @param inGroup whether the person is in one of the rules' groups; null when the platform does not tell.
 */
export async function refusalAsking(
  rules: AccessRules,
  approach: Omit<Approach, "inGroup">,
  inGroup: (personId: string) => Promise<boolean | null>,
): Promise<Refusal | null> {
  const otherwise = refusalOf(rules, { ...approach, inGroup: true });
  const { person } = approach;
  if (otherwise !== null || person === null) {
    return otherwise;
  }
  const isAsked = rules.groups.length > 0 && !rules.users.includes(person.id);
  return refusalOf(rules, { ...approach, inGroup: isAsked && (await inGroup(person.id)) });
}

function refusalOfPlace(
  rules: AccessRules,
  { workspace, channel, isDirect }: Approach,
): Refusal | null {
  if (rules.workspaces.length > 0 && !rules.workspaces.includes(workspace)) {
    return "workspace";
  }
  if (isDirect) {
    return rules.directMessages ? null : "direct-messages";
  }
  return rules.channels === "all" || rules.channels.includes(channel) ? null : "channel";
}

/**
 * What the person is told.
 *
 * @param words the platform's name, such as `Slack`, and what it calls a workspace.
 */
export function refusalText(
  refusal: Refusal,
  words: { readonly platform: string; readonly workspace: string },
): string {
  switch (refusal) {
    case "workspace":
      return `Doorbell does not answer in this ${words.workspace}.`;
    case "direct-messages":
      return "Doorbell does not answer direct messages here. Ask in a channel.";
    case "channel":
      return "Doorbell does not answer in this channel. Ask whoever runs Doorbell to allow it.";
    case "unknown-person":
      return `${words.platform} does not tell Doorbell who you are, so it does not answer. Try again in a minute.`;
    case "foreign":
      return "Doorbell answers people of its own organisation only.";
    case "guest":
      return `Doorbell does not answer guests of this ${words.workspace}.`;
    case "person":
      return "You are not among the people whom Doorbell answers. Ask whoever runs Doorbell to add you.";
    case "unknown-groups":
      return `${words.platform} does not tell Doorbell which groups you are in, so it does not answer. Try again in a minute.`;
  }
}
