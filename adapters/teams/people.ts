import { z } from "zod";
import { HOUR } from "../../src/domain/instant.ts";
import type { Clock, Log } from "../../src/ports.ts";
import { ExpiringCache } from "../chat/expiring-cache.ts";
import type { Bot } from "./bot.ts";
import { deliveryError } from "./delivery-error.ts";
import type { Arrival } from "./incoming.ts";

/** A person in Teams. */
export interface TeamsPerson {
  /** Entra object ID. */
  readonly id: string;
  readonly name: string;
  /** Of the person's own organisation, lower-cased. */
  readonly tenant: string;
  readonly isGuest: boolean;
}

const KNOWN_FOR = 6 * HOUR;
const MOST_KNOWN = 5000;

/** Source: https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/get-teams-context#get-single-member-details */
const member = z.object({
  name: z.string().nullish(),
  tenantId: z.string().nullish(),
  userRole: z.string().nullish(),
  userPrincipalName: z.string().nullish(),
});

/** Looks people up among the members of a conversation, and remembers them for a while. */
export class People {
  readonly #bot: Bot;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #known = new ExpiringCache<TeamsPerson>(MOST_KNOWN);

  constructor(bot: Bot, clock: Clock, log: Log) {
    this.#bot = bot;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Whoever did something; null when Teams does not tell, `anonymous` for those who joined a meeting
   * without an account.
   */
  async of({ activity, conversation }: Arrival): Promise<TeamsPerson | "anonymous" | null> {
    const { from } = activity;
    const { channel, serviceUrl } = conversation;
    const id = from.aadObjectId ?? "";
    if (id === "") {
      return "anonymous";
    }
    const key = `${channel.workspace} ${id}`;
    const now = this.#clock.now();
    const known = this.#known.get(key, now);
    if (known !== undefined) {
      return known;
    }
    try {
      const connector = await this.#bot.connector(serviceUrl);
      const answer = await connector.conversations.getConversationMember(channel.channel, from.id);
      const told = member.parse(JSON.parse(answer._response.bodyAsText));
      if (told.userRole === "anonymous") {
        return "anonymous";
      }
      const person = {
        id,
        name: told.name ?? from.name ?? id,
        tenant: (told.tenantId ?? channel.workspace).toLowerCase(),
        isGuest: told.userRole === "guest" || /#ext#/i.test(told.userPrincipalName ?? ""),
      };
      this.#known.set(key, person, now, KNOWN_FOR);
      return person;
    } catch (error) {
      const { message } = deliveryError(error);
      this.#log("warning", `Teams does not tell about a person: ${message}`, { user: id });
      return null;
    }
  }
}
