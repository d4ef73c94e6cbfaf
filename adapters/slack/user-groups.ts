import { z } from "zod";
import { MINUTE, SECOND } from "../../src/domain/instant.ts";
import type { Clock, Log } from "../../src/ports.ts";
import { ExpiringCache } from "../chat/expiring-cache.ts";
import { reasonOf } from "../chat/reason.ts";
import type { Workspace } from "./workspaces.ts";

/** How long a list of members counts: whoever leaves a group is answered for so long. */
export const MEMBERS_FOR = 5 * MINUTE;
/** How long Slack is left alone after a failure. */
const FAILED_FOR = 30 * SECOND;
const MOST_GROUPS = 1_000;

/** Source: https://docs.slack.dev/reference/methods/usergroups.users.list */
const membersAnswer = z.object({ users: z.array(z.string()) });

/** Who is in which user group, remembered for a while. */
export class UserGroups {
  readonly #clock: Clock;
  readonly #log: Log;
  /** null: Slack does not tell. A look-up under way is shared by all who wait for it. */
  readonly #members = new ExpiringCache<Promise<ReadonlySet<string> | null>>(MOST_GROUPS);

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Whether the person is in one of the groups; null when Slack does not tell. */
  async includeUser(
    workspace: Workspace,
    groups: readonly string[],
    userId: string,
  ): Promise<boolean | null> {
    const members = await Promise.all(groups.map(async (group) => this.#of(workspace, group)));
    if (members.some((one) => one?.has(userId) === true)) {
      return true;
    }
    return members.includes(null) ? null : false;
  }

  async #of(workspace: Workspace, group: string): Promise<ReadonlySet<string> | null> {
    const key = `${workspace.id} ${group}`;
    const now = this.#clock.now();
    const known = this.#members.get(key, now);
    if (known !== undefined) {
      return known;
    }
    const asked = this.#ask(workspace, group);
    this.#members.set(key, asked, now, MEMBERS_FOR);
    if ((await asked) === null) {
      this.#members.set(key, asked, now, FAILED_FOR);
    }
    return asked;
  }

  async #ask(workspace: Workspace, group: string): Promise<ReadonlySet<string> | null> {
    try {
      const answer = await workspace.client.usergroups.users.list({ usergroup: group });
      return new Set(membersAnswer.parse(answer).users);
    } catch (error) {
      const reason = reasonOf(error);
      this.#log("warning", `Slack does not tell who is in the group ${group}: ${reason}`);
      return null;
    }
  }
}
