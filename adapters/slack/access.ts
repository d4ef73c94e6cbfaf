import { refusalAsking, refusalText } from "../../src/domain/access.ts";
import type { Refusal } from "../../src/domain/access.ts";
import type { Attempt } from "../../src/domain/chat.ts";
import { message as messageOf, notice } from "../../src/message/build.ts";
import type { Message } from "../../src/message/message.ts";
import type { ChatHandlers, Log } from "../../src/ports.ts";
import type { People, SlackPerson } from "./people.ts";
import { PLATFORM } from "./receipt.ts";
import type { SlackSettings } from "./settings.ts";
import type { UserGroups } from "./user-groups.ts";
import type { Workspace } from "./workspaces.ts";

/** Where somebody asks or presses. */
export interface Origin {
  readonly channel: string;
  readonly userId: string;
  /** Whether only the person and Doorbell are there. */
  readonly isDirect: boolean;
}

/** What somebody tries, as far as access does not depend on it. */
export type Tried = Pick<Attempt, "deliveryId" | "kind" | "text">;

/** What access is decided with. */
export interface AccessParts {
  readonly settings: SlackSettings;
  readonly people: People;
  readonly groups: UserGroups;
  readonly handlers: Pick<ChatHandlers, "refused">;
  readonly log: Log;
}

/** Somebody who may, or why they may not. */
export type Admittance =
  | { readonly isAdmitted: true; readonly person: SlackPerson }
  | {
      readonly isAdmitted: false;
      readonly refusal: Refusal;
      /** null when Slack does not tell. */
      readonly person: SlackPerson | null;
    };

/** Who may use Doorbell in Slack. Every way in passes here. */
export class Access {
  readonly #parts: AccessParts;

  constructor(parts: AccessParts) {
    this.#parts = parts;
  }

  /** Whether the person may use Doorbell there. */
  async of(workspace: Workspace, { channel, userId, isDirect }: Origin): Promise<Admittance> {
    const { settings, people, groups } = this.#parts;
    const person = await people.byId(workspace, userId);
    const refusal = await refusalAsking(
      settings,
      { workspace: workspace.id, channel, isDirect, person },
      async (id) => groups.includeUser(workspace, settings.groups, id),
    );
    return refusal === null && person !== null
      ? { isAdmitted: true, person }
      : { isAdmitted: false, refusal: refusal ?? "unknown-person", person };
  }

  /** Has a refusal audited; what the person is told, null when nothing more is said for a while. */
  async refuse(
    workspace: string,
    { channel, userId }: Origin,
    { refusal, person }: { readonly refusal: Refusal; readonly person: SlackPerson | null },
    tried: Tried,
  ): Promise<Message | null> {
    const { handlers, log } = this.#parts;
    const text = refusalText(refusal, { platform: "Slack", workspace: "workspace" });
    log("info", `Slack: a question was refused: ${text}`, { workspace, channel, user: userId });
    const isTold = await handlers.refused?.({
      ...tried,
      channel: { platform: PLATFORM, workspace, channel },
      user: { id: userId, name: person?.name ?? userId },
      reason: refusal,
    });
    return isTold === false ? null : messageOf("info", text, [notice("info", text)]);
  }
}
