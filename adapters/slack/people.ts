import { webApi } from "@slack/bolt";
import { z } from "zod";
import type { Standing } from "../../src/domain/access.ts";
import { HOUR, MINUTE } from "../../src/domain/instant.ts";
import { inlinesOf } from "../../src/message/inlines.ts";
import type { Message } from "../../src/message/message.ts";
import type { Clock, Log } from "../../src/ports.ts";
import { ExpiringCache } from "../chat/expiring-cache.ts";
import { reasonOf } from "../chat/reason.ts";
import type { Profiles } from "./render/rich-text.ts";
import type { Workspace } from "./workspaces.ts";

/** A person in Slack. */
export interface SlackPerson {
  readonly id: string;
  readonly name: string;
  /** IANA zone; null where Slack does not tell. */
  readonly zone: string | null;
  readonly mail: string | null;
  /** `foreign`: of another organisation, in a shared channel. */
  readonly standing: Standing;
}

const FOUND_FOR = 6 * HOUR;
const MISSED_FOR = 30 * MINUTE;
const MOST_REMEMBERED = 5000;
/** More people in one message are shown without a link, so that the lookups delay nothing. */
const MOST_LOOKUPS = 20;

const userAnswer = z.object({
  user: z.object({
    id: z.string(),
    team_id: z.string().optional(),
    name: z.string().optional(),
    real_name: z.string().optional(),
    tz: z.string().optional(),
    is_restricted: z.boolean().optional(),
    is_ultra_restricted: z.boolean().optional(),
    is_stranger: z.boolean().optional(),
    enterprise_user: z.object({ enterprise_id: z.string().optional() }).optional(),
    profile: z.object({ email: z.string().optional() }).optional(),
  }),
});

/** Looks people up, by their identity in Slack or by mail address, and remembers them for a while. */
export class People {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #byId = new ExpiringCache<SlackPerson>(MOST_REMEMBERED);
  readonly #byMail = new ExpiringCache<SlackPerson | null>(MOST_REMEMBERED);

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** The person with that identity; null when Slack does not tell. */
  async byId(workspace: Workspace, id: string): Promise<SlackPerson | null> {
    const key = `${workspace.id} ${id}`;
    const now = this.#clock.now();
    const known = this.#byId.get(key, now);
    if (known !== undefined) {
      return known;
    }
    try {
      const person = personOf(await workspace.client.users.info({ user: id }), workspace);
      this.#byId.set(key, person, now, FOUND_FOR);
      return person;
    } catch (error) {
      this.#log("warning", `Slack does not tell about user ${id}: ${reasonOf(error)}`);
      return null;
    }
  }

  /**
   * Profile pages of the people in a message whose name is a mail address that Slack knows. Without the
   * scope `users:read.email` there are none, and when a lookup fails, that person has none.
   */
  async profiles(workspace: Workspace, message: Message): Promise<Profiles> {
    if (workspace.scopes?.has("users:read.email") === false) {
      return new Map();
    }
    const mails = [...mailsIn(message)].slice(0, MOST_LOOKUPS);
    const found = await Promise.all(
      mails.map(async (mail) => ({ mail, person: await this.#byAddress(workspace, mail) })),
    );
    return new Map(
      found.flatMap(({ mail, person }) =>
        person === null ? [] : [[mail, new URL(`team/${person.id}`, workspace.url).toString()]],
      ),
    );
  }

  async #byAddress(workspace: Workspace, mail: string): Promise<SlackPerson | null> {
    const key = `${workspace.id} ${mail}`;
    const now = this.#clock.now();
    const known = this.#byMail.get(key, now);
    if (known !== undefined) {
      return known;
    }
    try {
      const answer = await workspace.client.users.lookupByEmail({ email: mail });
      const person = personOf(answer, workspace);
      this.#byMail.set(key, person, now, FOUND_FOR);
      return person;
    } catch (error) {
      if (error instanceof webApi.WebAPIPlatformError && error.data.error === "users_not_found") {
        this.#byMail.set(key, null, now, MISSED_FOR);
      } else {
        this.#log("warning", `Slack does not tell who has a mail address: ${reasonOf(error)}`);
      }
      return null;
    }
  }
}

function personOf(answer: unknown, workspace: Workspace): SlackPerson {
  const { user } = userAnswer.parse(answer);
  const guest = user.is_restricted === true || user.is_ultra_restricted === true;
  // An organisation with several workspaces lends its people to all of them. People of a shared channel
  // are no strangers to Slack, and may have an organisation too: another one.
  const isOwn =
    user.team_id === undefined ||
    user.team_id === workspace.id ||
    (workspace.enterprise !== null && user.enterprise_user?.enterprise_id === workspace.enterprise);
  const foreign = user.is_stranger === true || !isOwn;
  return {
    id: user.id,
    name: user.real_name ?? user.name ?? user.id,
    zone: user.tz ?? null,
    mail: user.profile?.email ?? null,
    standing: foreign ? "foreign" : guest ? "guest" : "member",
  };
}

/** Lower-cased names of people in the message that are mail addresses. */
function mailsIn(message: Message): ReadonlySet<string> {
  const mails = new Set<string>();
  for (const content of message.nodes.flatMap(inlinesOf)) {
    for (const span of content) {
      if (span.kind === "person" && /^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/.test(span.name)) {
        mails.add(span.name.toLowerCase());
      }
    }
  }
  return mails;
}
