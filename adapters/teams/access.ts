import { refusalAsking, refusalText } from "../../src/domain/access.ts";
import type { AccessRules, Refusal, Standing } from "../../src/domain/access.ts";
import type { Attempt } from "../../src/domain/chat.ts";
import type { ChatHandlers, Log } from "../../src/ports.ts";
import type { Arrival } from "./incoming.ts";
import type { People, TeamsPerson } from "./people.ts";
import type { TeamsSettings } from "./settings.ts";
import type { TeamMembers } from "./team-members.ts";

/** What somebody tries, as far as access does not depend on it. */
export type Tried = Pick<Attempt, "deliveryId" | "kind" | "text">;

/** What access is decided with. */
export interface AccessParts {
  readonly settings: TeamsSettings;
  readonly people: People;
  readonly members: TeamMembers;
  readonly handlers: Pick<ChatHandlers, "refused">;
  readonly log: Log;
}

/** Somebody who may, or what they are told who may not. */
export type Admittance =
  | { readonly isAdmitted: true; readonly person: TeamsPerson }
  | {
      readonly isAdmitted: false;
      /** null when they tried so often that nothing more is said. */
      readonly told: string | null;
    };

/** Who may use Doorbell in Teams. Every way in passes here, and what is refused is audited. */
export class Access {
  readonly #parts: AccessParts;
  readonly #rules: AccessRules;

  constructor(parts: AccessParts) {
    const { tenants, tenant } = parts.settings;
    this.#parts = parts;
    this.#rules = { ...parts.settings, workspaces: tenants.length > 0 ? tenants : [tenant] };
  }

  /** Whether people of the tenant may use Doorbell. */
  isAllowedTenant(tenant: string): boolean {
    return this.#rules.workspaces.includes(tenant);
  }

  /**
   * Admits whoever did something, or has it audited that they may not.
   *
   * @param isDirect whether nobody else listens.
   */
  async admit(arrival: Arrival, isDirect: boolean, tried: Tried): Promise<Admittance> {
    const { people, members, handlers, log } = this.#parts;
    const { activity, conversation } = arrival;
    const { channel } = conversation;
    const found = this.isAllowedTenant(channel.workspace) ? await people.of(arrival) : null;
    const person = found === "anonymous" ? null : found;
    const refusal = await refusalAsking(
      this.#rules,
      {
        workspace: channel.workspace,
        channel: channel.channel,
        isDirect,
        person: found === null ? null : { id: person?.id ?? "", standing: this.#standing(found) },
      },
      async () => members.include(arrival, this.#rules.groups),
    );
    if (refusal === null && person !== null) {
      return { isAdmitted: true, person };
    }
    const reason = refusal ?? "unknown-person";
    const text = wordsFor(reason);
    const id = person?.id ?? activity.from.aadObjectId ?? activity.from.id;
    log("info", `Teams: a question was refused: ${text}`, {
      tenant: channel.workspace,
      channel: channel.channel,
      user: id,
    });
    const isTold = await handlers.refused?.({
      ...tried,
      channel,
      user: { id, name: person?.name ?? activity.from.name ?? id },
      reason,
    });
    return { isAdmitted: false, told: isTold === false ? null : text };
  }

  #standing(person: TeamsPerson | "anonymous"): Standing {
    if (person === "anonymous" || !this.isAllowedTenant(person.tenant)) {
      return "foreign";
    }
    return person.isGuest ? "guest" : "member";
  }
}

function wordsFor(refusal: Refusal): string {
  return refusal === "unknown-person"
    ? "Teams does not tell Doorbell who you are here, so it does not answer. Ask in a chat or channel that Doorbell is in, or again in a minute."
    : refusalText(refusal, { platform: "Teams", workspace: "organisation" });
}
