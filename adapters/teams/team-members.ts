import { MINUTE, SECOND } from "../../src/domain/instant.ts";
import type { Clock, Log } from "../../src/ports.ts";
import { ExpiringCache } from "../chat/expiring-cache.ts";
import type { Bot } from "./bot.ts";
import { deliveryError, saysNoMember } from "./delivery-error.ts";
import type { Arrival } from "./incoming.ts";

/** Whether somebody is in a team is remembered for so long. */
export const MEMBER_FOR = 5 * MINUTE;
/** How long Teams is left alone after a failure. */
const FAILED_FOR = 30 * SECOND;
const MOST_KNOWN = 10_000;

/** Who is in which team, as the Bot Connector tells of teams that Doorbell is in; remembered for a while. */
export class TeamMembers {
  readonly #bot: Bot;
  readonly #clock: Clock;
  readonly #log: Log;
  /** null: Teams does not tell. A look-up under way is shared by all who wait for it. */
  readonly #known = new ExpiringCache<Promise<boolean | null>>(MOST_KNOWN);

  constructor(bot: Bot, clock: Clock, log: Log) {
    this.#bot = bot;
    this.#clock = clock;
    this.#log = log;
  }

  /** Whether whoever did something is a member of one of the teams; null when Teams does not tell. */
  async include(arrival: Arrival, teams: readonly string[]): Promise<boolean | null> {
    const told = await Promise.all(teams.map(async (team) => this.#of(arrival, team)));
    return told.includes(true) || (told.includes(null) ? null : false);
  }

  async #of(arrival: Arrival, team: string): Promise<boolean | null> {
    const key = `${arrival.activity.from.id} ${team}`;
    const now = this.#clock.now();
    const known = this.#known.get(key, now);
    if (known !== undefined) {
      return known;
    }
    const asked = this.#ask(arrival, team);
    this.#known.set(key, asked, now, MEMBER_FOR);
    if ((await asked) === null) {
      this.#known.set(key, asked, now, FAILED_FOR);
    }
    return asked;
  }

  /** Source: https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/get-teams-context#get-single-member-details */
  async #ask({ activity, conversation }: Arrival, team: string): Promise<boolean | null> {
    try {
      const connector = await this.#bot.connector(conversation.serviceUrl);
      await connector.conversations.getConversationMember(team, activity.from.id);
      return true;
    } catch (error) {
      if (saysNoMember(error)) {
        return false;
      }
      const { message } = deliveryError(error);
      this.#log(
        "warning",
        `Teams does not tell who is in the team ${team} of \`teams.groups\`; is the app installed in it? ${message}`,
      );
      return null;
    }
  }
}
