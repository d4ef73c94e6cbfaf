import { choices, heading, message as messageOf, paragraph } from "../../src/message/build.ts";
import type { Message } from "../../src/message/message.ts";
import type { ChatHandlers, Log } from "../../src/ports.ts";
import { reasonOf } from "../chat/reason.ts";
import type { Access } from "./access.ts";
import { firstOf } from "./deliveries.ts";
import type { People } from "./people.ts";
import { PLATFORM } from "./receipt.ts";
import { renderPages } from "./render/render.ts";
import type { SlackSettings } from "./settings.ts";
import type { Workspace, Workspaces } from "./workspaces.ts";

/** What the home tab is made with. */
export interface HomeParts {
  readonly settings: SlackSettings;
  readonly workspaces: Workspaces;
  readonly people: People;
  readonly access: Access;
  readonly handlers: Pick<ChatHandlers, "home">;
  readonly log: Log;
}

/** The app's home tab, made anew whenever somebody opens it. */
export class Home {
  readonly #parts: HomeParts;

  constructor(parts: HomeParts) {
    this.#parts = parts;
  }

  /** Shows the home tab to a person. Never throws: what fails is logged. */
  async show(team: string, userId: string, channel: string): Promise<void> {
    const { workspaces, people, log } = this.#parts;
    try {
      const workspace = await workspaces.of(team);
      const message = await this.#message(workspace, userId, channel);
      if (message === null) {
        return;
      }
      const profiles = await people.profiles(workspace, message);
      const { blocks } = firstOf(
        renderPages(message, profiles, "view", { note: null, answer: null }),
      );
      await workspace.client.views.publish({ user_id: userId, view: { type: "home", blocks } });
    } catch (error) {
      log("warning", `Slack: the home tab could not be shown: ${reasonOf(error)}`);
    }
  }

  async #message(workspace: Workspace, userId: string, channel: string): Promise<Message | null> {
    const { access, handlers } = this.#parts;
    const origin = { channel, userId, isDirect: true };
    const admittance = await access.of(workspace, origin);
    if (!admittance.isAdmitted) {
      const tried = { deliveryId: "", kind: "home", text: "" } as const;
      return access.refuse(workspace.id, origin, admittance, tried);
    }
    const { person } = admittance;
    const visit = {
      user: { id: person.id, name: person.name, zone: person.zone },
      channel: { platform: PLATFORM, workspace: workspace.id, channel },
    };
    return handlers.home === undefined ? this.#help() : handlers.home(visit);
  }

  #help(): Message {
    const { command } = this.#parts.settings;
    const summary = "Doorbell says who opened a port of an Azure VM, and why.";
    return messageOf("info", summary, [
      heading("Doorbell"),
      paragraph(summary),
      paragraph(`Ask with ${command}, by mentioning Doorbell, or in a direct message.`),
      choices("For example:", ["what is open", "help"]),
    ]);
  }
}
